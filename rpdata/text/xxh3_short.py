"""XXH3 of 64 bits with seed 0 for messages of any length but 0; `xxh3` has those of 17 bytes or more."""

from rpdata.text.arrays import Bytes
from rpdata.text.compiled import kernel, uint64
from rpdata.text.siphash import rotated
from rpdata.text.vectors import load64, multiply_fold
from rpdata.text.xxh3 import PRIME64_2, PRIME64_3, SECRET, avalanche, xxh3

LOW_32 = (1 << 32) - 1
LONGEST_SHORT = 16
MIX = 0x9FB21C651E98DF25


def _secret(at: int, size: int) -> int:
    return int.from_bytes(SECRET[at : at + size].tobytes(), "little")


FLIP_3 = _secret(0, 4) ^ _secret(4, 4)
FLIP_8 = _secret(8, 8) ^ _secret(16, 8)
FLIP_16_LOW = _secret(24, 8) ^ _secret(32, 8)
FLIP_16_HIGH = _secret(40, 8) ^ _secret(48, 8)


@kernel
def reversed_bytes(x: int) -> int:
    x = (x & uint64(0x00FF00FF00FF00FF)) << uint64(8) | x >> uint64(8) & uint64(0x00FF00FF00FF00FF)
    x = (x & uint64(0x0000FFFF0000FFFF)) << uint64(16) | x >> uint64(16) & uint64(0x0000FFFF0000FFFF)
    return x << uint64(32) | x >> uint64(32)


@kernel
def xxh3_of_two(low: int, high: int, length: int) -> int:
    """The hash of 9 to 16 bytes: their first eight and their last eight, little-endian."""
    low ^= uint64(FLIP_16_LOW)
    high ^= uint64(FLIP_16_HIGH)
    return avalanche(uint64(length) + reversed_bytes(low) + high + multiply_fold(low, high))


@kernel
def xxh3_any(data: Bytes, start: int, length: int) -> int:
    """The hash of data[start : start + length]; length is at least 1. Reads up to 8 bytes more."""
    if length > LONGEST_SHORT:
        return xxh3(data, start, length)
    if length > 8:
        return xxh3_of_two(load64(data, start), load64(data, start + length - 8), length)
    if length > 3:
        last = load64(data, start + length - 4) & uint64(LOW_32)
        h = (last + (load64(data, start) << uint64(32))) ^ uint64(FLIP_8)
        h ^= rotated(h, 49) ^ rotated(h, 24)
        h *= uint64(MIX)
        h ^= (h >> uint64(35)) + uint64(length)
        h *= uint64(MIX)
        return h ^ h >> uint64(28)
    first, middle, last = uint64(data[start]), uint64(data[start + (length >> 1)]), uint64(data[start + length - 1])
    h = (first << uint64(16) | middle << uint64(24) | last | uint64(length) << uint64(8)) ^ uint64(FLIP_3)
    h ^= h >> uint64(33)
    h *= uint64(PRIME64_2)
    h ^= h >> uint64(29)
    h *= uint64(PRIME64_3)
    return h ^ h >> uint64(32)

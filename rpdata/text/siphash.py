"""CPython's own `hash` of a string and of a pair of strings, in a process with a given PYTHONHASHSEED.

A string is hashed by SipHash-1-3 (Aumasson and Bernstein 2012; CPython 3.11 and later) over the buffer that CPython
holds it in: one, two or four bytes for each character, whatever the largest one needs. A tuple mixes the hashes of its
items as xxHash mixes lanes (CPython's Objects/tupleobject.c). A hash of -1 becomes -2: to CPython's C code, -1 is an
error.
"""

from typing import NamedTuple, cast

import numpy as np

from rpdata.text.arrays import Bytes
from rpdata.text.compiled import kernel, uint64
from rpdata.text.hashing import LOW_MASK
from rpdata.text.normalise import character
from rpdata.text.vectors import load64

MINUS_ONE, MINUS_TWO = 2**64 - 1, 2**64 - 2
PRIME_1, PRIME_2, PRIME_5 = 11400714785074694791, 14029467366897019727, 2870177450012600261
PAIR = 2 ^ PRIME_5 ^ 3527539
PAIR_OF_MINUS_ONE = 1546275796


class Keys(NamedTuple):
    """The secret of SipHash: two numbers of 64 bits."""

    k0: int
    k1: int


def keys_of_seed(seed: int) -> Keys:
    """What CPython draws from a PYTHONHASHSEED above 0: the first 16 bytes of a linear congruential generator."""
    state, drawn = seed, bytearray()
    for _ in range(16):
        state = (state * 214013 + 2531011) % 2**32
        drawn.append(state >> 16 & 0xFF)
    k0, k1 = (np.frombuffer(drawn, "<u8")[half] for half in (0, 1))
    return Keys(cast(int, np.uint64(k0)), cast(int, np.uint64(k1)))


@kernel
def rotated(x: int, bits: int) -> int:
    return x << uint64(bits) | x >> uint64(64 - bits)


@kernel
def sip_round(v0: int, v1: int, v2: int, v3: int) -> tuple[int, int, int, int]:
    v0 += v1
    v1 = rotated(v1, 13) ^ v0
    v0 = rotated(v0, 32)
    v2 += v3
    v3 = rotated(v3, 16) ^ v2
    v0 += v3
    v3 = rotated(v3, 21) ^ v0
    v2 += v1
    v1 = rotated(v1, 17) ^ v2
    v2 = rotated(v2, 32)
    return v0, v1, v2, v3


@kernel
def absorb(block: int, v0: int, v1: int, v2: int, v3: int) -> tuple[int, int, int, int]:
    v0, v1, v2, v3 = sip_round(v0, v1, v2, v3 ^ block)
    return v0 ^ block, v1, v2, v3


@kernel
def character_bytes(data: Bytes, start: int, length: int) -> int:
    """How many bytes CPython takes for each character of data[start : start + length]: 1, 2 or 4; 0 if all is ASCII.

    The first byte of a character says it: C2 and C3 lead those below U+0100, F0 and more those above U+FFFF.
    """
    largest = 0
    for i in range(start, start + length):
        largest = max(largest, data[i])
    if largest < 0x80:
        return 0
    return 1 if largest < 0xC4 else 2 if largest < 0xF0 else 4


@kernel
def hash_string(data: Bytes, start: int, length: int, keys: Keys) -> int:
    """`hash` of the string with the UTF-8 data[start : start + length], not empty, as 64 bits without a sign."""
    v0 = keys.k0 ^ uint64(0x736F6D6570736575)
    v1 = keys.k1 ^ uint64(0x646F72616E646F6D)
    v2 = keys.k0 ^ uint64(0x6C7967656E657261)
    v3 = keys.k1 ^ uint64(0x7465646279746573)
    end = start + length
    width = character_bytes(data, start, length)
    block = uint64(0)
    if width == 0:
        size = length
        while start + 8 <= end:
            v0, v1, v2, v3 = absorb(load64(data, start), v0, v1, v2, v3)
            start += 8
        block = load64(data, start) & LOW_MASK[end - start]
    else:
        size = 0
        while start < end:
            code_point, read = character(data, start)
            start += read
            block |= uint64(code_point) << uint64(8 * (size & 7))
            size += width
            if size & 7 == 0:
                v0, v1, v2, v3 = absorb(block, v0, v1, v2, v3)
                block = uint64(0)
    v0, v1, v2, v3 = absorb(block | uint64(size) << uint64(56), v0, v1, v2, v3)
    v2 ^= uint64(0xFF)
    for _ in range(3):
        v0, v1, v2, v3 = sip_round(v0, v1, v2, v3)
    digest = v0 ^ v1 ^ v2 ^ v3
    return uint64(MINUS_TWO) if digest == uint64(MINUS_ONE) else digest


@kernel
def hash_pair(first: int, second: int) -> int:
    """`hash` of a tuple of two items, from their hashes."""
    mixed = rotated(uint64(PRIME_5) + first * uint64(PRIME_2), 31) * uint64(PRIME_1)
    mixed = rotated(mixed + second * uint64(PRIME_2), 31) * uint64(PRIME_1) + uint64(PAIR)
    return uint64(PAIR_OF_MINUS_ONE) if mixed == uint64(MINUS_ONE) else mixed


@kernel
def magnitude(digest: int) -> int:
    """`abs(hash)` of a hash without its sign: 2**63 is among the results."""
    return uint64(0) - digest if digest >> uint64(63) else digest

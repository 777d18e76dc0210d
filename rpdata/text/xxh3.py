"""XXH3 of 64 bits with seed 0 (Yann Collet's xxHash, as its specification says), for messages of 17 bytes or more."""

import numpy as np

from rpdata.text.arrays import Bytes, Hashes
from rpdata.text.compiled import kernel, uint64
from rpdata.text.vectors import load64, multiply_fold

SECRET = np.frombuffer(
    bytes.fromhex(
        "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
        "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
        "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
        "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
        "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
        "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
    ),
    np.uint8,
)
PRIME32_1, PRIME32_2, PRIME32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
PRIME64_1, PRIME64_2, PRIME64_3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
PRIME64_4, PRIME64_5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
AVALANCHE_FACTOR = 0x165667919E3779F9
ACCUMULATORS = np.array(
    [PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1], np.uint64
)
LANES, STRIPE, LAST_SECRET = 8, 64, 192 - 64        # a stripe is a word for each lane; where the last secret starts
STRIPES_OF_BLOCK = LAST_SECRET // 8


@kernel
def avalanche(h: int) -> int:
    h ^= h >> uint64(37)
    h *= uint64(AVALANCHE_FACTOR)
    return h ^ h >> uint64(32)


@kernel
def mix16(data: Bytes, at: int, secret_at: int) -> int:
    low = load64(data, at) ^ load64(SECRET, secret_at)
    return multiply_fold(low, load64(data, at + 8) ^ load64(SECRET, secret_at + 8))


@kernel
def xxh3(data: Bytes, start: int, length: int) -> int:
    """The hash of data[start : start + length]; length is at least 17."""
    if length > 240:
        return xxh3_long(data, start, length)
    h = uint64(length) * uint64(PRIME64_1)
    end = start + length
    if length <= 128:
        for pair in range((length - 1) // 32, -1, -1):
            h += mix16(data, start + 16 * pair, 32 * pair)
            h += mix16(data, end - 16 * (pair + 1), 32 * pair + 16)
        return avalanche(h)
    for i in range(8):
        h += mix16(data, start + 16 * i, 16 * i)
    h = avalanche(h)
    for i in range(8, length // 16):
        h += mix16(data, start + 16 * i, 16 * (i - 8) + 3)
    return avalanche(h + mix16(data, end - 16, 136 - 17))


@kernel
def accumulate(lanes: Hashes, data: Bytes, at: int, secret_at: int) -> None:
    for i in range(LANES):
        value = load64(data, at + 8 * i)
        key = value ^ load64(SECRET, secret_at + 8 * i)
        lanes[i ^ 1] += value
        lanes[i] += (key & uint64(0xFFFFFFFF)) * (key >> uint64(32))


@kernel
def xxh3_long(data: Bytes, start: int, length: int) -> int:
    lanes = ACCUMULATORS.copy()
    stripes = (length - 1) // STRIPE
    for stripe in range(stripes):
        accumulate(lanes, data, start + STRIPE * stripe, 8 * (stripe % STRIPES_OF_BLOCK))
        if stripe % STRIPES_OF_BLOCK == STRIPES_OF_BLOCK - 1:
            for i in range(LANES):
                scrambled = lanes[i] ^ lanes[i] >> uint64(47) ^ load64(SECRET, LAST_SECRET + 8 * i)
                lanes[i] = scrambled * uint64(PRIME32_1)
    accumulate(lanes, data, start + length - STRIPE, LAST_SECRET - 7)
    h = uint64(length) * uint64(PRIME64_1)
    for i in range(0, LANES, 2):
        h += multiply_fold(lanes[i] ^ load64(SECRET, 11 + 8 * i), lanes[i + 1] ^ load64(SECRET, 19 + 8 * i))
    return avalanche(h)

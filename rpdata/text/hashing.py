"""A 64-bit hash of short byte strings, for tables of words.

The mixing is that of wyhash (Wang Yi 2019): two different words share a hash with probability 2**-64, so that a text of
n distinct words has two that are taken for one with n**2 / 2**65: 3e-14 at 1,000 words, 3e-8 at a million.
"""

from numba import int64, uint64

from rpdata.text.compiled import kernel
from rpdata.text.vectors import load64, multiply_fold

SECRET_0 = 0xA0761D6478BD642F
SECRET_1 = 0xE7037ED1A0B428DB
SECRET_2 = 0x8EBC6AF09C88C6E3


@kernel
def first_bytes(eight, count):
    """The first `count` of eight bytes, the others zero; all of them from 8 on, none at 0 or below."""
    if count >= 8:
        return eight
    if count <= 0:
        return uint64(0)
    return eight & ((uint64(1) << uint64(8 * count)) - uint64(1))


@kernel
def hash_bytes(data, start, length):
    """The hash of data[start : start + length]; reads up to 16 bytes more."""
    seed = uint64(SECRET_2) ^ uint64(length)
    while length > 16:
        seed = multiply_fold(load64(data, start) ^ uint64(SECRET_0), load64(data, start + 8) ^ seed)
        start += 16
        length -= 16
    low = first_bytes(load64(data, start), int64(length))
    high = first_bytes(load64(data, start + 8), int64(length) - 8)
    mixed = multiply_fold(low ^ uint64(SECRET_0), high ^ seed)
    return multiply_fold(mixed ^ uint64(SECRET_1), seed ^ uint64(SECRET_2))

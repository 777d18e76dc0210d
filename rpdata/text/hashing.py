"""A 64-bit hash of short byte strings, for tables of words.

The mixing is that of wyhash (Wang Yi 2019). Two different words have the same hash, and are taken for one, with
probability 2**-64: any two of n different words with n**2 / 2**65, which is 3e-14 for 1,000 words, 3e-8 for a million.
"""

import numpy as np

from rpdata.text.arrays import Bytes
from rpdata.text.compiled import kernel, uint64
from rpdata.text.vectors import load64, multiply_fold

SECRET_0 = 0xA0761D6478BD642F
SECRET_1 = 0xE7037ED1A0B428DB
SECRET_2 = 0x8EBC6AF09C88C6E3

# Masks for the first and the second eight bytes of a string of 0 .. 16 bytes: looked up, for a branch on the length of
# a word is mispredicted at every third word.
LOW_MASK = np.array([(1 << 8 * min(length, 8)) - 1 for length in range(17)], np.uint64)
HIGH_MASK = np.array([(1 << 8 * max(length - 8, 0)) - 1 for length in range(17)], np.uint64)


@kernel
def hash_bytes(data: Bytes, start: int, length: int) -> int:
    """The hash of data[start : start + length]; reads up to 16 bytes more."""
    seed = uint64(SECRET_2) ^ uint64(length)
    while length > 16:
        seed = mix(load64(data, start) ^ uint64(SECRET_0), load64(data, start + 8) ^ seed)
        start += 16
        length -= 16
    low = load64(data, start) & LOW_MASK[length]
    high = load64(data, start + 8) & HIGH_MASK[length]
    return mix(mix(low ^ uint64(SECRET_0), high ^ seed) ^ uint64(SECRET_1), seed)


@kernel
def mix(a: int, b: int) -> int:
    """Both numbers in one: if either is 0, the other still counts, as in a product alone it would not."""
    return multiply_fold(a, b) ^ a ^ b

"""A 64-bit hash of short byte strings, for tables of words.

The mixing is that of wyhash (Wang Yi 2019), with a secret that each process draws: were it known, a text could be
written whose words collide. Two different words have the same hash, and are taken for one, with a probability of
about 2**-64: any two of n different words with n**2 / 2**65, which is 3e-14 for 1,000 words, 3e-8 for a million.
"""

from secrets import randbits
from typing import NamedTuple, cast

import numpy as np

from rpdata.text.arrays import Bytes
from rpdata.text.compiled import borrowing_kernel, uint64
from rpdata.text.vectors import load64, multiply_fold

# Masks for the first and the second eight bytes of a string of 0 .. 16 bytes: looked up, for a branch on the length of
# a word is mispredicted at every third word.
LOW_MASK = np.array([(1 << 8 * min(length, 8)) - 1 for length in range(17)], np.uint64)
HIGH_MASK = np.array([(1 << 8 * max(length - 8, 0)) - 1 for length in range(17)], np.uint64)


class Secret(NamedTuple):
    """Four numbers of 64 bits. No result depends on them: numbers go by first appearance, and hashes stay inside."""

    low: int
    high: int
    last: int
    odd: int                    # to multiply by without losing anything


def draw_secret() -> Secret:
    """A secret that nobody knows."""
    return make_secret(randbits(64), randbits(64), randbits(64), randbits(64))


def make_secret(low: int, high: int, last: int, odd: int) -> Secret:
    """The secret as kernels take it."""
    return Secret(*(cast(int, np.uint64(number)) for number in (low, high, last, odd | 1)))


@borrowing_kernel
def hash_bytes(data: Bytes, start: int, length: int, secret: Secret) -> int:
    """The hash of data[start : start + length]; reads up to 16 bytes more."""
    seed = secret.high ^ uint64(length)
    while length > 16:
        seed = mix(load64(data, start) ^ secret.low, load64(data, start + 8) ^ seed)
        start += 16
        length -= 16
    low = load64(data, start) & LOW_MASK[length]
    high = load64(data, start + 8) & HIGH_MASK[length]
    # Only a guess of the secret makes a factor 0 here: `mix` twice more would cost 4% of all statistics.
    return multiply_fold(multiply_fold(low ^ secret.low, high ^ seed) ^ secret.last, seed)


@borrowing_kernel
def mix(a: int, b: int) -> int:
    """Both numbers in one: if either is 0, the other still counts, as in a product alone it would not."""
    return multiply_fold(a, b) ^ a ^ b

"""Signatures of documents that nobody wrote, any number of them: a quarter are near-duplicates of another."""

import numpy as np
from numba import njit

VALUES = 128
EVERY = 4               # of so many documents the last is a near-duplicate of an earlier one
LEAST_SIMILAR = 0.6     # up to 1, evenly

_ODD = np.uint64(0x9E3779B97F4A7C15)


@njit
def mixed(number):
    """SplitMix64: a random number that only depends on `number`."""
    z = number * _ODD
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit
def fill(first, signatures, threshold):
    """Signatures (uint32) of the documents first..; of a near-duplicate, each value is its original's or its own.

    threshold: in 2**-32, how much of a value's chance to be the original's is certain.
    """
    for row in range(signatures.shape[0]):
        number = np.uint64(first + row)
        original, keeps = number, np.uint64(0)
        if number % np.uint64(EVERY) == np.uint64(EVERY - 1):
            drawn = mixed(number ^ np.uint64(0x5555555555555555))
            original = (drawn >> np.uint64(32)) % number
            original -= np.uint64(original % np.uint64(EVERY) == np.uint64(EVERY - 1))
            share = drawn & np.uint64(0xFFFFFFFF)
            keeps = threshold + ((share * (np.uint64(1 << 32) - threshold)) >> np.uint64(32))
        for place in range(VALUES):
            own = mixed(number * np.uint64(VALUES) + np.uint64(place))
            if own >> np.uint64(32) < keeps:
                own = mixed(original * np.uint64(VALUES) + np.uint64(place))
            signatures[row, place] = np.uint32(own & np.uint64(0xFFFFFFFF))


def signatures(first: int, rows: int) -> np.ndarray:
    """(rows, 128) uint32: those of the documents first, first + 1, ..."""
    result = np.empty((rows, VALUES), np.uint32)
    fill(first, result, np.uint64(LEAST_SIMILAR * 2**32))
    return result

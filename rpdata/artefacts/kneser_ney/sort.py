"""Sorting rows by their keys, and adding up those that are equal."""

import numpy as np

from rpdata.artefacts.kneser_ney.keys import COLUMNS, COUNT, HIGH, LOW, shift_right
from rpdata.text.arrays import Hashes, Ints
from rpdata.text.compiled import EntryPoint, int64, uint64

DIGIT_BITS = 11     # 2048 places to write to at a time stay in the nearest cache


def empty_rows(count: int) -> Hashes:
    """(count, 3) rows, unset."""
    return np.empty((count, COLUMNS), np.uint64)


def digits(order: int, bits: int, words: int) -> Ints:
    """(digits, 2): lowest bit and width of the digits of a key, lowest first; only those that so many words need."""
    needed = max(1, (words - 1).bit_length())
    parts = -(-needed // DIGIT_BITS)
    width = -(-needed // parts)
    return np.array(
        [(word * bits + part * width, width) for word in range(order) for part in range(parts)], np.int64
    )


def sort_rows(rows: Hashes, places: Ints) -> Hashes:
    """The rows in the order of their keys, those with the same key as one; `rows` is used up."""
    spare = np.empty_like(rows)
    in_spare = radix_sort(rows, spare, places)
    result = spare if in_spare else rows
    return result[: add_up(result)]


@EntryPoint
def radix_sort(rows: Hashes, spare: Hashes, places: Ints) -> bool:
    """Sort by one digit after the other, lowest first, to and fro; returns whether the result is in `spare`."""
    source, target = rows, spare
    in_spare = False
    for p in range(len(places)):
        shift, width = places[p, 0], places[p, 1]
        mask = (uint64(1) << uint64(width)) - uint64(1)
        starts = np.zeros((1 << width) + 1, np.int64)
        for i in range(len(source)):
            _, low = shift_right(source[i, HIGH], source[i, LOW], shift)
            starts[int64(low & mask) + 1] += 1
        if starts.max() == len(source):
            continue                            # all have the same digit
        for digit in range(1 << width):
            starts[digit + 1] += starts[digit]
        for i in range(len(source)):
            _, low = shift_right(source[i, HIGH], source[i, LOW], shift)
            digit = int64(low & mask)
            place = starts[digit]
            starts[digit] = place + 1
            for column in range(COLUMNS):
                target[place, column] = source[i, column]
        source, target = target, source
        in_spare = not in_spare
    return in_spare


@EntryPoint
def add_up(rows: Hashes) -> int:
    """Join sorted rows of one key, in place; returns how many are left."""
    last = -1
    for i in range(len(rows)):
        if last >= 0 and rows[last, LOW] == rows[i, LOW] and rows[last, HIGH] == rows[i, HIGH]:
            rows[last, COUNT] += rows[i, COUNT]
            continue
        last += 1
        for column in range(COLUMNS):
            rows[last, column] = rows[i, column]
    return last + 1

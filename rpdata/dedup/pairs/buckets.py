"""Rows with equal keys, side by side: the buckets of a band, the groups of exact copies."""

from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Counts, Hashes, Ints, read_only
from rpdata.text.compiled import EntryPoint, int64, kernel, uint64
from rpdata.text.numbering import table_size
from rpdata.text.xxh3 import avalanche

MOST_ROWS = 1 << 30         # of one call: their numbers, and the slots of their table, fit 32 bits
EMPTY = -1


class Buckets(NamedTuple):
    """Bucket i is members[offsets[i] : offsets[i + 1]]: two rows or more, ascending.

    A bucket stands before another whose first member is larger.
    """

    offsets: Ints       # (buckets + 1,)
    members: Ints


def with_a_new_one(buckets: Buckets, numbers: Ints, known: int) -> Buckets:
    """Only the buckets that have a document beyond the first `known`. numbers: of the rows, ascending."""
    last = numbers[buckets.members[buckets.offsets[1:] - 1]]
    chosen, sizes = last >= known, np.diff(buckets.offsets)
    return Buckets(np.append(0, np.cumsum(sizes[chosen])), buckets.members[np.repeat(chosen, sizes)])


def group(keys: Hashes, numbers: Ints) -> Buckets:
    """The rows that share their key with another.

    keys: (rows,), or (rows, 2) for keys of 128 bits. Some 20,000 in one call are fastest: their table fits the cache.
    numbers: of the rows' documents, ascending; they only prove the order. Members are positions of rows, from 0.

    Raises ValueError for numbers that do not ascend, of which the result would depend on who was first.
    """
    if keys.shape not in ((len(numbers),), (len(numbers), 2)):
        raise ValueError(f"keys of shape {keys.shape} for {len(numbers):,} documents")
    if len(keys) > MOST_ROWS:
        raise ValueError(f"{len(keys):,} rows at once; up to {MOST_ROWS:,} are grouped in one call")
    if np.any(numbers[1:] <= numbers[:-1]):
        raise ValueError("the numbers of documents do not ascend")
    if len(keys) < 2:
        return Buckets(np.zeros(1, np.int64), np.empty(0, np.int64))
    first, counts = (np.empty(len(keys), np.int32) for _ in range(2))
    slots = np.full(table_size(len(keys)), EMPTY, np.int32)
    buckets, members = find_equal(read_only(keys.reshape(len(keys), -1)), slots, first, counts)
    offsets, rows = np.empty(buckets + 1, np.int64), np.empty(members, np.int64)
    list_members(first, counts, offsets, rows)
    return Buckets(offsets, rows)


@EntryPoint
def find_equal(keys: Hashes, slots: Counts, first: Counts, counts: Counts) -> tuple[int, int]:
    """Fill `first` with the first row of each row's key, and `counts` with how many rows a first row stands for.

    Returns how many keys have two rows or more, and how many rows those have.
    """
    mask = uint64(slots.size - 1)
    buckets = members = 0
    for row in range(keys.shape[0]):
        counts[row] = 0
        slot = int64(avalanche(keys[row, 0]) & mask)
        while slots[slot] != EMPTY and not same(keys, slots[slot], row):
            slot = int64(uint64(slot + 1) & mask)
        if slots[slot] == EMPTY:
            slots[slot] = row
        leader = int64(slots[slot])
        first[row] = leader
        counts[leader] += 1
        if counts[leader] == 2:
            buckets += 1
            members += 1
        members += int64(counts[leader] >= 2)
    return buckets, members


@kernel
def same(keys: Hashes, row: int, other: int) -> bool:
    """Whether two rows have the same key, of one word or of two."""
    return bool(keys[row, 0] == keys[other, 0] and keys[row, -1] == keys[other, -1])


@EntryPoint
def list_members(first: Counts, counts: Counts, offsets: Ints, members: Ints) -> None:
    """Fill the arrays of `Buckets`; `counts` then says where the next member of each first row would go."""
    bucket = end = 0
    for row in range(first.size):
        leader = int64(first[row])
        if leader == row:
            size = int64(counts[row])
            if size < 2:
                continue
            offsets[bucket] = end
            bucket += 1
            counts[row] = end
            end += size
        members[counts[leader]] = row
        counts[leader] += 1
    offsets[bucket] = end

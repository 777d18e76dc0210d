"""Dealing the n-grams of an order out by their context, and taking the results back in the order of before.

An n-gram's probability needs the sums over all n-grams of its context (its first words), and the probability of its
suffix (its last words). In suffix order the suffixes pass by in step. Contexts do not; but those within a range of
keys are a range of the lower order's rows. So the n-grams are dealt out to such ranges, each of which fits into
memory, none of which needs sorting; within a bucket they keep their order, so that the results are collected by going
over the rows again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rpdata.artefacts.kneser_ney.adjust import Grams
from rpdata.artefacts.kneser_ney.keys import COLUMNS, COUNT, HIGH, LOW, is_less, lowest, shift_right
from rpdata.artefacts.kneser_ney.plan import Plan
from rpdata.artefacts.kneser_ney.spool import Spool
from rpdata.errors import UserError
from rpdata.text.arrays import Floats, Hashes, Ints
from rpdata.text.compiled import EntryPoint, int64, kernel

LOWER = COLUMNS             # of a dealt row, behind the key of its context and its count: its suffix's probability
DEALT = COLUMNS + 1
DEALT_BYTES = 8 * DEALT
MOST = 256                  # buckets: each is an open file
NEAR = 1 << 18              # rows of a bucket whose contexts stay near the caches


@dataclass(frozen=True)
class Bucket:
    """rows: (context's high, low, count, bits of the suffix's probability). first, stop: its contexts' rows."""

    rows: Spool
    first: int
    stop: int


def boundaries(grams: Grams, lower: Grams, bits: int, limit: int) -> Hashes:
    """(buckets - 1, 2): the first context of each bucket but the first; limit: rows of a bucket, and contexts, about.

    By the samples: a context never has more n-grams than there are words. UserError if there would be too many.
    """
    samples = np.concatenate([contexts_of(grams.sample, grams.order, bits), lower.sample[:, :COUNT]])
    rows = grams.rows.rows + lower.rows.rows
    if rows > MOST * limit:
        raise UserError(
            f"the memory is too small: {rows:,} {grams.order}-grams and their contexts would need more than {MOST} "
            f"buckets.\nGive {-(-rows // (MOST * limit))} times as much: --memory; or prune, or take less text."
        )
    buckets = max(-(-rows // limit), min(MOST, -(-rows // NEAR)))
    samples = samples[np.lexsort((samples[:, LOW], samples[:, HIGH]))]
    cuts = [len(samples) * i // buckets for i in range(1, buckets)]
    return np.unique(samples[cuts], axis=0)


def deal(grams: Grams, lower: Grams, probabilities: Spool, cuts: Hashes, plan: Plan) -> list[Bucket]:
    """The rows of an order, with the probability of their suffixes, in buckets.

    probabilities: of the rows of the lower order.
    """
    context_bits = (grams.order - 1) * plan.bits
    spools = [Spool(plan.folder / f"bucket-{i}", np.uint64, DEALT) for i in range(len(cuts) + 1)]
    contexts = np.zeros(len(spools), np.int64)
    suffixes = zip(lower.rows.blocks(plan.block_rows), probabilities.blocks(plan.block_rows), strict=True)
    below, values = np.empty((0, COLUMNS), np.uint64), np.empty(0, np.float64)
    place = 0
    for rows in grams.rows.blocks(plan.block_rows):
        dealt = np.empty((len(rows), DEALT), np.uint64)
        done = 0
        while True:
            done, place = fill_lower(rows, done, below, values, place, plan.bits, dealt.view(np.float64))
            if done == len(rows):
                break
            below, values = next(suffixes)
            place = 0
            contexts += counts_of(below, context_bits, cuts)
        ordered, ends = deal_rows(rows, context_bits, cuts, dealt)
        for spool, start, stop in zip(spools, [0, *ends], ends, strict=False):
            spool.append(ordered[start:stop])
    for below, _ in suffixes:
        contexts += counts_of(below, context_bits, cuts)
    stops = np.cumsum(contexts).tolist()
    for spool in spools:
        spool.close()
    return [Bucket(*parts) for parts in zip(spools, [0, *stops], stops, strict=False)]


def collect(grams: Grams, dealt: list[Spool], cuts: Hashes, plan: Plan) -> Iterator[Floats]:
    """The results of all buckets, in the order of the rows."""
    taken = [0] * len(dealt)
    for rows in grams.rows.blocks(plan.block_rows):
        numbers = bucket_numbers(rows, (grams.order - 1) * plan.bits, cuts)
        counts = np.bincount(numbers, minlength=len(dealt)).tolist()
        parts = []
        for i, count in enumerate(counts):
            parts.append(dealt[i].read(taken[i], taken[i] + count))
            taken[i] += count
        yield interleave(numbers, np.concatenate(parts), np.cumsum([0, *counts]))


def contexts_of(rows: Hashes, order: int, bits: int) -> Hashes:
    """(n, 2): the keys of the first words of n-grams."""
    keys = np.empty((len(rows), 2), np.uint64)
    write_contexts(rows, (order - 1) * bits, keys)
    return keys


@EntryPoint
def write_contexts(rows: Hashes, context_bits: int, keys: Hashes) -> None:
    for i in range(len(rows)):
        keys[i, HIGH], keys[i, LOW] = lowest(rows[i, HIGH], rows[i, LOW], context_bits)


@kernel
def bucket_of(high: int, low: int, cuts: Hashes) -> int:
    """How many of the cuts are not above a key."""
    start, stop = 0, len(cuts)
    while start < stop:
        middle = (start + stop) // 2
        if is_less(high, low, cuts[middle, HIGH], cuts[middle, LOW]):
            stop = middle
        else:
            start = middle + 1
    return start


@EntryPoint
def bucket_numbers(rows: Hashes, context_bits: int, cuts: Hashes) -> Ints:
    """The bucket of each n-gram, by its context."""
    numbers = np.empty(len(rows), np.int64)
    for i in range(len(rows)):
        high, low = lowest(rows[i, HIGH], rows[i, LOW], context_bits)
        numbers[i] = bucket_of(high, low, cuts)
    return numbers


def counts_of(rows: Hashes, context_bits: int, cuts: Hashes) -> Ints:
    """How many of the rows of a lower order, which are contexts, each bucket has."""
    return np.bincount(bucket_numbers(rows, context_bits, cuts), minlength=len(cuts) + 1)


@EntryPoint
def fill_lower(
    rows: Hashes, done: int, below: Hashes, values: Floats, place: int, bits: int, dealt: Floats
) -> tuple[int, int]:
    """Give rows the value of their suffix, which comes in the same order; returns how far it came in both."""
    while done < len(rows):
        high, low = shift_right(rows[done, HIGH], rows[done, LOW], bits)
        while place < len(below) and is_less(below[place, HIGH], below[place, LOW], high, low):
            place += 1
        if place == len(below):
            break
        dealt[done, LOWER] = values[place]
        done += 1
    return done, place


@EntryPoint
def deal_rows(rows: Hashes, context_bits: int, cuts: Hashes, dealt: Hashes) -> tuple[Hashes, Ints]:
    """The rows by bucket, and where each bucket ends; dealt: has the column LOWER already."""
    numbers = np.empty(len(rows), np.int64)
    starts = np.zeros(len(cuts) + 2, np.int64)
    for i in range(len(rows)):
        high, low = lowest(rows[i, HIGH], rows[i, LOW], context_bits)
        dealt[i, HIGH], dealt[i, LOW], dealt[i, COUNT] = high, low, rows[i, COUNT]
        numbers[i] = bucket_of(high, low, cuts)
        starts[numbers[i] + 1] += 1
    for bucket in range(len(cuts) + 1):
        starts[bucket + 1] += starts[bucket]
    ordered = np.empty_like(dealt)
    for i in range(len(rows)):
        place = starts[numbers[i]]
        starts[numbers[i]] = place + 1
        for column in range(DEALT):
            ordered[place, column] = dealt[i, column]
    return ordered, starts[:-1]


@EntryPoint
def interleave(numbers: Ints, values: Floats, starts: Ints) -> Floats:
    """Take the next value of each row's bucket."""
    result = np.empty(len(numbers), np.float64)
    for i in range(len(numbers)):
        place = starts[numbers[i]]
        starts[numbers[i]] = place + 1
        result[i] = values[int64(place)]
    return result

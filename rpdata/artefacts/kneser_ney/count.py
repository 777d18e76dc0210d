"""Counting the n-grams of the highest order: sorted runs on disk, merged in ranges that fit into memory.

Every position of the text ends one n-gram; before the beginning of a sentence there is nothing but <s>.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rpdata.artefacts.kneser_ney.keys import (
    BEGIN,
    COLUMNS,
    COUNT,
    END,
    HIGH,
    LOW,
    ROW_BYTES,
    first_not_below,
    shift_left,
    shift_right,
)
from rpdata.artefacts.kneser_ney.parallel import in_order
from rpdata.artefacts.kneser_ney.plan import Plan
from rpdata.artefacts.kneser_ney.sort import digits, empty_rows, sort_rows
from rpdata.artefacts.kneser_ney.spool import Spool
from rpdata.artefacts.kneser_ney.words import Vocabulary
from rpdata.text.arrays import Hashes, Words32
from rpdata.text.compiled import EntryPoint, uint64

STRIDE = 1024       # rows of a run for each key that is kept in memory, to find places in it


@dataclass(frozen=True)
class Run:
    """Sorted rows on disk. marks: the key of row 0, STRIDE, 2 * STRIDE ..."""

    rows: Spool
    marks: Hashes

    def place_of(self, key: Hashes) -> int:
        """How many rows come before a key."""
        block = int(first_of(self.marks, key))
        start = max(0, block - 1) * STRIDE
        return start + int(first_of(self.rows.read(start, min(self.rows.rows, block * STRIDE)), key))


def count_runs(numbers: Iterable[Words32], vocabulary: Vocabulary, plan: Plan) -> list[Run]:
    """The n-grams of a text and their counts, as runs, each as long as memory allows."""
    length = plan.memory // (ROW_BYTES * (1 + 2 * plan.threads))        # one is filled, the others sorted to and fro

    def keep(task: tuple[int, Hashes, int]) -> Run:
        number, rows, words = task
        spool = Spool(plan.folder / f"run-{number}", np.uint64, COLUMNS)
        rows = sort_rows(rows, digits(plan.order, plan.bits, words))
        spool.append(rows)
        spool.close()
        return Run(spool, rows[::STRIDE].copy())

    tasks = ((i, rows, len(vocabulary)) for i, rows in enumerate(rows_of(numbers, plan.order, plan.bits, length)))
    return list(in_order(keep, tasks, plan.threads))


def rows_of(numbers: Iterable[Words32], order: int, bits: int, length: int) -> Iterator[Hashes]:
    """The n-gram that ends at each position, counted once, so many at a time."""
    context = beginning(order, bits)
    rows, filled = empty_rows(length), 0
    for part in numbers:
        while len(part):
            taken = part[: length - filled]
            push_words(taken, context, order, bits, rows[filled : filled + len(taken)])
            filled += len(taken)
            part = part[len(taken) :]
            if filled == length:
                yield rows
                rows, filled = empty_rows(length), 0
    if filled:
        yield rows[:filled]


def beginning(order: int, bits: int) -> Hashes:
    """(1, 2): the key of nothing but <s>."""
    key = sum(BEGIN << position * bits for position in range(order))
    return np.array([[key >> 64, key & 2**64 - 1]], np.uint64)


@EntryPoint
def push_words(numbers: Words32, context: Hashes, order: int, bits: int, rows: Hashes) -> None:
    """The key at each position; context: (1, 2), the one before the first, on return the last."""
    start_high, start_low = uint64(0), uint64(0)
    for _ in range(order):
        start_high, start_low = shift_left(start_high, start_low, bits)
        start_low |= uint64(BEGIN)
    high, low = context[0, HIGH], context[0, LOW]
    for i in range(len(numbers)):
        high, low = shift_right(high, low, bits)
        word_high, word_low = shift_left(uint64(0), uint64(numbers[i]), (order - 1) * bits)
        high, low = high | word_high, low | word_low
        rows[i, HIGH], rows[i, LOW], rows[i, COUNT] = high, low, uint64(1)
        if numbers[i] == END:
            high, low = start_high, start_low
    context[0, HIGH], context[0, LOW] = high, low


@EntryPoint
def first_of(rows: Hashes, key: Hashes) -> int:
    """How many sorted rows come before key[0]."""
    return first_not_below(rows, key[0, HIGH], key[0, LOW])


def merged(runs: list[Run], words: int, plan: Plan) -> Iterator[Hashes]:
    """All rows of all runs in order, each key once, in blocks; words: how many different ones there are."""
    if len(runs) == 1:
        yield from runs[0].rows.blocks(plan.block_rows)
        return
    places = digits(plan.order, plan.bits, words)
    length = plan.memory // (3 * ROW_BYTES * (plan.threads + 1))        # put together, and sorted to and fro

    def merge(cuts: tuple[list[int], list[int]]) -> Hashes:
        parts = [run.rows.read(start, stop) for run, start, stop in zip(runs, *cuts, strict=True)]
        return sort_rows(np.concatenate(parts), places)

    yield from in_order(merge, ranges(runs, length), plan.threads)


def ranges(runs: list[Run], length: int) -> Iterator[tuple[list[int], list[int]]]:
    """Cut the runs at common keys: for each range, where it starts and stops in each run.

    A range has no more rows than `length` and STRIDE for each run.
    """
    marks = np.concatenate([run.marks for run in runs])
    marks = marks[np.lexsort((marks[:, LOW], marks[:, HIGH]))]
    step = max(1, length // STRIDE - len(runs))
    starts = [0] * len(runs)
    for mark in range(step, len(marks), step):
        stops = [run.place_of(marks[mark : mark + 1]) for run in runs]
        yield starts, stops
        starts = stops
    yield starts, [run.rows.rows for run in runs]

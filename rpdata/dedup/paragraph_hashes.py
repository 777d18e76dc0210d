"""Sorted sets of line hashes on disk, each hash with a mark, and how they are made and merged in bounded memory.

A file is numpy's `.npy` of RECORD, in ascending order of `k` without repetition: cc_net's `FlatHashSet.dump_np` writes
and reads the same records. `v` is 1 for a line that more than one document has.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from rpdata.engine.commit import temporary_beside
from rpdata.errors import UserError
from rpdata.text.arrays import Hashes, Ints

RECORD = np.dtype([("k", "<u8"), ("v", "u1")])
RECORDS_AT_ONCE = 4 << 20       # held while sets are made or merged, in at most 50 bytes each
ALL = (0, 1 << 64)              # every hash: from the first number to below the second

Marks: TypeAlias = npt.NDArray[np.uint8]
Records: TypeAlias = npt.NDArray[Any]      # of RECORD


def seen_by_several(hashes: Hashes, owners: Ints) -> tuple[Hashes, Marks]:
    """The distinct hashes in order (there are some), and for each whether several owners have it.

    The hashes of an owner follow each other.
    """
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    first = first_of_each(hashes)
    last = np.append(first[1:], len(hashes)) - 1
    return hashes[first], (owners[last] != owners[first]).astype(np.uint8)


def merged(sets: Sequence[tuple[Hashes, Marks]]) -> tuple[Hashes, Marks]:
    """Their union, which is not empty: a mark is set where it was, and where several sets have the hash."""
    hashes = np.concatenate([hashes for hashes, _ in sets])
    order = np.argsort(hashes, kind="stable")
    hashes, marks = hashes[order], np.concatenate([marks for _, marks in sets])[order]
    first = first_of_each(hashes)
    several = (np.diff(np.append(first, len(hashes))) > 1).astype(np.uint8)
    marked: Marks = np.maximum.reduceat(marks, first)
    return hashes[first], marked | several


def first_of_each(hashes: Hashes) -> Ints:
    """Where each number first is in a sorted array, which is not empty."""
    return np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))


class HashFile:
    """A set on disk, of which parts are read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            records = np.load(path, mmap_mode="r")
        except ValueError as error:
            raise UserError(f"{path} is damaged ({error}). Delete it and run the same command again.") from error
        if records.dtype != RECORD or records.ndim != 1:
            raise UserError(f"{path} does not hold hashes of lines. Delete it and run the same command again.")
        self._hashes = records["k"]         # to search in: a part that is read would count as memory
        self._offset = int(records.offset)

    def __len__(self) -> int:
        return len(self._hashes)

    def place(self, bound: int, low: int, high: int) -> int:
        """The number of the first record from `bound` on, which is one of low to high."""
        return bisect_left(self._hashes, bound, low, high)

    def records(self, start: int, stop: int) -> Records:
        """The records of these numbers."""
        return np.fromfile(self._path, RECORD, stop - start, offset=self._offset + start * RECORD.itemsize)

    def read(self, start: int, stop: int) -> tuple[Hashes, Marks]:
        """The hashes and the marks of these numbers."""
        records = self.records(start, stop)
        return records["k"].copy(), records["v"].copy()


@dataclass(frozen=True)
class Range:
    """The hashes from `low` to below `high`, and the places of their records in several files."""

    low: int
    high: int
    places: tuple[tuple[int, int], ...]

    @property
    def records(self) -> int:
        return sum(stop - start for start, stop in self.places)


def ranges(files: Sequence[HashFile], most: int = RECORDS_AT_ONCE) -> Iterator[Range]:
    """All hashes, in ascending ranges: of which each has a record, and at most so many in all files together.

    A single hash may have more: a record in each file.
    """
    waiting = [Range(*ALL, tuple((0, len(file)) for file in files))]
    while waiting:
        whole = waiting.pop()
        if whole.records <= most or whole.high - whole.low == 1:
            if whole.records:
                yield whole
            continue
        middle = (whole.low + whole.high) // 2
        cuts = [file.place(middle, *place) for file, place in zip(files, whole.places, strict=True)]
        halves = [
            [(start, cut) for (start, _), cut in zip(whole.places, cuts, strict=True)],
            [(cut, stop) for (_, stop), cut in zip(whole.places, cuts, strict=True)],
        ]
        waiting.append(Range(middle, whole.high, tuple(halves[1])))
        waiting.append(Range(whole.low, middle, tuple(halves[0])))


class HashWriter:
    """Appends records to a file of them; closed with the block."""

    def __init__(self, path: Path) -> None:
        self.records = 0
        self._file = path.open("wb")
        self._header()
        self._begin = self._file.tell()

    def write(self, hashes: Hashes, marks: Marks) -> Records:
        """Append them; returns them as they are in the file."""
        records = np.empty(len(hashes), RECORD)
        records["k"], records["v"] = hashes, marks
        self._file.write(records.data)
        self.records += len(records)
        return records

    def _header(self) -> None:
        """As `numpy.save` writes it; it leaves room for any number of records."""
        fields = {"descr": npy.dtype_to_descr(RECORD), "fortran_order": False, "shape": (self.records,)}
        npy.write_array_header_1_0(self._file, fields)

    def __enter__(self) -> "HashWriter":
        return self

    def __exit__(self, *_: object) -> None:
        with self._file:
            self._file.seek(0)
            self._header()
            if self._file.tell() != self._begin:
                raise AssertionError("numpy's header took the place of records")


@dataclass
class Collector:
    """The lines of one unit, document by document, into a set; what does not fit waits on disk, sorted.

    beside: a file beside which the waiting ones are put. Leaving the block removes them.
    lines: that were added. most: records that are held at a time.
    """

    beside: Path
    most: int = RECORDS_AT_ONCE
    lines: int = 0
    _held: list[tuple[Hashes, Marks]] = field(default_factory=list)
    _count: int = 0
    _runs: list[Path] = field(default_factory=list)
    _ends: ExitStack = field(default_factory=ExitStack)

    def add(self, hashes: Hashes, first: Ints) -> None:
        """The lines of some documents, as `hash_lines` gives them."""
        if not len(hashes):
            return
        documents = np.repeat(np.arange(len(first) - 1), np.diff(first))
        self._held.append(seen_by_several(hashes, documents))
        self._count += len(self._held[-1][0])
        self.lines += len(hashes)
        if self._count > self.most:
            self._held = [merged(self._held)]
            self._count = len(self._held[0][0])
            if self._count > self.most // 2:
                self._put_aside()

    def _put_aside(self) -> None:
        run = temporary_beside(self.beside)
        self._ends.callback(run.unlink, missing_ok=True)
        with HashWriter(run) as out:
            out.write(*merged(self._held))
        self._runs.append(run)
        self._held, self._count = [], 0

    def write(self, path: Path) -> tuple[int, int]:
        """Write all that was added; returns the number of hashes, and of those that several documents have."""
        if self._runs and self._held:
            self._put_aside()
        repeated = 0
        with HashWriter(path) as out:
            for hashes, marks in self._merged():
                out.write(hashes, marks)
                repeated += int(np.count_nonzero(marks))
        return out.records, repeated

    def _merged(self) -> Iterator[tuple[Hashes, Marks]]:
        if self._held:
            yield merged(self._held)
        files = [HashFile(run) for run in self._runs]
        for part in ranges(files, self.most):
            yield merged([file.read(*place) for file, place in zip(files, part.places, strict=True)])

    def __enter__(self) -> "Collector":
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

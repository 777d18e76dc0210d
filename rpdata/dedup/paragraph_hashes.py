"""Sorted sets of line hashes on disk, each hash with a mark, and how they are made and merged in bounded memory.

A file is numpy's `.npy` of RECORD, in ascending order of `k` without repetition: cc_net's `FlatHashSet.dump_np` writes
and reads the same records. `v` is 1 for a line that more than one document has.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from rpdata.errors import UserError
from rpdata.text.arrays import Hashes, Ints

RECORD = np.dtype([("k", "<u8"), ("v", "u1")])
RECORDS_AT_ONCE = 4 << 20       # held while sets are made or merged, in at most 50 bytes each
ALL = (0, 1 << 64)              # every hash: from the first number to below the second

Marks: TypeAlias = npt.NDArray[np.uint8]
Records: TypeAlias = npt.NDArray[Any]      # of RECORD


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

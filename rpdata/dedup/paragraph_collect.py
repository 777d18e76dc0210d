"""The set of a unit's line hashes, made in bounded memory: sorted runs on disk, merged range by range."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rpdata.dedup.paragraph_hashes import RECORDS_AT_ONCE, HashFile, HashWriter, Marks, first_of_each, ranges
from rpdata.engine.commit import temporary_beside
from rpdata.text.arrays import Hashes, Ints


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

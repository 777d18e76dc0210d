"""Reads the keys of all segments, one prefix after the other: documents with equal keys come together there."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rpdata.bands import BANDS
from rpdata.dedup.index.band_keys import PREFIXES
from rpdata.dedup.index.order import Numbering

# Rows that one task reads: 24 bytes for each, where prefixes are small enough. It does not depend on the workers or
# their memory, so that a run that goes on with others finds what was done.
TASK_ROWS = 1 << 22


@dataclass(frozen=True)
class Rows:
    """What one task reads: of a part of the segments, e.g. "keys-0.8", some prefixes of a band. (Whole documents have
    one band, 0.)"""

    part: str
    band: int
    first: int      # prefix
    end: int

    @property
    def name(self) -> str:
        return f"{self.band:02d}-{self.first:03d}-{self.end:03d}"

    def by_prefix(self, numbering: Numbering) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Keys and numbers of each prefix, by ascending numbers."""
        slots = slice(self.band * PREFIXES + self.first, self.band * PREFIXES + self.end + 1)
        parts = []
        for segment in numbering.segments:
            arrays = segment.arrays(self.part)
            ends = np.array(arrays["offsets"][slots])
            here = slice(int(ends[0]), int(ends[-1]))
            parts.append((np.array(arrays["keys"][here]), numbering.of(segment, arrays["rows"][here]), ends - ends[0]))
        for prefix in range(self.end - self.first):
            pieces = [(keys[e[prefix]:e[prefix + 1]], numbers[e[prefix]:e[prefix + 1]]) for keys, numbers, e in parts]
            keys = np.concatenate([keys for keys, _ in pieces])
            numbers = np.concatenate([numbers for _, numbers in pieces])
            if np.any(numbers[1:] < numbers[:-1]):      # partitions of several segments take turns
                order = np.argsort(numbers)
                keys, numbers = keys[order], numbers[order]
            yield keys, numbers


def rows_of_bands(threshold: float, documents: int) -> list[Rows]:
    """The tasks for all bands of a threshold among so many documents."""
    return [Rows(f"keys-{threshold}", band, *cut) for band in range(BANDS[threshold][0]) for cut in _cuts(documents)]


def rows_of_documents(kind: str, documents: int) -> list[Rows]:
    """The tasks for whole documents."""
    return [Rows(f"exact-{kind}", 0, *cut) for cut in _cuts(documents)]


def _cuts(documents: int) -> list[tuple[int, int]]:
    """Ranges of prefixes. The number of tasks is a power of two: a larger crawl halves them."""
    tasks = 1
    while documents > tasks * TASK_ROWS and tasks < PREFIXES:
        tasks *= 2
    width = PREFIXES // tasks
    return [(first, first + width) for first in range(0, PREFIXES, width)]

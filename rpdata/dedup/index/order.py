"""Numbers of documents: 0, 1, ... in the order (snapshot, shard, partition, row), whatever came when.

A number stands for a range of each partition, so there are no strings to keep; `cluster_id` and the like become
`id_int` only when an overlay is written.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from rpdata.dedup.index.segments import Place, Segment


@dataclass(frozen=True)
class Range:
    """The documents of one partition: rows first_row.. of a segment have the numbers first_number.."""

    segment: Segment
    place: Place
    first_row: int
    first_number: int

    @property
    def end(self) -> int:
        return self.first_number + self.place.rows


class Numbering:
    """The joint order of the documents of several segments.

    Attributes
    ----------
    segments: in the order of their first documents.
    ranges: of all partitions, in the joint order.
    documents: how many there are.
    """

    def __init__(self, segments: Sequence[Segment], first: Set[str] = frozenset()) -> None:
        """segments: one that several indexes have counts once. first: names of segments whose documents come before
        all others, whatever their place."""
        places = [
            (segment, place, row)
            for segment in {segment.name: segment for segment in segments}.values()
            for place, row in zip(segment.places, _starts([place.rows for place in segment.places]), strict=True)
        ]
        places.sort(key=lambda each: (each[0].name not in first, *_order(each[1])))
        numbers = _starts([place.rows for _, place, _ in places])
        self.ranges = [Range(*each, number) for each, number in zip(places, numbers, strict=True)]
        self.documents = sum(place.rows for _, place, _ in places)
        self.segments = list({each.segment.name: each.segment for each in self.ranges}.values())
        self._by_segment: dict[str, list[Range]] = {segment.name: [] for segment in self.segments}
        for each in sorted(self.ranges, key=lambda each: (each.first_row, each.place.rows)):
            self._by_segment[each.segment.name].append(each)
        self._starts = np.array([each.first_number for each in self.ranges], np.int64)

    def of(self, segment: Segment, rows: np.ndarray) -> np.ndarray:
        """The numbers (int64) of rows of a segment, in any order."""
        ranges = self._by_segment[segment.name]
        shifts = np.array([each.first_number - each.first_row for each in ranges], np.int64)
        if len(set(shifts.tolist())) == 1:      # as nearly always: its partitions follow each other
            return rows.astype(np.int64) + shifts[0]
        # Of partitions that begin at the same row all but the last are empty.
        place = np.searchsorted([each.first_row for each in ranges], rows, side="right") - 1
        return rows.astype(np.int64) + shifts[place]

    def split(self, numbers: np.ndarray) -> Iterator[tuple[Segment, slice, np.ndarray]]:
        """Ascending numbers, range by range: the segment, which of the numbers they are, and their rows (uint32)."""
        if len(numbers) == 0:
            return
        first = int(np.searchsorted(self._starts, numbers[0], side="right")) - 1
        last = int(np.searchsorted(self._starts, numbers[-1], side="right"))
        ranges = self.ranges[first:last]
        ends = np.searchsorted(numbers, [each.first_number for each in ranges] + [self.documents])
        for each, (start, end) in zip(ranges, pairwise(ends.tolist()), strict=True):
            if end > start:
                rows = numbers[start:end] - (each.first_number - each.first_row)
                yield each.segment, slice(start, end), rows.astype(np.uint32)

    def described(self) -> list[dict[str, Any]]:
        """What the order is, as JSON values: the same for the same partitions in the same order, wherever they lie."""
        return [asdict(each.place) for each in self.ranges]


def _order(place: Place) -> tuple[Any, ...]:
    snapshot, shard, partition = place.partition.split("/")
    return snapshot, int(shard), partition, place.doc_ids


def _starts(rows: Sequence[int]) -> list[int]:
    starts = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(rows, out=starts[1:])
    return [int(start) for start in starts[:-1]]

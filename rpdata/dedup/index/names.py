"""From numbers back to documents: how an overlay names them, and where they lie."""

import bisect
from pathlib import Path

import numpy as np

from rpdata.dedup.index.order import Numbering
from rpdata.text.arrays import Hashes, Ints


def id_ints(numbering: Numbering, numbers: Ints) -> Hashes:
    """The id_int (uint64) of documents, by ascending numbers; of one segment at a time more than these is mapped."""
    names = np.empty(len(numbers), np.uint64)
    for segment, part, rows in numbering.split(numbers):
        names[part] = segment.arrays("ids")["ids"][rows]
    return names


def locate(numbering: Numbering, numbers: Ints) -> list[tuple[Path, str, int]]:
    """The dataset, the partition and the row of documents, in any order."""
    starts = [each.first_number for each in numbering.ranges]
    places = []
    for number in numbers.tolist():
        # of partitions that begin with the same number all but the last are empty
        found = numbering.ranges[bisect.bisect_right(starts, number) - 1]
        places.append((found.segment.dataset, found.place.partition, number - found.first_number))
    return places

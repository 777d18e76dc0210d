"""Which lines the units of a group share: their sets of hashes, merged range by range.

cc_net loads the sets of all shards of a group into one table (`present before, or marked`). Here a part of the group's
hashes, all of one range, is merged at a time, and each unit is given those of its own hashes that are duplicates: so
no process ever holds the hashes of a group.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from rpdata.dedup.paragraph_hashes import HashFile, Marks, Range, first_of_each
from rpdata.text.arrays import Hashes

# The marks of a duplicate in a unit's list.
ELSEWHERE = 0       # an earlier unit has the line
FIRST_HERE = 1      # none has: the first document of this unit that has the line is the first of the group


@dataclass(frozen=True)
class Part:
    """What one task merges. earlier: sets of which no text is edited now, and which count as being before all."""

    earlier: tuple[Path, ...]
    units: tuple[Path, ...]     # in the order of the plan
    hashes: Range


def duplicates(part: Part) -> list[tuple[Hashes, Marks]]:
    """For each unit its hashes of the range that several documents have, in ascending order, with their marks."""
    files = [HashFile(path) for path in (*part.earlier, *part.units)]
    sets = [file.read(*place) for file, place in zip(files, part.hashes.places, strict=True)]
    hashes = np.concatenate([hashes for hashes, _ in sets])
    owners = np.repeat(np.arange(len(sets), dtype=np.int32), [len(hashes) for hashes, _ in sets])
    order = np.argsort(hashes, kind="stable")       # owners stay in order
    hashes, owners = hashes[order], owners[order]
    first = first_of_each(hashes)
    copies = np.diff(np.append(first, len(hashes)))
    marked = np.maximum.reduceat(np.concatenate([marks for _, marks in sets])[order], first) > 0
    wanted = np.repeat(marked | (copies > 1), copies) & (owners >= len(part.earlier))
    marks = np.full(len(hashes), ELSEWHERE, np.uint8)
    marks[first] = FIRST_HERE
    return by_owner(hashes[wanted], marks[wanted], owners[wanted], range(len(part.earlier), len(sets)))


def by_owner(
    hashes: Hashes, marks: Marks, owners: np.ndarray, wanted: Sequence[int]
) -> list[tuple[Hashes, Marks]]:
    """Deal the records out to those who own them, each's in the order that they have."""
    order = np.argsort(owners, kind="stable")
    hashes, marks = hashes[order], marks[order]
    bounds = np.searchsorted(owners[order], [*wanted, wanted[-1] + 1])
    return [(hashes[start:stop], marks[start:stop]) for start, stop in pairwise(bounds)]

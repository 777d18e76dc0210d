"""What the tasks that find clusters read and write: edges and clusters on disk, some at a time.

Edges are folders of arrays with `leader` and `follower` (int64 numbers of documents, in either order).

Clusters are a folder of parts, each a folder of arrays `first` and `member` (int64), sorted by both: `first` is the
smallest number of the cluster and a member too. Parts follow each other by their names, a cluster is in one of them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.text.arrays import Ints

EDGES_AT_ONCE = 1 << 16
SMALLEST_PART, LARGEST_PART, PARTS = 1 << 16, 1 << 20, 32
PART_NAMES = "[0-9]*-[0-9]*"    # and not what a killed process left half-written under a hidden name
SUMMARY = "summary"         # of a folder of clusters; written last


def pairs(folder: Path, names: tuple[str, str], start: int, stop: int) -> Iterator[tuple[Ints, Ints]]:
    """Two arrays of a folder from `start` to `stop`, as copies of at most EDGES_AT_ONCE items.

    What is read of a mapped file counts as memory of the process while it is mapped, so each copy maps it anew.
    """
    for first in range(start, stop, EDGES_AT_ONCE):
        arrays, some = Arrays(folder), slice(first, min(first + EDGES_AT_ONCE, stop))
        yield np.array(arrays[names[0]][some]), np.array(arrays[names[1]][some])


def edges_of(folders: Iterable[Path]) -> Iterator[tuple[Ints, Ints]]:
    """All edges of some folders, in pieces: (leaders, followers)."""
    for folder in folders:
        yield from pairs(folder, ("leader", "follower"), 0, len(Arrays(folder)["leader"]))


def cut(ends: Ints, most: int) -> Iterator[slice]:
    """Consecutive slices of clusters, of at most `most` members together unless a single cluster has more.

    ends: how many members each cluster and those before it have.
    """
    start = 0
    while start < len(ends):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield slice(start, stop)
        start = stop


def whole_clusters(first: np.ndarray, most: int) -> Iterator[slice]:
    """Consecutive slices of members, as `cut`; first: of each member, ascending."""
    ends = np.append(np.flatnonzero(first[1:] != first[:-1]) + 1, len(first)) if len(first) else np.empty(0, np.int64)
    for some in cut(ends, most):
        yield slice(int(ends[some.start - 1]) if some.start else 0, int(ends[some.stop - 1]))


def part_size(documents: int) -> int:
    """Members of a part, unless a single cluster has more: enough parts to share out, each worth opening files for."""
    return min(max(documents // PARTS, SMALLEST_PART), LARGEST_PART)


def write_clusters(
    folder: Path, range_number: int, clusters: Iterable[tuple[np.ndarray, np.ndarray]], most: int
) -> None:
    """Write (first, member), as they come in order, as parts whose names sort by the number of their range.

    Whole clusters come together. most: members of a part, unless a single cluster has more.
    """
    number = 0
    for first, member in clusters:
        for some in whole_clusters(first, most):
            arrays = {"first": first[some].astype(np.int64), "member": member[some].astype(np.int64)}
            write_arrays(folder / f"{range_number:06d}-{number:06d}", arrays)
            number += 1
    write_arrays(_end(folder, range_number), {})


def has_range(folder: Path, range_number: int) -> bool:
    """Whether all parts of a range are there."""
    return is_written(_end(folder, range_number))


def _end(folder: Path, range_number: int) -> Path:
    return folder / f"{range_number:06d}-end"


def is_whole(folder: Path) -> bool:
    """Whether a folder of clusters has all its parts."""
    return is_written(folder / SUMMARY)


def finish_clusters(folder: Path) -> None:
    """Once all parts are there."""
    found = sorted(folder.glob(PART_NAMES))
    sizes = np.array([len(Arrays(part)["first"]) for part in found], np.int64)
    write_arrays(folder / SUMMARY, {"members": sizes}, {"parts": [part.name for part in found]})


def parts(folder: Path) -> list[tuple[Path, int]]:
    """The parts of a folder of clusters, in order, and their members."""
    summary = Arrays(folder / SUMMARY)
    return [
        (folder / name, size) for name, size in zip(summary.facts["parts"], summary["members"].tolist(), strict=True)
    ]


def with_a_number_from(known: int, first: Ints, member: Ints) -> tuple[Ints, Ints]:
    """Only the clusters that have a document beyond the first `known`. first, member: in the order of both."""
    starts = np.flatnonzero(np.diff(first, prepend=-1))
    sizes = np.diff(np.append(starts, len(first)))
    last = np.maximum.reduceat(member, starts) if len(starts) else member
    chosen = np.repeat(last >= known, sizes)
    return first[chosen], member[chosen]

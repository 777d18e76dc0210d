"""The largest clusters of a level, with the first lines of some of their documents, for somebody to look at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow.parquet as pq

from rpdata.dedup.marks import ROWS_AT_ONCE, Level
from rpdata.pages import TextPages
from rpdata.text.arrays import Ints

CLUSTERS = 10       # that are shown of a level
SAMPLES = 3         # documents of each: the first, one from the middle, the last
CHARACTERS = 100    # of a first line

# Where documents lie: numbers -> the dataset, the partition and the row of each.
Locate: TypeAlias = Callable[[Ints], Sequence[tuple[Path, str, int]]]


@dataclass(frozen=True)
class Sample:
    """A document of a cluster. first_line: of its text; it ends in an ellipsis where it is cut."""

    doc_id: str
    url: str | None
    first_line: str


@dataclass(frozen=True)
class LargeCluster:
    """first: the number of its first document."""

    first: int
    documents: int
    samples: list[Sample]


def largest_clusters(level: Level, locate: Locate) -> tuple[list[LargeCluster], int]:
    """The largest first; of two of one size, the one that begins first. And how many there are in all."""
    found: list[tuple[int, int, int]] = []      # -size, first, task
    in_all = 0
    for task, arrays in enumerate(level.tasks()):
        for start in range(0, len(arrays["number"]), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            first = np.array(arrays["first"][part])
            heads = np.flatnonzero(first == arrays["number"][part])
            size = np.array(arrays["size"][part])[heads]
            in_all += len(heads)
            order = np.lexsort((first[heads], -size))[:CLUSTERS]
            found += [(-int(size[at]), int(first[heads[at]]), task) for at in order]
            found = sorted(found)[:CLUSTERS]
    wanted = {first: members_of(level, first, task) for _, first, task in found}
    shown = [
        LargeCluster(first, -size, [shown for place in locate(wanted[first]) if (shown := sample(*place))])
        for size, first, _ in found
    ]
    return shown, in_all


def members_of(level: Level, first: int, task: int) -> Ints:
    """Some members of the cluster that begins with `first`: all of them are in the results of one task."""
    (arrays,) = (arrays for number, arrays in enumerate(level.tasks()) if number == task)
    members = [np.zeros(0, np.int64)]
    for start in range(0, len(arrays["number"]), ROWS_AT_ONCE):
        part = slice(start, start + ROWS_AT_ONCE)
        members.append(np.array(arrays["number"][part])[arrays["first"][part] == first])
    numbers = np.concatenate(members)
    return numbers[np.unique(np.linspace(0, len(numbers) - 1, SAMPLES).astype(int))]


def sample(root: Path, partition: str, row: int) -> Sample | None:
    """What is shown of one document; None if its dataset, which an index knows, is not there any more."""
    path = root / "documents" / f"{partition}.parquet"
    if not path.is_file():
        return None
    with pq.ParquetFile(path) as file, TextPages(path, file) as pages:
        group = 0
        while row >= (rows := file.metadata.row_group(group).num_rows):
            row -= rows
            group += 1
        (told,) = file.read_row_group(group, columns=["doc_id", "url"]).slice(row, 1).to_pylist()
        (text,) = pages.read(group, np.array([row])).to_pylist()
    line = text.lstrip().partition("\n")[0]
    return Sample(told["doc_id"], told["url"], line if len(line) <= CHARACTERS else f"{line[:CHARACTERS - 1]}\u2026")

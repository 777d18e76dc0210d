"""Exact copies: documents of the same key, and which of them stays."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rpdata.dedup.clusters.ranks import ranks_of
from rpdata.dedup.job import Job
from rpdata.dedup.pairs.buckets import group
from rpdata.dedup.pairs.rows import Rows
from rpdata.engine.arrays import is_written, write_arrays

STAGE = "exact"


@dataclass(frozen=True)
class ExactTask:
    """Some prefixes of the keys of whole documents."""

    job: Job
    rows: Rows

    @property
    def name(self) -> str:
        return f"{STAGE} {self.rows.part} {self.rows.name}"

    @property
    def folder(self) -> Path:
        """Where its output is, once it is done."""
        return self.job.stage(STAGE) / self.rows.name


def find_copies(task: ExactTask) -> None:
    """Write `number` (ascending), `first`, `size` and `keep` of all documents that have copies."""
    if is_written(task.folder):
        return
    columns: list[tuple[np.ndarray, ...]] = [
        (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, bool))
    ]
    for keys, numbers in task.rows.by_prefix(task.job.numbering):
        groups = group(keys, numbers)
        members, sizes = numbers[groups.members], np.diff(groups.offsets)
        if len(members):
            keep = np.zeros(len(members), bool)
            keep[preferred(task.job, members, groups.offsets)] = True
            columns.append((members, np.repeat(members[groups.offsets[:-1]], sizes), np.repeat(sizes, sizes), keep))
    number, first, size, keep = map(np.concatenate, zip(*columns, strict=True))
    order = np.argsort(number)
    write_arrays(
        task.folder, {"number": number[order], "first": first[order], "size": size[order], "keep": keep[order]}
    )


def preferred(job: Job, members: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """The position of the member of each group that the keep rule prefers; of equals the first."""
    order = np.argsort(members)
    ranks = np.empty(len(members), np.float64)
    ranks[order] = ranks_of(job, members[order])
    group_of = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    return np.asarray(np.lexsort((members, ranks, group_of))[offsets[:-1]])

"""Which documents have something to be compared with: only of those are signatures gathered and text read.

Where the pairs among the first documents are known already, that is: with a new one, or with one that is connected to
a new one by known pairs and shared keys, as all of these may end up in one cluster.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rpdata.dedup.clusters.pieces import parts, with_a_number_from
from rpdata.dedup.index.segments import Segment
from rpdata.dedup.job import Job
from rpdata.dedup.pairs.buckets import group, with_a_new_one
from rpdata.dedup.pairs.rows import Rows
from rpdata.engine.arrays import BELOW, Arrays, is_written, write_arrays

STAGE = "candidates"
TOUCHED = "touched"


@dataclass(frozen=True)
class CandidatesTask:
    """Some prefixes of a band."""

    job: Job
    rows: Rows
    stage: str = STAGE      # or TOUCHED

    @property
    def name(self) -> str:
        return f"{self.stage} {self.rows.part} {self.rows.name}"

    @property
    def folder(self) -> Path:
        """Where its output is, once it is done."""
        return self.job.stage(self.stage) / self.rows.part / self.rows.name


def find_candidates(task: CandidatesTask) -> None:
    """Write `numbers`: of all documents that share a key with another there, ascending."""
    if is_written(task.folder):
        return
    found = [np.empty(0, np.int64)]
    for keys, numbers in task.rows.by_prefix(task.job.numbering):
        found.append(numbers[group(keys, numbers).members])
    write_arrays(task.folder, {"numbers": np.sort(np.concatenate(found))})


def find_touched(task: CandidatesTask) -> None:
    """Write `leader` and `follower`: who shares a key with the first document of a bucket that has a new one."""
    if is_written(task.folder):
        return
    leaders, followers = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for keys, numbers in task.rows.by_prefix(task.job.numbering):
        buckets = with_a_new_one(group(keys, numbers), numbers, task.job.known)
        members = numbers[buckets.members]
        leaders.append(np.repeat(members[buckets.offsets[:-1]], np.diff(buckets.offsets)))
        followers.append(members)
    write_arrays(task.folder, {"leader": np.concatenate(leaders), "follower": np.concatenate(followers)})


@dataclass(frozen=True)
class ReachedTask:
    """One part of what is connected, in any way."""

    job: Job
    part: Path

    @property
    def name(self) -> str:
        return f"{STAGE} reached {self.part.name}"

    @property
    def folder(self) -> Path:
        """Where its output is, once it is done."""
        return self.job.stage(STAGE) / "reached" / self.part.name


def reached_tasks(job: Job, connected: Path) -> list[ReachedTask]:
    """A task for each part of the components of what was touched and what is known."""
    return [ReachedTask(job, part) for part, _ in parts(connected)]


def find_reached(task: ReachedTask) -> None:
    """Write `numbers` as `find_candidates` does: of all documents of components that have a new one."""
    if not is_written(task.folder):
        _, members = with_a_number_from(task.job.known, *(np.array(Arrays(task.part)[n]) for n in ("first", "member")))
        write_arrays(task.folder, {"numbers": np.sort(members)})


def candidates_of(job: Job, segment: Segment) -> np.ndarray:
    """The rows (uint32, ascending) of a segment that have something to be compared with, by any band."""
    numbering = job.numbering
    is_candidate = np.zeros(segment.rows, bool)
    ranges = [each for each in numbering.ranges if each.segment == segment]
    for folder in sorted(job.stage(STAGE).glob(BELOW)):
        numbers = Arrays(folder)["numbers"]
        for each in ranges:
            start, end = np.searchsorted(numbers, [each.first_number, each.end])
            is_candidate[numbers[start:end] - (each.first_number - each.first_row)] = True
    return np.flatnonzero(is_candidate).astype(np.uint32)

"""Which documents have something to be compared with: only of those are signatures gathered and text read."""

from dataclasses import dataclass

import numpy as np

from rpdata.dedup.index.segments import Segment
from rpdata.dedup.job import Job
from rpdata.dedup.pairs.buckets import group
from rpdata.dedup.pairs.rows import Rows
from rpdata.engine.arrays import Arrays, is_written, write_arrays

STAGE = "candidates"


@dataclass(frozen=True)
class CandidatesTask:
    """Some prefixes of a band."""

    job: Job
    rows: Rows

    @property
    def name(self) -> str:
        return f"{STAGE} {self.rows.part} {self.rows.name}"


def find_candidates(task: CandidatesTask) -> None:
    """Write `numbers`: of all documents that share a key with another there, ascending."""
    folder = task.job.stage(STAGE) / task.rows.part / task.rows.name
    if is_written(folder):
        return
    found = [np.empty(0, np.int64)]
    for keys, numbers in task.rows.by_prefix(task.job.numbering):
        found.append(numbers[group(keys, numbers).members])
    write_arrays(folder, {"numbers": np.sort(np.concatenate(found))})


def candidates_of(job: Job, segment: Segment) -> np.ndarray:
    """The rows (uint32, ascending) of a segment that have something to be compared with, by any band."""
    numbering = job.numbering
    is_candidate = np.zeros(segment.rows, bool)
    ranges = [each for each in numbering.ranges if each.segment == segment]
    for folder in sorted(job.stage(STAGE).glob("*/*")):
        numbers = Arrays(folder)["numbers"]
        for each in ranges:
            start, end = np.searchsorted(numbers, [each.first_number, each.end])
            is_candidate[numbers[start:end] - (each.first_number - each.first_row)] = True
    return np.flatnonzero(is_candidate).astype(np.uint32)

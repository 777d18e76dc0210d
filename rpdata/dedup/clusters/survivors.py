"""Which documents of a cluster are kept: an election again, in the order in which one would rather keep them.

A cluster is a chain of similar pairs whose ends need not be similar: A~B~C. Only a document that matches a kept one
goes. Where A leads, B follows it, and C, which does not match A, is kept too.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rpdata.dedup.clusters.pieces import parts, with_a_number_from
from rpdata.dedup.clusters.ranks import ranks_of
from rpdata.dedup.job import Job
from rpdata.dedup.pairs.gathering import court_of
from rpdata.dedup.pairs.sittings import Court
from rpdata.engine.arrays import ONE, Arrays, is_written, write_arrays
from rpdata.text.arrays import Floats, Ints

STAGE = "survivors"
EXACT = "exact"         # the stage before it


@dataclass(frozen=True)
class SurvivorsTask:
    """One part of the clusters of a threshold."""

    job: Job
    threshold: float
    part: Path

    @property
    def name(self) -> str:
        return f"{STAGE} {self.threshold} {self.part.name}"

    @property
    def folder(self) -> Path:
        """Where its output is, once it is done."""
        return self.job.stage(STAGE, self.threshold) / self.part.name


def survivors_tasks(job: Job, threshold: float, clusters: Path) -> list[SurvivorsTask]:
    """A task for each part of a folder of clusters."""
    return [SurvivorsTask(job, threshold, part) for part, _ in parts(clusters)]


def find_survivors(task: SurvivorsTask) -> None:
    """Write what becomes of the documents of a part, by ascending `number`: `first`, the number of the first document
    of its cluster, `size` of the cluster, `keep`, and `jaccard` with the kept document (NaN for none).

    Fact: unresolved documents, which are kept because there were too many leaders to compare them with.
    """
    if is_written(task.folder):
        return
    part = Arrays(task.part)
    first, member = np.array(part["first"]), np.array(part["member"])
    if task.job.known:      # of clusters among those that are marked already nothing is asked
        first, member = with_a_number_from(task.job.known, first, member)
    by_number = np.argsort(member)
    first, number = first[by_number], member[by_number]
    fates = fates_of(first, number, ranks_of(task.job, number), court_of(task.job, task.threshold))
    copies = fates.keep & removed_copies(task.job, number)
    fates.keep[copies], fates.jaccard[copies] = False, 1.0
    write_arrays(
        task.folder,
        {"number": number, "first": first, "size": fates.size, "keep": fates.keep, "jaccard": fates.jaccard},
        {"unresolved": fates.unresolved},
    )


def removed_copies(job: Job, number: Ints) -> npt.NDArray[np.bool_]:
    """Which documents have the words of one that is preferred to them.

    Of a cluster with many leaders some documents follow none, and are kept; their copies need not be.
    """
    removed = np.zeros(len(number), bool)
    if job.settings.exact in ("text", "normalised") and job.settings.verify != "none":
        for folder in job.stage(EXACT).glob(ONE):
            copies = Arrays(folder)
            removed |= np.isin(number, np.array(copies["number"])[~copies["keep"]], assume_unique=True)
    return removed


@dataclass(frozen=True)
class Fates:
    """What becomes of documents; arrays of one length. See `find_survivors`."""

    size: Ints
    keep: npt.NDArray[np.bool_]
    jaccard: Floats
    unresolved: int


def fates_of(first: Ints, number: Ints, ranks: Floats, court: Court) -> Fates:
    """Decide over whole clusters.

    number: of the documents, ascending. first: the cluster of each. ranks: the smallest of a cluster is preferred, NaN
    comes last; of equals the first document. Memory: some 100 bytes for each document, and the evidence of the court.
    """
    order = np.lexsort((number, ranks, first))
    ends = np.flatnonzero(np.diff(first[order], append=-1)) + 1
    offsets = np.concatenate([[0], ends])
    elected = court.elect(offsets, number[order])
    size, keep, jaccard = np.empty(len(number), np.int64), np.ones(len(number), bool), np.full(len(number), np.nan)
    size[order] = np.repeat(np.diff(offsets), np.diff(offsets))
    gone = np.searchsorted(number, elected.followers)
    keep[gone], jaccard[gone] = False, elected.jaccard
    return Fates(size, keep, jaccard, elected.unresolved)

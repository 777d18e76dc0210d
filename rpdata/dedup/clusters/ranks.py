"""Reads what the keep rule says of some documents; see `preference`."""

import numpy as np

from rpdata.dedup.clusters.preference import FIRST
from rpdata.dedup.job import Job
from rpdata.engine.arrays import Arrays
from rpdata.text.arrays import Floats, Ints

STAGE = "preference"    # a folder for each segment


def ranks_of(job: Job, numbers: Ints) -> Floats:
    """A number for each of some documents (ascending); the smallest is preferred, NaN is last. 0 for "first"."""
    ranks = np.zeros(len(numbers), np.float64)
    if job.settings.keep != FIRST:
        for segment, part, rows in job.numbering.split(numbers):
            ranks[part] = Arrays(job.stage(STAGE) / segment.name)["rank"][rows]
    return ranks

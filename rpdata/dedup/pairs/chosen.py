"""Which documents evidence is needed of, and how much room that takes: known before hours are spent on it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rpdata.dataset import DOCUMENTS
from rpdata.dedup.index.segments import Segment
from rpdata.dedup.job import Job
from rpdata.dedup.pairs.candidates import candidates_of
from rpdata.dedup.pairs.evidence import HASH_BYTES, SIGNATURE_BYTES
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.errors import CannotFinish
from rpdata.overlay import TEXT_COLUMN

STAGE = "chosen"
BYTES_PER_WORD = 7.2        # of text on web pages, for each hash of a set
ROOM = 0.95                 # of the free disk, that a run may count on


@dataclass(frozen=True)
class ChosenTask:
    """One segment."""

    job: Job
    segment: Segment

    @property
    def name(self) -> str:
        return f"{STAGE} {self.segment.name}"

    @property
    def folder(self) -> Path:
        """Where its output is, once it is done."""
        return self.job.stage(STAGE) / self.segment.name


def choose(task: ChosenTask) -> None:
    """Write `rows` (uint32, ascending): of the documents of a segment that have something to be compared with.

    Fact: `bytes` that their evidence will take, about.
    """
    if is_written(task.folder):
        return
    rows = candidates_of(task.job, task.segment)
    size = len(rows) * SIGNATURE_BYTES
    if len(rows) and task.job.settings.verify == "jaccard":
        size += round(text_bytes(task.segment) * len(rows) / task.segment.rows / BYTES_PER_WORD) * HASH_BYTES
    write_arrays(task.folder, {"rows": rows}, {"bytes": size})


def chosen_rows(job: Job, segment: Segment) -> np.ndarray:
    """What `choose` wrote."""
    return np.array(Arrays(ChosenTask(job, segment).folder)["rows"])


def text_bytes(segment: Segment) -> int:
    """Of the texts of a segment, in UTF-8: what the footers of their files say."""
    size = 0
    for place in segment.places:
        with segment.file(DOCUMENTS, place) as file:
            column = file.metadata.schema.names.index(TEXT_COLUMN)
            groups = range(file.metadata.num_row_groups)
            size += sum(file.metadata.row_group(group).column(column).total_uncompressed_size for group in groups)
    return size


def refuse_too_much(job: Job, left: list[Segment]) -> None:
    """CannotFinish if the evidence of the segments that have none yet does not fit on the disk."""
    needed = sum(Arrays(ChosenTask(job, segment).folder).facts["bytes"] for segment in left)
    free = shutil.disk_usage(job.work).free
    if needed > ROOM * free:
        raise CannotFinish(
            f"{job.work}: to compare what was found takes about {needed / 1e6:,.0f} MB of disk, and {free / 1e6:,.0f} "
            "MB are free.\nMake room and run the same command again: it goes on from here. --verify signature takes "
            "less"
        )

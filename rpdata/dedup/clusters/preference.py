"""Which document of a cluster one would rather keep, as a number for each document: the smallest is preferred.

"first" needs no numbers: among equals the first document in the joint order is preferred anyway. "newest" goes by
`date_download`; documents without one are as old as their snapshot, if that is called after a week: 2023-06.
"""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rpdata.dataset import DOCUMENTS, MINHASH, Dataset
from rpdata.dedup.index.segments import Segment
from rpdata.dedup.settings import SIGNAL
from rpdata.engine.arrays import is_written, write_arrays
from rpdata.errors import UserError, unknown_name
from rpdata.for_recipe import refuse_others
from rpdata.text.arrays import Floats

FIRST, NEWEST, LONGEST = "first", "newest", "longest"
NOT_SIGNALS = (MINHASH, "duplicates", "repeated_lines")
DATE_DOWNLOAD = "date_download"
DATE_DIGITS = 14        # YYYYMMDDhhmmss
WEEK = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True)
class Preference:
    """A keep rule for one dataset: the column that decides, and the overlay that has it."""

    keep: str
    overlay: str
    column: str

    @classmethod
    def of(cls, keep: str, dataset: Dataset) -> "Preference | None":
        """What `DedupSettings.keep` means; None for "first".

        UserError for a signal that the dataset does not have, or not in all partitions, or not as one number, or for
        one recipe only; for "newest" where nothing says how old a document is.
        """
        if keep == FIRST:
            return None
        if keep == NEWEST:
            refuse_undated(dataset)
            return cls(keep, DOCUMENTS, DATE_DOWNLOAD)
        if keep == LONGEST:
            return cls(keep, DOCUMENTS, "length")
        name = keep.removeprefix(SIGNAL)
        known = {
            column: overlay
            for overlay in dataset.overlays if overlay not in NOT_SIGNALS
            for column in dataset.columns(overlay) if is_number(dataset, overlay, column)
        }
        if name not in known:
            raise unknown_name(f"--keep {SIGNAL}NAME (one number for each document) in {dataset.root}:", name, known)
        for sentence in dataset.disagreements(known[name], [name], dataset.partitions):
            raise UserError(f"cannot prefer by {name} in {dataset.root}: {sentence}")
        refuse_others(dataset, {name: known[name]}, ())
        return cls(keep, known[name], name)

    def ranks(self, values: pa.Array) -> Floats:
        """The numbers of some values of the column; NaN, which sorts last, where there is none."""
        rank: Callable[[pa.Array], pa.Array] = dates if self.keep == NEWEST else (lambda values: values)
        numbers: Floats = pc.cast(rank(values), pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return -numbers

    def rank_of_snapshot(self, partition: str) -> float:
        """The number of a document of a partition that has no value of its own; NaN if there is none."""
        monday = monday_of(partition) if self.keep == NEWEST else None
        return np.nan if monday is None else -float(f"{monday:%Y%m%d000000}")


def monday_of(partition: str) -> datetime.date | None:
    """The first day of the week that a partition's snapshot is called after (ISO 8601); None for other names."""
    week = WEEK.fullmatch(partition.partition("/")[0])
    try:
        return datetime.date.fromisocalendar(int(week[1]), int(week[2]), 1) if week else None
    except ValueError:      # there is no such week
        return None


def refuse_undated(dataset: Dataset) -> None:
    """UserError if no document has a date of its own or of its snapshot: all would be as new."""
    if any(monday_of(partition) for partition in dataset.partitions):
        return
    for partition in dataset.partitions:
        path = dataset.root / DOCUMENTS / f"{partition}.parquet"
        if pc.any(pc.is_valid(dates(pq.read_table(path, columns=[DATE_DOWNLOAD])[DATE_DOWNLOAD]))).as_py():
            return
    raise UserError(
        f"--keep newest goes by {DATE_DOWNLOAD}, or by a snapshot that is called after its week (2023-06): in "
        f"{dataset.root} no document has either.\nPrefer by something else: --keep first, longest or {SIGNAL}NAME"
    )


def is_number(dataset: Dataset, overlay: str, column: str) -> bool:
    """Whether a column has one number, or a flag, for each document, in the partitions that have it."""
    for partition in dataset.overlays[overlay]:
        schema = dataset.file(overlay, partition).schema
        if column in schema.names:
            kind = schema.field(column).type
            return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))
    return False


def dates(values: pa.Array) -> pa.Array:
    """Times such as 2023-02-03T04:05:06Z as the number 20230203040506; null for what is none.

    What is left out at the end counts as zero; an offset from UTC, which crawls do not have, is not looked at.
    """
    digits = pc.replace_substring_regex(values, r"\D", "")
    whole = pc.utf8_rpad(pc.utf8_slice_codeunits(digits, 0, DATE_DIGITS), DATE_DIGITS, "0")
    is_date = pc.match_substring_regex(values, r"^\d{4}-?\d{2}-?\d{2}")
    return pc.cast(pc.if_else(is_date, whole, pa.scalar(None, pa.string())), pa.int64())


@dataclass(frozen=True)
class PreferenceTask:
    """The numbers of all documents of a segment. folder: where they go, as the array `rank` (float64)."""

    segment: Segment
    preference: Preference
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.segment.name} {self.preference.keep}"


def make_preference(task: PreferenceTask) -> None:
    """Write the numbers of a segment; nothing to do if they are there."""
    if is_written(task.folder):
        return
    columns = task.segment.columns(task.preference.overlay, task.preference.column)
    ranks = np.concatenate([np.empty(0), *(task.preference.ranks(column) for column in columns)])
    places = task.segment.places
    of_snapshots = [task.preference.rank_of_snapshot(place.partition) for place in places]
    otherwise = np.repeat(of_snapshots, [place.rows for place in places])
    write_arrays(task.folder, {"rank": np.where(np.isnan(ranks), otherwise, ranks)})

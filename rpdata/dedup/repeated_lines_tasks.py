"""The tasks that mark repeated lines, each of which can be done again: count a unit, add up a range, mark a unit."""

import inspect
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.annotate.columns import batch_of
from rpdata.annotate.parts import are_intact
from rpdata.annotate.unit import UnitReport
from rpdata.dataset import REPEATED_LINES
from rpdata.dedup import line_counts, line_keys
from rpdata.dedup.line_counts import Repeated, Runs, repeated, run_folder
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.engine.killpoint import passing
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger, configuration_hash, hash_of, refuse_loss
from rpdata.overlay import OverlayWriter, describe
from rpdata.schema import DOCUMENTS

COLUMN = "rpdata_lines_copies"
SCHEMA = pa.schema([DOCUMENTS.field("doc_id"), pa.field(COLUMN, pa.list_(pa.int32()), nullable=False)])


@dataclass(frozen=True)
class LinesTask:
    """What travels to every worker. documents: the ledger's entries of all units, in the order of the units."""

    root: Path
    documents: Sequence[Entry]
    more_than: int
    state: str = field(init=False)      # what the overlay is known by: it depends on all documents of the dataset

    def __post_init__(self) -> None:
        made_of = {"units": [content_of(entry) for entry in self.documents], "more_than": self.more_than}
        object.__setattr__(self, "state", configuration_hash(made_of))

    @property
    def folder(self) -> Path:
        """Of what lies beside the dataset: counts by unit, which last, and what is made of them for this overlay."""
        return self.root / "index" / "lines"

    @property
    def work(self) -> Path:
        return self.folder / f"state-{self.state[:16]}"

    @property
    def parts(self) -> Path:
        """Of the repeated keys."""
        return self.work / "parts"

    @property
    def found(self) -> Path:
        """Where it stands how many different lines are repeated."""
        return self.work / "found"

    def counts(self, entry: Entry) -> Path:
        """Of the lines of a unit."""
        return self.folder / f"counts-{content_of(entry)[:16]}"

    def marked(self, entry: Entry) -> Path:
        """Where it stands what was marked in a unit."""
        return self.work / "marked" / entry.unit

    @property
    def configuration(self) -> str:
        """What the ledger calls the overlay's configuration."""
        return configuration_hash({"columns": {COLUMN: self.state}})

    def is_marked(self, entry: Entry) -> bool:
        """Whether nothing is left to do in a unit."""
        stands = Ledger(self.root).done(REPEATED_LINES, entry.unit, self.configuration)
        return stands and is_written(self.marked(entry))


def content_of(entry: Entry) -> str:
    """A hash of a unit's documents, and of how their lines are known."""
    files = {partition: file.xxh3 for partition, file in entry.partitions.items()}
    return configuration_hash({"documents": files, "code": _code()})


@cache
def _code() -> list[str]:
    return [hash_of(Path(inspect.getfile(module))) for module in (line_counts, line_keys)]


def count_lines(entry: Entry, task: LinesTask) -> UnitReport:
    """Write the keys of a unit's lines, each with the number of its documents that have it."""
    report = UnitReport(entry.unit)
    folder = task.counts(entry)
    if is_written(folder / "whole"):
        return report
    refuse_damaged(entry, task.root)
    runs = Runs(folder)
    clock = time.perf_counter()
    for partition in sorted(entry.partitions):
        with pq.ParquetFile(task.root / "documents" / f"{partition}.parquet") as file:
            for group in range(file.num_row_groups):
                texts = batch_of(file, group, ["raw_content"])["raw_content"]
                clock = report.timed("read", clock)
                keys, first = line_keys.line_keys(texts)
                runs.add(keys, first)
                clock = report.timed("count", clock)
                report.documents += len(texts)
                report.text_bytes += texts.nbytes
                advance(len(texts), texts.nbytes)
    runs.close_run()
    write_arrays(folder / "whole", {}, {"records": runs.records})
    passing("lines counted")
    return report


@dataclass(frozen=True)
class Part:
    """A range of keys that is added up: from `low` to below `high`."""

    number: int
    low: int
    high: int


def part_folder(task: LinesTask, number: int) -> Path:
    return task.parts / f"{number:06d}"


def add_up(part: Part, task: LinesTask) -> None:
    """Write the repeated keys of a range, unit by unit."""
    folder = part_folder(task, part.number)
    if is_written(folder):
        return
    runs = [
        (number, run_folder(task.counts(entry), run))
        for number, entry in enumerate(task.documents)
        for run in range(len(facts_of(entry, task)["records"]))
    ]
    keys, counts, starts, different = repeated(runs, len(task.documents), part.low, part.high, task.more_than)
    write_arrays(folder, {"keys": keys, "counts": counts, "starts": starts}, {"different": different})
    passing("lines added up")


def facts_of(entry: Entry, task: LinesTask) -> dict[str, Any]:
    """What was counted in a unit."""
    return Arrays(task.counts(entry) / "whole").facts


@dataclass(frozen=True)
class Unit:
    """A unit whose lines are marked. number: among those that have documents. parts: how many ranges there are."""

    number: int
    parts: int


def mark_lines(unit: Unit, task: LinesTask) -> UnitReport:
    """Write the overlay of a unit and commit it."""
    entry = task.documents[unit.number]
    report = UnitReport(entry.unit)
    if task.is_marked(entry):
        return report
    refuse_damaged(entry, task.root)
    known = Repeated([part_folder(task, number) for number in range(unit.parts)], unit.number)
    facts = Counter[str]()
    clock = time.perf_counter()
    with Commit(task.root) as output, ExitStack() as stack:
        files = {}
        for partition in sorted(entry.partitions):
            path = output.file(f"{REPEATED_LINES}/{partition}.parquet")
            documents = stack.enter_context(pq.ParquetFile(task.root / "documents" / f"{partition}.parquet"))
            with OverlayWriter(path, SCHEMA) as writer:
                for group in range(documents.num_row_groups):
                    batch = batch_of(documents, group, ["doc_id", "raw_content"])
                    clock = report.timed("read", clock)
                    keys, first = line_keys.line_keys(batch["raw_content"])
                    copies = known.copies_of(keys)
                    clock = report.timed("mark", clock)
                    lists = pa.ListArray.from_arrays(pa.array(first, pa.int32()), pa.array(copies))
                    writer.write(pa.RecordBatch.from_arrays([batch["doc_id"], lists], schema=SCHEMA))
                    clock = report.timed("write", clock)
                    owners = np.repeat(np.arange(len(batch)), np.diff(first))[copies > 0]
                    facts["lines"] += len(copies)
                    facts["marked_lines"] += len(owners)
                    facts["marked_documents"] += len(np.unique(owners))
                    report.documents += len(batch)
                    report.text_bytes += batch["raw_content"].nbytes
                    advance(len(batch), batch["raw_content"].nbytes)
            files[partition] = describe(path)
        made = Entry(
            REPEATED_LINES, entry.unit, task.configuration, files, read=entry.written, columns={COLUMN: task.state}
        )
        refuse_loss(made, entry)
        output.record(made)
    write_arrays(task.marked(entry), {}, facts)
    passing("lines marked")
    return report


def refuse_damaged(entry: Entry, root: Path) -> None:
    """UserError if the documents are not those that the ledger tells of."""
    if not are_intact(entry, root):
        raise UserError(
            f"the documents of {entry.unit} are not as they were written, so their lines cannot be counted.\n"
            "Mend them first: run the rpdata compute-signals command that wrote them again"
        )

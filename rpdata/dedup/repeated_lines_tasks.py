"""The tasks that mark repeated lines, each of which can be done again: count a unit, add up a range, mark a unit."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.annotate.columns import batch_of
from rpdata.annotate.unit import UnitReport
from rpdata.dataset import REPEATED_LINES
from rpdata.dedup import line_keys
from rpdata.dedup.line_counts import Repeated, Runs, repeated, run_folder
from rpdata.dedup.repeated_lines_job import COLUMN, LinesJob, LinesUnit
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit, write_atomically
from rpdata.engine.killpoint import passing
from rpdata.ledger import Entry, refuse_loss
from rpdata.overlay import OverlayWriter, describe
from rpdata.schema import DOCUMENTS

SCHEMA = pa.schema([DOCUMENTS.field("doc_id"), pa.field(COLUMN, pa.list_(pa.int32()), nullable=False)])


def count_lines(unit: LinesUnit, job: LinesJob) -> UnitReport:
    """Write the keys of a unit's lines, each with the number of its documents that have it."""
    report = UnitReport(unit.name)
    folder = job.counts(unit)
    if is_written(folder / "whole"):
        return report
    runs = Runs(folder)
    clock = time.perf_counter()
    for partition in sorted(job.documents_of(unit).partitions):
        with pq.ParquetFile(job.root / "documents" / f"{partition}.parquet") as file:
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
    """A range of keys that is added up: from `low` to below `high`. more_than: documents that may have a line."""

    number: int
    low: int
    high: int
    more_than: int


def list_runs(units: Sequence[LinesUnit], job: LinesJob) -> int:
    """Note the runs of all units, for each range to read; returns how many records they have."""
    records = [Arrays(job.counts(unit) / "whole").facts["records"] for unit in units]
    listed = [[unit.content, len(of_runs)] for unit, of_runs in zip(units, records, strict=True)]
    write_atomically(job.runs, json.dumps(listed).encode())
    return sum(map(sum, records))


def add_up(part: Part, job: LinesJob) -> None:
    """Write the repeated keys of a range, unit by unit."""
    folder = job.part(part.number)
    if is_written(folder):
        return
    listed = json.loads(job.runs.read_bytes())
    runs = [
        (number, run_folder(job.folder / f"counts-{content}", run))
        for number, (content, several) in enumerate(listed)
        for run in range(several)
    ]
    keys, counts, starts, different = repeated(runs, len(listed), part.low, part.high, part.more_than)
    write_arrays(folder, {"keys": keys, "counts": counts, "starts": starts}, {"different": different})
    passing("lines added up")


def mark_lines(unit: LinesUnit, job: LinesJob) -> UnitReport:
    """Write the overlay of a unit and commit it."""
    report = UnitReport(unit.name)
    if job.is_marked(unit):
        return report
    entry = job.documents_of(unit)
    known = Repeated(sorted(job.parts.glob("[0-9]*")), unit.number)
    facts = Counter[str]()
    with Commit(job.root) as output:
        files = {}
        for partition in sorted(entry.partitions):
            path = output.file(f"{REPEATED_LINES}/{partition}.parquet")
            mark_partition(job.root / "documents" / f"{partition}.parquet", path, known, facts, report)
            files[partition] = describe(path)
        columns = {COLUMN: job.state}
        made = Entry(REPEATED_LINES, unit.name, job.configuration, files, read=entry.written, columns=columns)
        refuse_loss(made, entry)
        output.record(made)
    write_arrays(job.marked(unit), {}, facts)
    passing("lines marked")
    return report


def mark_partition(source: Path, target: Path, known: Repeated, facts: Counter[str], report: UnitReport) -> None:
    """Write the overlay's file beside one of `documents/`; counts into `facts` and `report`."""
    clock = time.perf_counter()
    with pq.ParquetFile(source) as documents, OverlayWriter(target, SCHEMA) as writer:
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
            facts["documents"] += len(batch)
            facts["lines"] += len(copies)
            facts["marked_lines"] += len(owners)
            facts["marked_documents"] += len(np.unique(owners))
            report.documents += len(batch)
            report.text_bytes += batch["raw_content"].nbytes
            advance(len(batch), batch["raw_content"].nbytes)

"""One unit of an overlay of a user's signals: new and changed columns are computed, the others copied as they are."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.annotate.accounts import are_of_the_same_documents
from rpdata.annotate.columns import Columns, as_declared, batch_of
from rpdata.annotate.parts import are_intact, languages_of
from rpdata.annotate.signals_file import SignalsFile, hashes, load
from rpdata.annotate.unit import UnitReport
from rpdata.annotate.user_values import Failures, values
from rpdata.annotate.watch import SECONDS, Watch
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.engine.plan import Unit
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger, refuse_loss
from rpdata.overlay import OverlayWriter, describe
from rpdata.schema import DOCUMENTS
from rpdata.signals import TextStats, stop_lists
from rpdata.text import measure


@dataclass(frozen=True)
class OverlayTask:
    """What is asked for; travels to every worker.

    names: the signals to bring up to date. whole: the overlay is to have these and no others (there was no `--only`).
    seconds: that one call of a function may take.
    """

    root: Path
    file: SignalsFile
    names: tuple[str, ...]
    whole: bool
    seconds: int = SECONDS


def columns_of(unit: Unit, task: OverlayTask) -> Columns | None:
    """What there is to do; None if nothing is."""
    ledger = Ledger(task.root)
    there = standing(unit, task, ledger)
    known = dict(there.columns) if there else {}
    current = {name: value for name, value in hashes(task.file).items() if name in task.names}
    wanted = dict(sorted((current if task.whole else known | current).items()))
    columns = Columns.of(wanted, known)
    return None if there and not columns.computed and wanted == known else columns


def standing(unit: Unit, task: OverlayTask, ledger: Ledger) -> Entry | None:
    """The overlay's entry, if its files are there and belong to the documents that are there now."""
    documents = ledger.entry("documents", unit.name)
    try:
        entry = ledger.entry(task.file.step, unit.name)
    except UserError:
        return None         # damaged; done anew
    if entry is None or documents is None or not ledger.done(entry.step, entry.unit, entry.configuration):
        return None
    return entry if are_of_the_same_documents(entry, documents) else None


def annotate_overlay(unit: Unit, task: OverlayTask) -> UnitReport:
    """Bring the overlay of one unit up to date and commit it; safe to run any number of times."""
    report = UnitReport(unit.name)
    columns = columns_of(unit, task)
    if columns is None:
        return report
    ledger = Ledger(task.root)
    documents = ledger.entry("documents", unit.name)
    if documents is None or not are_intact(documents, task.root):
        raise UserError(
            f"the documents of {unit.name} are not as they were written, so nothing can be measured of them.\n"
            "Mend them first: run the rpdata compute-signals command that wrote them again"
        )
    before = standing(unit, task, ledger)
    failures = Failures()
    if columns.kept and not take_over(before, columns.kept, task, failures):
        before, failures = None, Failures()
        columns = anew(columns, task)
    schema = schema_of(columns, task, before)
    clock = time.perf_counter()
    with Commit(task.root) as output, Watch(task.root, task.file.step, unit.name, task.seconds) as watch:
        files = {}
        for partition in sorted(documents.partitions):
            path = output.file(f"{task.file.step}/{partition}.parquet")
            with OverlayWriter(path, schema) as writer:
                for rows, kept in row_groups(partition, task, columns):
                    clock = report.timed("read", clock)
                    made = computed(rows, kept, partition, columns, task, failures, watch)
                    clock = report.timed("signals", clock)
                    writer.write(pa.RecordBatch.from_arrays([made[name] for name in schema.names], schema=schema))
                    clock = report.timed("write", clock)
                    text_bytes = rows["raw_content"].nbytes if "raw_content" in rows.schema.names else 0
                    report.documents += rows.num_rows
                    report.text_bytes += text_bytes
                    advance(rows.num_rows, text_bytes)
            files[partition] = describe(path)
        entry = Entry(
            step=task.file.step,
            unit=unit.name,
            configuration=columns.configuration,
            partitions=files,
            read=documents.written,
            failed_values=sum(failures.counts.values()),
            columns=columns.wanted,
        )
        refuse_loss(entry, documents)
        output.errors(entry.step, unit.name, failures.told(list(columns.wanted)))
        output.record(entry)
    return report


def anew(columns: Columns, task: OverlayTask) -> Columns:
    """The same without anything to copy; what the file no longer has is lost with its old values."""
    current = hashes(task.file)
    wanted = {name: current[name] for name in columns.wanted if name in current}
    return Columns.of(wanted, {})


def take_over(entry: Entry | None, kept: list[str], task: OverlayTask, failures: Failures) -> bool:
    """Whether the old files have the bytes, and errors/ the failed values, that the ledger tells of; notes the latter.
    """
    if entry is None or not are_intact(entry, task.root):
        return False
    lines = error_lines(task.root / "errors" / entry.step / f"{entry.unit}.jsonl")
    if sum(line.get("more", 1) for line in lines) != entry.failed_values:
        return False
    failures.keep(lines, kept)
    return True


def error_lines(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_bytes().splitlines()]
    except (FileNotFoundError, ValueError):
        return []


def schema_of(columns: Columns, task: OverlayTask, before: Entry | None) -> pa.Schema:
    """doc_id and the signals, each of the type that it is declared with or was written with."""
    types = {name: load(task.file)[name].type for name in columns.computed}
    for partition in [*before.partitions][:1] if before else []:
        old = pq.read_schema(task.root / task.file.step / f"{partition}.parquet")
        types |= {name: as_declared(old.field(name).type) for name in columns.kept}
    fields = [pa.field(name, types[name]) for name in columns.wanted if name in types]
    return pa.schema([DOCUMENTS.field("doc_id"), *fields])


def row_groups(
    partition: str, task: OverlayTask, columns: Columns
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch | None]]:
    """The rows of `documents/` in the batches that they were written in, beside the columns to copy, if any.

    Of the documents only doc_id is read where nothing is to be computed.
    """
    with ExitStack() as stack:
        documents = stack.enter_context(pq.ParquetFile(task.root / "documents" / f"{partition}.parquet"))
        path = task.root / task.file.step / f"{partition}.parquet"
        old = stack.enter_context(pq.ParquetFile(path)) if columns.kept else None
        for group in range(documents.num_row_groups):
            names = None if columns.computed else ["doc_id"]
            yield batch_of(documents, group, names), batch_of(old, group, columns.kept) if old else None


def computed(
    documents: pa.RecordBatch,
    kept: pa.RecordBatch | None,
    partition: str,
    columns: Columns,
    task: OverlayTask,
    failures: Failures,
    watch: Watch,
) -> dict[str, pa.Array]:
    """All columns of one row group by name."""
    signals = [load(task.file)[name] for name in columns.computed]
    text = None
    if any(signal.reads is TextStats for signal in signals):
        text, _ = measure(documents["raw_content"], languages_of(partition, documents), stop_lists(), None)
        text = text.read_only()
    found = values(signals, documents, text, failures, watch)
    watch.rest()
    copied = {name: kept[name] for name in columns.kept} if kept else {}
    return {"doc_id": documents["doc_id"], **copied, **found}

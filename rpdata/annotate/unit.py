"""One unit of work: its documents, and what is measured of them, written side by side."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.annotate.identity import id_ints
from rpdata.annotate.settings import STEPS, Settings, language_of
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.engine.plan import Unit
from rpdata.ledger import Entry, Ledger, PartitionFile, ReadReport
from rpdata.overlay import OverlayWriter, describe
from rpdata.schema import DOCUMENTS, MINHASH
from rpdata.signals import column_hashes, compute, schema, stop_lists
from rpdata.sources import read
from rpdata.text import measure

SCHEMAS = {"documents": DOCUMENTS, "quality_signals": schema(), "minhash": MINHASH}


@dataclass
class UnitReport:
    """What a task tells the command. The ledger is the record; this is for progress and logs.

    seconds: wall time by stage (`read`, `measure`, `signals`, `write`).
    """

    unit: str
    documents: int = 0
    text_bytes: int = 0
    seconds: Counter[str] = field(default_factory=Counter)

    def timed(self, stage: str, started: float) -> float:
        now = time.perf_counter()
        self.seconds[stage] += now - started
        return now


def missing_steps(unit: Unit, settings: Settings) -> list[str]:
    """The steps that the ledger does not call done. Without its documents a unit has nothing."""
    ledger = Ledger(settings.output)
    missing = [step for step in STEPS if not ledger.done(step, unit.name, settings.configuration(step, unit))]
    return list(STEPS) if "documents" in missing else missing


def annotate_unit(unit: Unit, settings: Settings) -> UnitReport:
    """Read one unit, compute what is missing of it, commit; safe to run any number of times."""
    missing = missing_steps(unit, settings)
    summary = UnitReport(unit.name)
    if not missing:
        return summary
    source = ReadReport()
    batches = read(unit, settings.for_unit(unit), source) if "documents" in missing else stored(unit, settings)
    with Commit(settings.output) as output:
        files = {step: output.file(f"{step}/{unit.partition_path}.parquet") for step in missing}
        with ExitStack() as stack:
            writers = {
                step: stack.enter_context(OverlayWriter(file, SCHEMAS[step])) for step, file in files.items()
            }
            annotate_batches(batches, language_of(unit), settings, writers, summary)
        if "documents" in missing:
            output.errors("documents", unit.name, source.errors)
        for step in missing:
            output.record(ledger_entry(step, unit, settings, describe(files[step]), source, summary))
    return summary


def annotate_batches(
    batches: Iterator[pa.RecordBatch],
    language: str,
    settings: Settings,
    writers: dict[str, OverlayWriter],
    summary: UnitReport,
) -> None:
    """Each batch through the kernels and into one row group of each overlay."""
    clock = time.perf_counter()
    for documents in batches:
        clock = summary.timed("read", clock)
        text, signatures = measure(
            documents["raw_content"],
            [language] * documents.num_rows,
            stop_lists(),
            settings.minhash if "minhash" in writers else None,
        )
        clock = summary.timed("measure", clock)
        rows = {"documents": documents}
        if "quality_signals" in writers:
            rows["quality_signals"] = compute(documents, text)
        if "minhash" in writers:
            rows["minhash"] = pa.RecordBatch.from_arrays(
                [documents["doc_id"], id_ints(documents["doc_id"]), signatures], schema=MINHASH
            )
        clock = summary.timed("signals", clock)
        for step, writer in writers.items():
            writer.write(rows[step])
        clock = summary.timed("write", clock)
        text_bytes = documents["raw_content"].nbytes
        summary.documents += documents.num_rows
        summary.text_bytes += text_bytes
        advance(documents.num_rows, text_bytes)
    summary.timed("read", clock)


def stored(unit: Unit, settings: Settings) -> Iterator[pa.RecordBatch]:
    """The documents of a unit that was read before, in the batches that it was read in."""
    with pq.ParquetFile(settings.output / "documents" / f"{unit.partition_path}.parquet") as file:
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group).cast(DOCUMENTS).combine_chunks().to_batches()


def ledger_entry(
    step: str, unit: Unit, settings: Settings, file: PartitionFile, source: ReadReport, summary: UnitReport
) -> Entry:
    """The account of one step: `read` as the reader counted it, `written` as the Parquet footer says."""
    entry = {
        "step": step,
        "unit": unit.name,
        "configuration": settings.configuration(step, unit),
        "partitions": {unit.partition_path: file},
    }
    if step == "documents":
        return Entry(
            **entry,
            read=source.read,
            dropped=dict(source.dropped),
            failed=source.failed,
            unread_bytes=source.unread_bytes,
            inputs=tuple(source.inputs),
        )
    columns = column_hashes() if step == "quality_signals" else {"signature": settings.configuration(step, unit)}
    return Entry(**entry, read=summary.documents, columns=columns)

"""One unit of work: its documents, and what is measured of them, written side by side."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.annotate.identity import id_ints
from rpdata.annotate.language import identified
from rpdata.annotate.overlays import Overlays
from rpdata.annotate.routing import OTHER, route
from rpdata.annotate.settings import STEPS, Settings, language_of
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.engine.plan import Unit
from rpdata.ledger import Entry, Ledger, PartitionFile, ReadReport
from rpdata.schema import DOCUMENTS, MINHASH
from rpdata.signals import column_hashes, compute, stop_lists
from rpdata.sources import read
from rpdata.text import measure

# A partition's path and some of its documents; one row group of each overlay.
Part: TypeAlias = tuple[str, pa.RecordBatch]


@dataclass
class UnitReport:
    """What a task tells the command. The ledger is the record; this is for progress and logs.

    seconds: wall time by stage (`read`, `language`, `measure`, `signals`, `write`).
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
    with Commit(settings.output) as output:
        with Overlays(output, missing) as overlays:
            if "documents" in missing:
                overlays.open_all([unit.partition_path] if unit.partition_path else [])
                parts = from_source(unit, settings, source, summary)
            else:
                partitions = sorted(Ledger(settings.output).entry("documents", unit.name).partitions)
                overlays.open_all(partitions)
                parts = stored(partitions, settings)
            annotate_parts(parts, settings, overlays, summary)
        if "documents" in missing:
            output.errors("documents", unit.name, source.errors)
        for step in missing:
            output.record(ledger_entry(step, unit, settings, overlays.files(step), source, summary))
    return summary


def from_source(unit: Unit, settings: Settings, source: ReadReport, summary: UnitReport) -> Iterator[Part]:
    """The unit's documents out of its inputs, in the partition that the plan gave it or those of their languages."""
    batches = read(unit, settings.for_unit(unit), source)
    if unit.partition_path is not None:
        yield from ((unit.partition_path, batch) for batch in batches)
        return
    known = identified(batches, settings.model, summary.seconds)
    for partition, batch in route(known, settings.languages, source):
        yield unit.path_of(partition), batch


def stored(partitions: Sequence[str], settings: Settings) -> Iterator[Part]:
    """The documents of a unit that was read before, in the batches that they were written in."""
    for partition in partitions:
        with pq.ParquetFile(settings.output / "documents" / f"{partition}.parquet") as file:
            for group in range(file.num_row_groups):
                for batch in file.read_row_group(group).cast(DOCUMENTS).combine_chunks().to_batches():
                    yield partition, batch


def annotate_parts(parts: Iterator[Part], settings: Settings, overlays: Overlays, summary: UnitReport) -> None:
    """Each batch through the kernels and into one row group of each overlay."""
    clock = time.perf_counter()
    for partition, documents in parts:
        clock = summary.timed("read", clock)
        text, signatures = measure(
            documents["raw_content"],
            languages_of(partition, documents),
            stop_lists(),
            settings.minhash if "minhash" in overlays.steps else None,
        )
        clock = summary.timed("measure", clock)
        rows = {"documents": documents}
        if "quality_signals" in overlays.steps:
            rows["quality_signals"] = compute(documents, text)
        if "minhash" in overlays.steps:
            rows["minhash"] = pa.RecordBatch.from_arrays(
                [documents["doc_id"], id_ints(documents["doc_id"]), signatures], schema=MINHASH
            )
        clock = summary.timed("signals", clock)
        overlays.write(partition, rows)
        clock = summary.timed("write", clock)
        text_bytes = documents["raw_content"].nbytes
        summary.documents += documents.num_rows
        summary.text_bytes += text_bytes
        advance(documents.num_rows, text_bytes)
    summary.timed("read", clock)
    summary.seconds["read"] -= summary.seconds["language"]      # which the reading waited for


def languages_of(partition: str, documents: pa.RecordBatch) -> list[str | None]:
    """The language of each document: its partition's, where that has one."""
    language = language_of(partition)
    return documents["language"].to_pylist() if language == OTHER else [language] * documents.num_rows


def ledger_entry(
    step: str,
    unit: Unit,
    settings: Settings,
    files: Mapping[str, PartitionFile],
    source: ReadReport,
    summary: UnitReport,
) -> Entry:
    """The account of one step: `read` as the reader counted it, `written` as the Parquet footers say."""
    entry = {
        "step": step,
        "unit": unit.name,
        "configuration": settings.configuration(step, unit),
        "partitions": files,
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

"""One unit of work: its documents, and what is measured of them, written side by side."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa

from rpdata.annotate.accounts import (
    documents_entry,
    known_documents,
    overlay_entry,
    refuse_changed_inputs,
    refuse_loss,
)
from rpdata.annotate.identity import id_ints
from rpdata.annotate.overlays import Overlays
from rpdata.annotate.parts import Part, are_intact, from_source, languages_of, stored
from rpdata.annotate.settings import Settings
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.engine.plan import Unit
from rpdata.ledger import Ledger, ReadReport
from rpdata.schema import MINHASH, OVERLAYS
from rpdata.signals import compute, stop_lists
from rpdata.text import measure


@dataclass
class UnitReport:
    """What a task tells the command. The ledger is the record; this is for progress and logs.

    seconds: wall time by stage (`read`, `language`, `measure`, `signals`, `write`).
    """

    unit: str
    documents: int = 0
    text_bytes: int = 0
    seconds: defaultdict[str, float] = field(default_factory=partial(defaultdict, float))

    def timed(self, stage: str, started: float) -> float:
        now = time.perf_counter()
        self.seconds[stage] += now - started
        return now


def missing_steps(unit: Unit, settings: Settings) -> list[str]:
    """The steps that the ledger does not call done. Without its documents a unit has nothing."""
    ledger = Ledger(settings.output)
    missing = [step for step in OVERLAYS if not ledger.done(step, unit.name, settings.configuration(step, unit))]
    return list(OVERLAYS) if "documents" in missing else missing


def annotate_unit(unit: Unit, settings: Settings) -> UnitReport:
    """Read one unit, compute what is missing of it, commit; safe to run any number of times."""
    missing = missing_steps(unit, settings)
    summary = UnitReport(unit.name)
    if not missing:
        return summary
    known = known_documents(unit, settings.output)
    standing = known if known and "documents" not in missing and are_intact(known, settings.output) else None
    if standing is None:
        missing = list(OVERLAYS)
    source = ReadReport()
    with Commit(settings.output) as output:
        with Overlays(output, missing) as overlays:
            if standing is None:
                overlays.open_all([unit.partition_path] if unit.partition_path else [])
                parts = from_source(unit, settings, source, summary.seconds)
            else:
                overlays.open_all(sorted(standing.partitions))
                parts = stored(standing, settings.output)
            annotate_parts(parts, settings, overlays, summary)
        if standing is None:
            refuse_changed_inputs(unit, source, known)
            output.errors("documents", unit.name, source.told())
        documents = standing or documents_entry(unit, settings, overlays.files("documents"), source)
        for step in missing:
            files = overlays.files(step)
            entry = documents if step == "documents" else overlay_entry(step, unit, settings, files, documents)
            refuse_loss(entry, documents)
            output.record(entry)
    return summary


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
        del documents, text, signatures, rows   # or they would be held while the next batch is read and measured
    summary.timed("read", clock)
    summary.seconds["read"] -= summary.seconds["language"]      # which the reading waited for

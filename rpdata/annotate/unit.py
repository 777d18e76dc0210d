"""One unit of work: its documents, and what is measured of them, written side by side."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa

from rpdata.annotate.accounts import (
    are_of_the_same_documents,
    documents_entry,
    known_documents,
    not_as_written,
    overlay_entry,
    refuse_changed_inputs,
)
from rpdata.annotate.columns import Columns
from rpdata.annotate.identity import id_ints
from rpdata.annotate.overlays import Overlays
from rpdata.annotate.parts import Part, are_intact, from_source, languages_of, stored
from rpdata.annotate.saving import Saving
from rpdata.annotate.scorers import KINDS
from rpdata.annotate.settings import Settings
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.engine.plan import Unit
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger, ReadReport, refuse_loss
from rpdata.schema import MINHASH, OVERLAYS
from rpdata.signals import TextStats, compute, reads_text, schema, stop_lists
from rpdata.text import measure


@dataclass
class UnitReport:
    """What a task tells the command. The ledger is the record; this is for progress and logs.

    seconds: wall time by stage (`read`, `language`, `measure`, kinds of artefacts, `signals`, `write`).
    saving: what was spared for a recipe.
    """

    unit: str
    documents: int = 0
    text_bytes: int = 0
    saving: Saving = field(default_factory=Saving)
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


def signals_missing(unit: Unit, settings: Settings) -> list[str]:
    """The columns of `quality_signals/` that the ledger does not tell of as they are now; all if documents miss."""
    known = signals_entry(unit, settings) if "documents" not in missing_steps(unit, settings) else None
    return Columns.of(settings.signal_columns, known.columns if known else {}).computed


def annotate_unit(unit: Unit, settings: Settings, reads_inputs: bool = True) -> UnitReport:
    """Read one unit, compute what is missing of it, commit; safe to run any number of times.

    reads_inputs: whether its documents may be made again; if not, UserError where they are not as they were written.
    """
    missing = missing_steps(unit, settings)
    summary = UnitReport(unit.name)
    if not missing:
        return summary
    known = known_documents(unit, settings.output)
    standing = known if known and "documents" not in missing and are_intact(known, settings.output) else None
    if standing is None:
        if not reads_inputs:
            raise not_as_written(unit, settings.output)
        missing = list(OVERLAYS)
    source = ReadReport()
    columns = signal_columns(unit, settings, standing, missing)
    with Commit(settings.output) as output:
        with Overlays(output, missing, schema(settings.models.fed())) as overlays:
            if standing is None:
                overlays.open_all([unit.partition_path] if unit.partition_path else [])
                parts = from_source(unit, settings, source, summary.seconds)
            else:
                overlays.open_all(sorted(standing.partitions))
                parts = stored(standing, settings.output, columns.kept)
            annotate_parts(parts, settings, columns, overlays, summary)
        if standing is None:
            refuse_changed_inputs(unit, source, known)
            output.errors("documents", unit.name, source.told())
        documents = standing or documents_entry(unit, settings, overlays.files("documents"), source)
        for step in missing:
            files = overlays.files(step)
            entry = documents if step == "documents" else overlay_entry(
                step, unit, settings, files, documents, summary.saving.skipped
            )
            refuse_loss(entry, documents)
            output.record(entry)
    return summary


def task_of(unit: Unit, settings: Settings) -> Callable[[], UnitReport]:
    """What travels to a worker to annotate the unit."""
    return partial(annotate_unit, unit, settings.in_group_of(unit))


def signal_columns(unit: Unit, settings: Settings, documents: Entry | None, missing: list[str]) -> Columns:
    """What is to be computed of `quality_signals/`; columns that stand beside the unit's documents are kept.

    documents: of the unit, if they stand. UserError if an artefact that is needed is not here.
    """
    if "quality_signals" not in missing:
        return Columns.of({}, {})
    known = None if documents is None else signals_of(unit, documents, settings)
    columns = Columns.of(settings.signal_columns, known.columns if known else {})
    if lacking := settings.models.lacking(columns.computed):
        raise settings.models.are_not_here(lacking, unit.name)
    return columns


def signals_entry(unit: Unit, settings: Settings) -> Entry | None:
    """What the ledger says of the unit's signals; None if it is illegible, so that they are done anew."""
    try:
        return Ledger(settings.output).entry("quality_signals", unit.name)
    except UserError:
        return None


def signals_of(unit: Unit, documents: Entry, settings: Settings) -> Entry | None:
    """The entry of the signals of these documents, if its files stand and belong to them."""
    entry = signals_entry(unit, settings)
    whole = entry is not None and are_intact(entry, settings.output) and are_of_the_same_documents(entry, documents)
    return entry if whole else None


def annotate_parts(
    parts: Iterator[Part], settings: Settings, columns: Columns, overlays: Overlays, summary: UnitReport
) -> None:
    """Each batch through the kernels and models, and into one row group of each overlay."""
    families = settings.minhash if "minhash" in overlays.steps else None
    measured = families or any(reads_text(name) for name in columns.computed)
    clock = time.perf_counter()
    for partition, documents, known in parts:
        clock = summary.timed("read", clock)
        languages = languages_of(partition, documents)
        text = signatures = None
        if measured:
            text, signatures = measure(documents["raw_content"], languages, stop_lists(), families)
        clock = summary.timed("measure", clock)
        rows = {"documents": documents}
        if "quality_signals" in overlays.steps:
            kept = {name: known[name] for name in columns.kept} if known else {}
            found = signals_of_batch(documents, languages, text, kept, columns.computed, settings, summary)
            made = {"doc_id": documents["doc_id"], **found}
            form = overlays.schemas["quality_signals"]
            rows["quality_signals"] = pa.RecordBatch.from_arrays([made[name] for name in form.names], schema=form)
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
    summary.seconds["signals"] -= sum(summary.seconds[kind] for kind in KINDS if kind in summary.seconds)


def signals_of_batch(
    documents: pa.RecordBatch,
    languages: Sequence[str | None],
    text: TextStats | None,
    kept: Mapping[str, pa.Array],
    computed: Sequence[str],
    settings: Settings,
    summary: UnitReport,
) -> dict[str, pa.Array]:
    """The columns of `quality_signals/`: those that are kept, and those that are computed.

    For a recipe, first those that no model feeds, then the others, of the documents that it may still keep.
    """
    cascade, models = settings.cascade, settings.models
    waiting = cascade.waiting if cascade else ()
    first = [name for name in computed if name not in waiting]
    found = {**kept, **compute(first, documents, text, models.ask(documents, languages, first, summary.seconds))}
    if cascade is None:
        return found
    rejected = cascade.rejected(documents, found)
    summary.saving.count(documents, rejected)
    last = [name for name in computed if name in waiting]
    models.ask(documents.slice(0, 0), [], last, summary.seconds)     # loads them: that is spared for no document
    before = time.thread_time()
    said = models.ask(documents, languages, last, summary.seconds, rejected)
    summary.saving.seconds += time.thread_time() - before
    return {**found, **compute(last, documents, text, said)}

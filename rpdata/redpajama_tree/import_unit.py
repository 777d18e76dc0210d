"""One partition of published files as a unit of a dataset: its documents, and beside them what was published of them.

Nothing is computed but what identifies a document (`id_int`) and where its lines are.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from rpdata import schema
from rpdata.annotate.unit import UnitReport
from rpdata.dataset import DOCUMENTS, DUPLICATES, MINHASH
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.engine.plan import Unit
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger, ReadReport, configuration_hash, refuse_loss
from rpdata.overlay import OverlayWriter, describe, read_footer
from rpdata.redpajama_tree.changes import content_of
from rpdata.redpajama_tree.disagreements import Disagreements
from rpdata.redpajama_tree.signal_columns import SignalRecords, published_names, signal_columns, signals_schema
from rpdata.redpajama_tree.signature_columns import MARKS, WHOLE, Rows, duplicate_columns, signature_columns
from rpdata.sources import ReadOptions, read
from rpdata.text.utf8 import MAX_DOCUMENT_BYTES

QUALITY_SIGNALS = "quality_signals"
IMPORTED = {"imported": "redpajama", "max_document_bytes": MAX_DOCUMENT_BYTES}

# Fills one overlay: what it says of the documents, in batches of consecutive ones.
Fill = Callable[[pa.RecordBatch], pa.RecordBatch]


@dataclass(frozen=True)
class ImportTask:
    """What is to be done with one partition; travels to a worker.

    unit: its documents. files: of the other components, those that are there. names: of the signals that partitions
    without published ones have as columns of nulls: those of the others, or all.
    """

    root: Path
    unit: Unit
    files: Mapping[str, Path]
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.unit.name

    @property
    def steps(self) -> list[str]:
        """The overlays that are written: duplicates/ only where something tells which they are."""
        return [DOCUMENTS, QUALITY_SIGNALS, MINHASH, *([DUPLICATES] if DUPLICATES in self.files else [])]

    def configuration(self, step: str) -> str:
        """The hash that the ledger keeps: of the file that there is to import."""
        path = Path(self.unit.inputs[0].path) if step == DOCUMENTS else self.files.get(step)
        return self.configuration_of(None if path is None else content_of(path))

    def configuration_of(self, content: str | None) -> str:
        """Likewise, of a file with this content; None: of none."""
        return configuration_hash({**IMPORTED, "xxh3": content, "names": self.names if content is None else None})


def is_imported(task: ImportTask) -> bool:
    """Whether nothing remains to do."""
    ledger = Ledger(task.root)
    return all(     # files are read only for what is there
        stays(task, step)
        or (ledger.path(step, task.name).exists() and ledger.done(step, task.name, task.configuration(step)))
        for step in task.steps
    )


def is_there(task: ImportTask) -> bool:
    """Whether the ledger has all overlays of a unit that was just imported; the tree is not read again for it."""
    ledger = Ledger(task.root)
    entries = [ledger.entry(step, task.name) for step in task.steps]
    return all(entry is not None and ledger.done(entry.step, entry.unit, entry.configuration) for entry in entries)


def stays(task: ImportTask, step: str) -> bool:
    """Whether an overlay is left as it is: what was imported is not lost when its file leaves the tree, nor are the
    marks of `rpdata dedup` when a file of duplicates comes into it."""
    ledger = Ledger(task.root)
    try:
        entry = ledger.entry(step, task.name)
    except UserError:       # damaged: it is made anew
        return False
    if entry is None or step == DOCUMENTS:
        return False
    published = bool(entry.inputs)
    kept = not published if step == DUPLICATES else published and step not in task.files
    return kept and ledger.done(step, task.name, entry.configuration)


def import_unit(task: ImportTask) -> UnitReport:
    """Read the files of one partition, and commit what they say; safe to run any number of times.

    CannotFinish if a file beside the documents is torn; of torn documents comes what can be read.
    """
    summary = UnitReport(task.name)
    if is_imported(task):
        return summary
    clock = time.perf_counter()
    source = ReadReport()
    partition = task.unit.partition_path
    assert partition is not None, "published files are of one partition each"
    steps = [step for step in task.steps if not stays(task, step)]
    told = {step: Disagreements(str(task.files.get(step, step))) for step in steps[1:]}
    with Commit(task.root) as output:
        paths = {step: output.file(f"{step}/{partition}.parquet") for step in steps}
        with ExitStack() as stack:
            fills, schemas, closers = overlays_of(task, partition, told)
            writers = {step: stack.enter_context(OverlayWriter(paths[step], schemas[step])) for step in steps}
            seen: list[pa.Array] = []
            for documents in documents_of(task, source):
                clock = summary.timed("read", clock)
                writers[DOCUMENTS].write(documents)
                for step, fill in fills.items():
                    writers[step].write(fill(documents))
                seen.append(documents["doc_id"])
                summary.documents += documents.num_rows
                summary.text_bytes += documents["raw_content"].nbytes
                advance(documents.num_rows, documents["raw_content"].nbytes)
                clock = summary.timed("write", clock)
            for close in closers:
                close(pa.concat_arrays(seen) if seen else pa.array([], pa.string()))
        output.errors(DOCUMENTS, task.name, source.told())
        entries = {step: entry_of(task, step, paths[step], source) for step in steps}
        for step, entry in entries.items():
            if step in told:
                output.errors(step, task.name, told[step].told())
            refuse_loss(entry, entries[DOCUMENTS])
            output.record(entry)
    return summary


def documents_of(task: ImportTask, source: ReadReport) -> Iterator[pa.RecordBatch]:
    """The documents as they are, however long: the kernels' limit is ours too."""
    return read(task.unit, ReadOptions(max_document_bytes=MAX_DOCUMENT_BYTES), source)


def overlays_of(
    task: ImportTask, partition: str, told: Mapping[str, Disagreements]
) -> tuple[dict[str, Fill], dict[str, pa.Schema], list[Callable[[pa.Array], None]]]:
    """For each overlay that has something `told` of it: what fills it, its schema, and what is to be called at the end
    with all identifiers."""
    fills: dict[str, Fill] = {}
    schemas = {DOCUMENTS: schema.DOCUMENTS, MINHASH: schema.MINHASH, DUPLICATES: MARKS}
    closers: list[Callable[[pa.Array], None]] = []
    path = task.files.get(QUALITY_SIGNALS)
    names = list(task.names) if path is None else published_names(path) or list(task.names)
    schemas[QUALITY_SIGNALS] = signals_schema(names)
    records = None if path is None else SignalRecords(path, partition, told[QUALITY_SIGNALS])
    for name in sorted(set(names) - set(schemas[QUALITY_SIGNALS].names)):
        told[QUALITY_SIGNALS].add(None, f"{name} is no signal that rpdata knows: its values are left out")

    def signals(documents: pa.RecordBatch) -> pa.RecordBatch:
        none: list[None] = [None] * documents.num_rows
        found = none if records is None else records.of(documents["doc_id"].to_pylist())
        return signal_columns(documents, found, schemas[QUALITY_SIGNALS], told[QUALITY_SIGNALS])

    fills[QUALITY_SIGNALS] = signals
    if records is not None:
        closers.append(lambda _: records.close())
    rows = None
    if path := task.files.get(MINHASH):
        rows = Rows(path, partition, "id", ["id_int", WHOLE], told[MINHASH])
        closers.append(rows.close)
    fills[MINHASH] = lambda documents: signature_columns(documents, rows, told[MINHASH])
    if DUPLICATES in told:
        path = task.files[DUPLICATES]
        copies = Rows(path, partition, "doc_id", [], told[DUPLICATES])
        closers.append(copies.close)
        fills[DUPLICATES] = lambda documents: duplicate_columns(documents, copies, told[DUPLICATES])
    return {step: fill for step, fill in fills.items() if step in told}, schemas, closers


def entry_of(task: ImportTask, step: str, path: Path, source: ReadReport) -> Entry:
    """The ledger's entry of one overlay; `inputs` names the published file, and is empty where there was none."""
    partition = task.unit.partition_path
    assert partition is not None, "published files are of one partition each"
    file = describe(path)
    if step == DOCUMENTS:
        return Entry(
            step, task.name, task.configuration_of(source.inputs[0]["xxh3"]), {partition: file}, source.read,
            dict(source.dropped), source.failed, unread_bytes=source.unread_bytes, inputs=tuple(source.inputs),
        )
    origin = task.files.get(step)
    inputs = [] if origin is None else [
        {"name": origin.name, "bytes": origin.stat().st_size, "xxh3": content_of(origin)}
    ]
    columns = dict.fromkeys(read_footer(path).schema.names[1:], configuration_hash(IMPORTED))
    return Entry(
        step, task.name, task.configuration(step), {partition: file}, file.rows, inputs=tuple(inputs), columns=columns
    )


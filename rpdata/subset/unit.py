"""One unit of a subset: the documents that a recipe keeps of it, and their rows of the overlays beside them."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from rpdata.annotate.accounts import are_of_the_same_documents
from rpdata.annotate.columns import as_declared
from rpdata.annotate.unit import UnitReport
from rpdata.dataset import DOCUMENTS
from rpdata.decide.files import PartitionFiles
from rpdata.decide.overlay import DecisionTask, columns_of, frame_of
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger, refuse_loss
from rpdata.overlay import TEXT_COLUMN, OverlayWriter, describe
from rpdata.subset.edited import edited, schema_of
from rpdata.subset.rows import Groups, Rows


@dataclass(frozen=True)
class SubsetTask:
    """What is to be written of one unit; travels to a worker.

    Attributes
    ----------
    decided: the decision on the unit in the dataset that the documents are from.
    root: of the dataset that is written.
    carried: the overlays that go along, those of them that the unit has.
    state: hash of what decides which documents are kept, and how; the manifest has it.
    """

    decided: DecisionTask
    root: Path
    carried: tuple[str, ...]
    state: str

    @property
    def unit(self) -> str:
        """Its name, in both datasets."""
        return self.decided.unit

    def origin(self, step: str) -> Entry | None:
        """What the ledger of the dataset that is read says of a step."""
        return Ledger(self.decided.root).entry(step, self.unit)

    @property
    def documents(self) -> Entry:
        """Of the unit, in the dataset that is read. UserError if they are gone since the work was planned."""
        entry = self.origin(DOCUMENTS)
        if entry is None:
            raise UserError(
                f"the documents of {self.unit} are gone since the work was planned.\n"
                f"See: rpdata status {self.decided.root}; then run the same command again"
            )
        return entry

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The files that say which documents there are and which of them are kept, as the ledger notes inputs."""
        decisions = self.origin(self.decided.recipe.folder)
        files = [
            {"name": f"{entry.step}/{partition}.parquet", "bytes": file.bytes, "xxh3": file.xxh3}
            for entry in (self.documents, decisions) if entry is not None
            for partition, file in sorted(entry.partitions.items())
        ]
        # which lines are dropped stands in no file: it follows from the recipe and the versions of what it reads
        edits = [{"name": "edits", "version": self.decided.version}] if self.decided.recipe.edits else []
        return files + edits


def missing_steps(task: SubsetTask) -> list[str]:
    """What is to be written: documents that are not there as they should be, and overlays that are not beside them.

    An overlay that went along once is left alone, since the new dataset may have brought it up to date; but for
    columns that the other dataset has been given since, where nothing else differs.
    """
    ledger = Ledger(task.root)
    carried = [step for step in task.carried if task.origin(step) is not None]
    known = ledger.entry(DOCUMENTS, task.unit) if ledger.done(DOCUMENTS, task.unit, task.state) else None
    if known is None or list(known.inputs) != task.inputs:
        return [DOCUMENTS, *carried]
    return [step for step in carried if not stands(task, step, known)]


def stands(task: SubsetTask, step: str, documents: Entry) -> bool:
    """Whether an overlay is there, of these documents, and nothing was added to the one that it is from."""
    ledger = Ledger(task.root)
    origin = task.origin(step)
    try:
        entry = ledger.entry(step, task.unit)
    except UserError:       # damaged: it is written again
        return False
    if entry is None or not ledger.done(step, task.unit, entry.configuration):
        return False
    added = origin is not None and entry.columns.items() < origin.columns.items()
    return are_of_the_same_documents(entry, documents) and not added


def write_unit(task: SubsetTask) -> UnitReport:
    """Write what is missing of one unit and commit it; safe to run any number of times."""
    report = UnitReport(task.unit)
    missing = missing_steps(task)
    if not missing:
        return report
    read = task.documents
    files: dict[str, dict[str, Any]] = {step: {} for step in missing}
    kept_ids: list[pa.Array] = []
    with Commit(task.root) as output:
        for partition in sorted(read.partitions):
            paths = {step: output.file(f"{step}/{partition}.parquet") for step in missing}
            write_partition(task, partition, paths, report, kept_ids)
            for step, path in paths.items():
                files[step][partition] = describe(path)
        documents = documents_entry(task, read, files.get(DOCUMENTS))
        for step in missing:
            entry = documents
            if step != DOCUMENTS:
                failures = failures_of(task, step, kept_ids)
                output.errors(step, task.unit, failures)
                entry = overlay_entry(task, step, files[step], documents, failures)
            refuse_loss(entry, documents)
            output.record(entry)
    return report


def write_partition(
    task: SubsetTask, partition: str, paths: Mapping[str, Path], report: UnitReport, kept_ids: list[pa.Array]
) -> None:
    """One file for each step; of every row group no more is read than the documents that are kept take."""
    steps = [DOCUMENTS, *(step for step in paths if step != DOCUMENTS)]
    groups = Groups()
    clock = time.perf_counter()
    with PartitionFiles(task.decided.root, partition) as files, ExitStack() as stack:
        schemas = {step: declared(files.schema(step)) for step in steps}
        schemas[DOCUMENTS] = schema_of(schemas[DOCUMENTS], bool(task.decided.recipe.edits))
        writers = {step: stack.enter_context(OverlayWriter(path, schemas[step])) for step, path in paths.items()}

        def write(full: Rows) -> None:
            for step, writer in writers.items():
                writer.write(full[step])

        for rows in kept_rows(task, files, schemas):
            documents = rows[DOCUMENTS]
            clock = report.timed("read", clock)
            kept_ids.append(documents["doc_id"])
            report.documents += documents.num_rows
            report.text_bytes += documents[TEXT_COLUMN].nbytes
            advance(documents.num_rows, documents[TEXT_COLUMN].nbytes)
            for full in groups.add(rows):
                write(full)
            clock = report.timed("write", clock)
        for full in groups.rest():
            write(full)
        report.timed("write", clock)


def kept_rows(task: SubsetTask, files: PartitionFiles, schemas: Mapping[str, pa.Schema]) -> Iterator[Rows]:
    """For each row group in which documents are kept, their rows of every step."""
    recipe = task.decided.recipe
    decisions = files.read(recipe.folder, ["keep"]).column(0).to_numpy()
    start = 0
    for group, size in enumerate(files.rows_of_groups()):
        rows = np.flatnonzero(decisions[start:start + size])
        start += size
        if not len(rows):
            continue
        found = {step: taken(files, step, group, rows, schema) for step, schema in schemas.items()}
        if recipe.edits:
            frame = frame_of(columns_of(task.decided, files, [group]).take(pa.array(rows)))
            found = {DOCUMENTS: edited(recipe, found[DOCUMENTS], frame)}
        yield found


def taken(files: PartitionFiles, step: str, group: int, rows: np.ndarray, schema: pa.Schema) -> pa.RecordBatch:
    """Some rows of one row group of a step; a column that its file does not have is null."""
    there = set(files.schema(step).names)
    names = [name for name in schema.names if name != TEXT_COLUMN and name in there]
    table = files.read(step, names, [group]).take(pa.array(rows))
    columns = {name: pa.nulls(len(rows), schema.field(name).type) for name in schema.names if name not in there}
    columns |= {name: table[name].combine_chunks().cast(schema.field(name).type) for name in names}
    if TEXT_COLUMN in schema.names:
        columns[TEXT_COLUMN] = files.texts(group, rows)
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def declared(schema: pa.Schema) -> pa.Schema:
    """The schema that a file was written with, as it is read back from it."""
    return pa.schema([field.with_type(as_declared(field.type)) for field in schema])


def documents_entry(task: SubsetTask, read: Entry, files: Mapping[str, Any] | None) -> Entry:
    """Every document that was read is kept, or was dropped: by a rule, or as the edits left it no line.

    files: None if they were there before.
    """
    if files is None:
        known = Ledger(task.root).entry(DOCUMENTS, task.unit)
        assert known is not None, "documents are written unless the ledger has them"
        return known
    name = task.decided.recipe.name
    kept = kept_by_rules(task, read)
    dropped = {
        f"not kept by {name}": read.written - kept,
        f"no line left by {name}": kept - sum(file.rows for file in files.values()),
    }
    return Entry(
        step=DOCUMENTS,
        unit=task.unit,
        configuration=task.state,
        partitions=files,
        read=read.written,
        dropped={reason: count for reason, count in dropped.items() if count},
        inputs=tuple(task.inputs),
    )


def kept_by_rules(task: SubsetTask, read: Entry) -> int:
    """How many documents of the unit the decisions keep."""
    kept = 0
    for partition in read.partitions:
        with PartitionFiles(task.decided.root, partition) as files:
            kept += int(files.read(task.decided.recipe.folder, ["keep"]).column(0).to_numpy().sum())
    return kept


def overlay_entry(
    task: SubsetTask, step: str, files: Mapping[str, Any], documents: Entry, failures: Sequence[Mapping[str, Any]]
) -> Entry:
    """The columns are those of the other dataset, made by what made them there."""
    origin = task.origin(step)
    assert origin is not None, "only what the unit has goes along"
    return Entry(
        step=step,
        unit=task.unit,
        configuration=origin.configuration,
        partitions=files,
        read=documents.written,
        failed_values=sum(line.get("more", 1) for line in failures),
        inputs=origin.inputs,
        columns=origin.columns,
    )


def failures_of(task: SubsetTask, step: str, kept_ids: Sequence[pa.Array]) -> list[dict[str, Any]]:
    """What `errors/` of the other dataset says of values of the documents that are kept.

    Of those that it counts and does not name nobody knows whose they are; the line stays, and counts none.
    """
    origin = task.origin(step)
    if origin is None or not origin.failed_values:
        return []
    path = task.decided.root / "errors" / step / f"{task.unit}.jsonl"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()] if path.is_file() else []
    kept = {doc_id for ids in kept_ids for doc_id in ids.to_pylist()} if lines else set()
    return [
        {**line, **({"more": 0} if "more" in line else {})}
        for line in lines if "more" in line or line.get("doc_id") in kept
    ]

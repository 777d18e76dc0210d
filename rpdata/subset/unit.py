"""One unit of a subset: the documents that a recipe keeps of it, and their rows of the overlays beside them."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa

from rpdata.annotate.unit import UnitReport
from rpdata.dataset import DOCUMENTS
from rpdata.decide.files import PartitionFiles
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.ledger import PartitionFile, refuse_loss
from rpdata.overlay import TEXT_COLUMN, OverlayWriter, describe
from rpdata.subset.accounts import documents_entry, failures_of, overlay_entry
from rpdata.subset.edited import schema_of
from rpdata.subset.rows import Groups, Rows, declared, kept_rows
from rpdata.subset.task import SubsetTask, missing_steps


def write_unit(task: SubsetTask) -> UnitReport:
    """Write what is missing of one unit and commit it; safe to run any number of times."""
    report = UnitReport(task.unit)
    missing = missing_steps(task)
    if not missing:
        return report
    read = task.documents
    files: dict[str, dict[str, PartitionFile]] = {step: {} for step in missing}
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

        for rows in kept_rows(task.decided, files, schemas):
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

"""The tokens of one unit's documents; one task for each."""

import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from rpdata.annotate.accounts import are_of_the_same_documents
from rpdata.annotate.unit import UnitReport
from rpdata.dataset import DOCUMENTS
from rpdata.decide.files import PartitionFiles
from rpdata.decide.token_counts import column_of
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger, refuse_loss
from rpdata.overlay import TEXT_COLUMN, OverlayWriter, describe
from rpdata.tokens.tokenizer import TokenizerFile


@dataclass(frozen=True)
class CountTask:
    """What is to be counted of one unit; travels to a worker. overlay: "tokens", or "tokens-NAME"."""

    root: Path
    unit: str
    overlay: str
    tokenizer: TokenizerFile

    @property
    def schema(self) -> pa.Schema:
        """doc_id and the count."""
        count = pa.field(column_of(self.overlay), pa.int32(), nullable=False)
        return pa.schema([pa.field("doc_id", pa.string(), nullable=False), count])


def is_counted(task: CountTask) -> bool:
    """Whether the unit's files are there, by this tokenizer and of the documents that are there now."""
    ledger = Ledger(task.root)
    documents = ledger.entry(DOCUMENTS, task.unit)
    if documents is None or not ledger.done(task.overlay, task.unit, task.tokenizer.version):
        return False
    entry = ledger.entry(task.overlay, task.unit)
    return entry is not None and are_of_the_same_documents(entry, documents)


def count_unit(task: CountTask) -> UnitReport:
    """Write the overlay of one unit and commit it, if it is not there; safe to run any number of times."""
    report = UnitReport(task.unit)
    if is_counted(task):
        return report
    documents = Ledger(task.root).entry(DOCUMENTS, task.unit)
    if documents is None:
        raise UserError(
            f"the documents of {task.unit} are gone since the work was planned.\n"
            f"See: rpdata status {task.root}; then run the same command again"
        )
    files = {}
    with Commit(task.root) as output:
        for partition in sorted(documents.partitions):
            path = output.file(f"{task.overlay}/{partition}.parquet")
            count_partition(task, partition, path, report)
            files[partition] = describe(path)
        entry = Entry(
            step=task.overlay,
            unit=task.unit,
            configuration=task.tokenizer.version,
            partitions=files,
            read=documents.written,
            columns={column_of(task.overlay): task.tokenizer.version},
        )
        refuse_loss(entry, documents)
        output.record(entry)
    return report


def count_partition(task: CountTask, partition: str, path: Path, report: UnitReport) -> None:
    """One file, in the row groups that all overlays have."""
    clock = time.perf_counter()
    with PartitionFiles(task.root, partition) as files, OverlayWriter(path, task.schema) as out:
        for group in range(len(files.rows_of_groups())):
            table = files.read(DOCUMENTS, ["doc_id", TEXT_COLUMN], [group]).combine_chunks()
            texts = table[TEXT_COLUMN].combine_chunks()
            clock = report.timed("read", clock)
            counts = pa.array(task.tokenizer.count(texts))
            clock = report.timed("tokens", clock)
            out.write(pa.RecordBatch.from_arrays([table["doc_id"].combine_chunks(), counts], schema=task.schema))
            clock = report.timed("write", clock)
            report.documents += len(texts)
            report.text_bytes += texts.nbytes
            advance(len(texts), texts.nbytes)

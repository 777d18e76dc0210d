"""`duplicates/`: for every document the clusters that it is in, and whether it is kept; one task for each unit.

Documents are named by `id_int` (`minhash/`). `exact_group` and `cluster_id_sim<t>` are that of the first document of
the group or cluster, in the order of documents; of a document that is alone, its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.dataset import DUPLICATES
from rpdata.dedup.duplicates_columns import schema_of
from rpdata.dedup.marks import Level, Marks
from rpdata.engine.commit import Commit
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger, refuse_loss
from rpdata.overlay import OverlayWriter, describe
from rpdata.text.arrays import Hashes, Ints


@dataclass(frozen=True)
class MarkTask:
    """What is to be written of one unit; travels to a worker.

    Attributes
    ----------
    root: the dataset. unit: its name.
    starts: partition -> number of its first document, for all partitions of the unit.
    levels: what was looked for, `exact` first.
    state: hash of all that decides what is found: settings, code, documents. The columns are addressed by it.
    id_ints: ascending numbers of documents, those of other datasets too -> how they are named.
    """

    root: Path
    unit: str
    starts: Mapping[str, int]
    levels: tuple[Level, ...]
    state: str
    id_ints: Callable[[Ints], Hashes]

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.unit


def is_marked(task: MarkTask) -> bool:
    """Whether the unit's files of this state are there."""
    return Ledger(task.root).done(DUPLICATES, task.unit, task.state)


def mark_unit(task: MarkTask) -> None:
    """Write the overlay of one unit and commit it; safe to run any number of times."""
    if is_marked(task):
        return
    documents = documents_of(task)
    schema = schema_of(level.name for level in task.levels)
    files = {}
    with Commit(task.root) as output:
        for partition in sorted(documents.partitions):
            path = output.file(f"{DUPLICATES}/{partition}.parquet")
            write_partition(task, partition, documents.partitions[partition].rows, path, schema)
            files[partition] = describe(path)
        entry = Entry(
            step=DUPLICATES,
            unit=task.unit,
            configuration=task.state,
            partitions=files,
            read=documents.written,
            columns=dict.fromkeys(schema.names[1:], task.state),
        )
        refuse_loss(entry, documents)
        output.record(entry)


def documents_of(task: MarkTask) -> Entry:
    """The ledger's entry of the unit's documents. UserError if they have changed since they were compared."""
    documents = Ledger(task.root).entry("documents", task.unit)
    if documents is None or set(documents.partitions) != set(task.starts):
        raise UserError(
            f"the documents of {task.unit} have changed since they were compared, so nothing can be said of them.\n"
            f"See: rpdata status {task.root}; then run the same command again"
        )
    return documents


def write_partition(task: MarkTask, partition: str, rows: int, path: Path, schema: pa.Schema) -> None:
    """The overlay's file of one partition, in the row groups that all overlays have."""
    start = task.starts[partition]
    marks = {level: Marks.of(level, start, rows) for level in task.levels}
    others = [mark.first[mark.first != np.arange(start, start + rows)] for mark in marks.values()]
    firsts = np.unique(np.concatenate(others)) if others else np.zeros(0, np.int64)
    names = task.id_ints(firsts)
    with pq.ParquetFile(task.root / "minhash" / f"{partition}.parquet") as minhash, OverlayWriter(path, schema) as out:
        begin = 0
        for group in range(minhash.num_row_groups):
            named = minhash.read_row_group(group, columns=["doc_id", "id_int"]).combine_chunks().to_batches()[0]
            part = slice(begin, begin + named.num_rows)
            own = named["id_int"].to_numpy()
            arrays = [named["doc_id"]]
            for level, mark in marks.items():
                cluster = own.copy()
                follows = mark.first[part] != np.arange(start + part.start, start + part.stop)
                cluster[follows] = names[np.searchsorted(firsts, mark.first[part][follows])]
                arrays += arrays_of(level, cluster, mark, part)
            out.write(pa.RecordBatch.from_arrays(arrays, schema=schema))
            begin = part.stop


def arrays_of(level: Level, cluster: Hashes, mark: Marks, part: slice) -> list[pa.Array]:
    """The arrays of one level for some rows, in the order of its columns."""
    keep = mark.keep[part]
    if level.is_exact:
        return [pa.array(cluster), pa.array(keep)]
    jaccard = mark.jaccard[part]
    return [
        pa.array(cluster), pa.array(mark.size[part]), pa.array(keep), pa.array(jaccard, mask=np.isnan(jaccard) | keep),
    ]

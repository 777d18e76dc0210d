"""The files of a reference run: clusters of near-duplicates by shard, copies by snapshot (schemas of RedPajama-V2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rpdata.dataset import DOCUMENTS, MINHASH
from rpdata.dedup.index.order import Range
from rpdata.dedup.job import Job
from rpdata.dedup.reference_tasks import COPIES, IDS, of_range, ranges_of, snapshot_of, tasks_of
from rpdata.engine.commit import Commit
from rpdata.text.arrays import Hashes, Ints

FOLDER = "reference"            # of the dataset

CLUSTERS = pa.schema(
    [
        pa.field("id", pa.large_string()),
        pa.field("id_int", pa.uint64()),
        pa.field("cluster_id", pa.uint64()),
        pa.field("shard_id", pa.large_string()),
    ]
)
DUPLICATES = pa.schema([pa.field(name, pa.string()) for name in ("shard_id", "doc_id", "digest")])

PREFIX = "sha1:"            # of a digest; RedPajama-V2 takes it off


def shard_of(partition: str) -> str:
    """What RedPajama-V2 calls a partition: the file that its documents came from."""
    return f"{partition}.json.gz"


def write_clusters(path: Path, source: Path, partition: str, rows: Ints, cluster_ids: Hashes) -> None:
    """Write the documents of one partition that are in clusters.

    source: its file of `minhash/`. rows: of the documents, ascending; cluster_ids: of the same.
    """
    with pq.ParquetWriter(path, CLUSTERS, compression="zstd") as out:
        for batch, found in taken(source, ["doc_id", "id_int"], rows):
            columns = [
                batch["doc_id"].cast(pa.large_string()), batch["id_int"], pa.array(cluster_ids[found], pa.uint64()),
                pa.array([shard_of(partition)] * len(batch), pa.large_string()),
            ]
            out.write_table(pa.Table.from_arrays(columns, schema=CLUSTERS))


def write_duplicates(path: Path, sources: Sequence[tuple[Path, str, Ints]]) -> None:
    """Write the copies of one snapshot.

    sources: in the order of the file, files of `documents/`, their partitions and the copies' rows, ascending.
    """
    with pq.ParquetWriter(path, DUPLICATES, compression="snappy") as out:
        for source, partition, rows in sources:
            for batch, _ in taken(source, ["doc_id", "digest"], rows):
                shards = pa.array([shard_of(partition)] * len(batch), pa.string())
                digests = pc.replace_substring(batch["digest"], PREFIX, "")
                out.write_table(pa.Table.from_arrays([shards, batch["doc_id"], digests], schema=DUPLICATES))


def taken(source: Path, columns: list[str], rows: Ints) -> Iterator[tuple[pa.Table, slice]]:
    """Rows of a file by row group, and which of `rows` they are."""
    with pq.ParquetFile(source) as file:
        begin = 0
        for group in range(file.num_row_groups):
            end = begin + file.metadata.row_group(group).num_rows
            found = slice(*np.searchsorted(rows, [begin, end]).tolist())
            if found.start < found.stop:
                yield file.read_row_group(group, columns=columns).take(pa.array(rows[found] - begin)), found
            begin = end


@dataclass(frozen=True)
class ClustersFile:
    """The clusters of a threshold in one partition."""

    job: Job
    root: Path
    threshold: float
    range: Range

    @property
    def name(self) -> str:
        return f"{FOLDER}/clusters_sim{self.threshold}/{self.range.place.partition}.clusters.parquet"


def write_clusters_file(task: ClustersFile) -> None:
    """Write the file, if the partition has documents in clusters."""
    found = [of_range(part, task.range) for part in tasks_of(task.job.stage(IDS, task.threshold))]
    numbers = np.concatenate([np.empty(0, np.int64), *(part["number"] for part in found)])
    ids = np.concatenate([np.empty(0, np.uint64), *(part["cluster_id"] for part in found)])
    if len(numbers):
        order = np.argsort(numbers)
        partition = task.range.place.partition
        source = task.root / MINHASH / f"{partition}.parquet"
        with Commit(task.root) as output:
            rows = numbers[order] - task.range.first_number
            write_clusters(output.file(task.name), source, partition, rows, ids[order])


@dataclass(frozen=True)
class DuplicatesFile:
    """The copies in one snapshot."""

    job: Job
    root: Path
    snapshot: str

    @property
    def name(self) -> str:
        return f"{FOLDER}/duplicates/duplicates-{self.snapshot}.parquet"


def write_duplicates_file(task: DuplicatesFile) -> None:
    """Write the file, in the order that the copies were found in."""
    sources = []
    for each in reversed(ranges_of(task.job.numbering)):
        if snapshot_of(each) == task.snapshot:
            found = [of_range(part, each)["number"] for part in tasks_of(task.job.stage(COPIES))]
            rows = np.sort(np.concatenate([np.empty(0, np.int64), *found])) - each.first_number
            path = task.root / DOCUMENTS / f"{each.place.partition}.parquet"
            sources.append((path, each.place.partition, rows))
    with Commit(task.root) as output:
        write_duplicates(output.file(task.name), sources)

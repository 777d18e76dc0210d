"""The files of a reference run: clusters of near-duplicates by shard, copies by snapshot (schemas of RedPajama-V2)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rpdata.text.arrays import Hashes, Ints

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

"""sample/sample.parquet: a fixed sample of the dataset in RedPajama-V2's form, for `load_dataset(OUT)`.

The sample is the 10,000 documents with the smallest xxh3(doc_id): the same rows and bytes for any order of work, and a
larger dataset's sample differs from a smaller one's only where new documents come in.
"""

import heapq
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from rpdata.engine.commit import Commit
from rpdata.redpajama import metadata_json, quality_signals_json

SAMPLE_SIZE = 10_000
ROWS_PER_GROUP = 100   # JSON takes about twice the text: what is held at once stays small

SCHEMA = pa.schema(
    [
        pa.field("raw_content", pa.string()),
        pa.field("doc_id", pa.string()),
        pa.field("meta", pa.string()),              # JSON, as in RedPajama-V2
        pa.field("quality_signals", pa.string()),   # JSON: {name: [[start, end, score], ...]}
    ]
)

MADE_FROM = b"rpdata.made_from"


def write_sample(root: Path, partitions: Iterable[str], made_from: str) -> int:
    """Write the sample of the dataset at `root`; return its number of documents.

    partitions: paths such as "2023-06/0000/en_head", in the dataset's order. made_from: a hash of the overlays that
    the sample shows; a sample that carries the same hash is left as it is.
    """
    path = root / "sample" / "sample.parquet"
    if path.exists():
        footer = pq.read_metadata(path)
        if footer.metadata.get(MADE_FROM) == made_from.encode():
            return footer.num_rows
    chosen = choose(root, partitions)
    with Commit(root) as commit:
        temporary = commit.file("sample/sample.parquet")
        with pq.ParquetWriter(temporary, SCHEMA, compression="zstd", compression_level=1) as writer:
            for partition, rows in chosen:
                for batch in read_rows(root, partition, rows):
                    writer.write_batch(batch)
            writer.add_key_value_metadata({MADE_FROM.decode(): made_from})
    return sum(len(rows) for _, rows in chosen)


def choose(root: Path, partitions: Iterable[str]) -> list[tuple[str, np.ndarray]]:
    """The rows of each partition that belong to the sample, ascending."""
    smallest: list[tuple[int, str, int]] = []   # a heap of (minus hash, partition, row): its root is the first to go
    names = list(partitions)
    for partition in names:
        ids = pq.read_table(root / "minhash" / f"{partition}.parquet", columns=["doc_id"])["doc_id"]
        for row, doc_id in enumerate(ids.to_pylist()):
            candidate = (-xxhash.xxh3_64_intdigest(doc_id.encode()), partition, row)
            if len(smallest) < SAMPLE_SIZE:
                heapq.heappush(smallest, candidate)
            elif candidate > smallest[0]:
                heapq.heapreplace(smallest, candidate)
    rows: dict[str, list[int]] = {name: [] for name in names}
    for _, partition, row in smallest:
        rows[partition].append(row)
    return [(name, np.sort(np.array(rows[name]))) for name in names if rows[name]]


def read_rows(root: Path, partition: str, rows: np.ndarray) -> Iterator[pa.RecordBatch]:
    """The given rows of a partition in the sample's form, at most ROWS_PER_GROUP at a time."""
    with (
        pq.ParquetFile(root / "documents" / f"{partition}.parquet") as documents,
        pq.ParquetFile(root / "quality_signals" / f"{partition}.parquet") as signals,
    ):
        first = 0
        for group in range(documents.num_row_groups):
            size = documents.metadata.row_group(group).num_rows
            wanted = rows[(rows >= first) & (rows < first + size)] - first
            first += size
            if len(wanted):
                texts = documents.read_row_group(group).take(pa.array(wanted))
                values = signals.read_row_group(group).take(pa.array(wanted))
                for start in range(0, len(wanted), ROWS_PER_GROUP):
                    yield in_redpajama_form(texts.slice(start, ROWS_PER_GROUP), values.slice(start, ROWS_PER_GROUP))


def in_redpajama_form(documents: pa.Table, signals: pa.Table) -> pa.RecordBatch:
    """Documents and their signals (same rows) in RedPajama-V2's four columns."""
    columns = [
        documents["raw_content"],
        documents["doc_id"],
        pa.chunked_array([metadata_json(documents)], pa.string()),
        pa.chunked_array([quality_signals_json(documents, signals)], pa.string()),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA).combine_chunks().to_batches()[0]

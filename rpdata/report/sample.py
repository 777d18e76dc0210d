"""sample/sample.parquet: a fixed sample of the dataset in RedPajama-V2's form, for `load_dataset(OUT)`.

The sample is the 10,000 documents with the smallest xxh3(doc_id): the same rows and bytes for any order of work, and a
larger dataset's sample differs from a smaller one's only where new documents come in. A document of more than 100,000
lines counts among them and is not shown: its signals alone would take tens of megabytes of JSON.
"""

import errno
import heapq
import struct
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash

from rpdata.engine.commit import Commit
from rpdata.errors import CannotFinish, naming
from rpdata.overlay import TEXT_COLUMN
from rpdata.pages import TextPages
from rpdata.redpajama import column, metadata_json, quality_signals_json, slices

SAMPLE_SIZE = 10_000
MAX_LINES = 100_000     # of a document that is shown: each line takes about 150 bytes of JSON

SCHEMA = pa.schema(
    [
        pa.field("raw_content", pa.string()),
        pa.field("doc_id", pa.string()),
        pa.field("meta", pa.string()),              # JSON, as in RedPajama-V2
        pa.field("quality_signals", pa.string()),   # JSON: {name: [[start, end, score], ...]}
    ]
)

MADE_FROM = b"rpdata.made_from"


def write_sample(root: Path, partitions: Iterable[str], made_from: str, hidden: Collection[str] = ()) -> int:
    """Write the sample of the dataset at `root`; return its number of documents.

    partitions: paths such as "2023-06/0000/en_head", in the dataset's order. made_from: a hash of the overlays that
    the sample shows; a sample that carries the same hash is left as it is. hidden: signals that are not shown.
    """
    path = root / "sample" / "sample.parquet"
    known = size_if_made_from(made_from, path)
    if known is not None:
        return known
    written = 0
    with Commit(root) as commit:
        temporary = commit.file("sample/sample.parquet")
        with naming(path), pq.ParquetWriter(temporary, SCHEMA, compression="zstd", compression_level=1) as writer:
            for partition, rows in choose(root, partitions):
                for batch in read_rows(root, partition, rows, hidden):
                    writer.write_batch(batch)
                    written += batch.num_rows
            writer.add_key_value_metadata({MADE_FROM.decode(): made_from})
    return written


def size_if_made_from(made_from: str, path: Path) -> int | None:
    """The rows of the sample at `path` if it is of that state of the dataset; None if not, or if it is torn."""
    try:
        footer = pq.read_metadata(path)
    except (FileNotFoundError, pa.ArrowInvalid):
        return None
    return footer.num_rows if (footer.metadata or {}).get(MADE_FROM) == made_from.encode() else None


def choose(root: Path, partitions: Iterable[str]) -> list[tuple[str, np.ndarray]]:
    """The rows of each partition that belong to the sample, ascending."""
    smallest: list[tuple[int, str, int]] = []   # a heap of (minus hash, partition, row): its root is the first to go
    names = list(partitions)
    for partition in names:
        path = root / "minhash" / f"{partition}.parquet"
        with reading(path):
            ids = pq.read_table(path, columns=["doc_id"])["doc_id"].to_pylist()
        for row, doc_id in enumerate(ids):
            candidate = (-xxhash.xxh3_64_intdigest(doc_id.encode()), partition, row)
            if len(smallest) < SAMPLE_SIZE:
                heapq.heappush(smallest, candidate)
            elif candidate > smallest[0]:
                heapq.heapreplace(smallest, candidate)
    rows: dict[str, list[int]] = {name: [] for name in names}
    for _, partition, row in smallest:
        rows[partition].append(row)
    return [(name, np.sort(np.array(rows[name]))) for name in names if rows[name]]


def read_rows(root: Path, partition: str, rows: np.ndarray, hidden: Collection[str]) -> Iterator[pa.RecordBatch]:
    """The given rows of a partition in the sample's form, a few at a time; without documents of too many lines."""
    path, signals_path = (root / step / f"{partition}.parquet" for step in ("documents", "quality_signals"))
    with ExitStack() as stack:
        with reading(path):
            documents = stack.enter_context(pq.ParquetFile(path))
            pages = stack.enter_context(TextPages(path, documents))
        with reading(signals_path):
            signals = stack.enter_context(pq.ParquetFile(signals_path))
        names = [name for name in documents.schema_arrow.names if name != TEXT_COLUMN]
        shown_signals = [name for name in signals.schema_arrow.names if name not in hidden]
        first = 0
        for group in range(documents.num_row_groups):
            size = documents.metadata.row_group(group).num_rows
            wanted = rows[(rows >= first) & (rows < first + size)] - first
            first += size
            if len(wanted) == 0:
                continue
            with reading(signals_path):
                values = signals.read_row_group(group, columns=shown_signals).take(pa.array(wanted))
                values.validate(full=True)
            shown = pc.less_equal(pc.list_value_length(values["line_start"]), MAX_LINES)
            values = values.filter(shown)
            with reading(path):
                provenance = documents.read_row_group(group, columns=names).take(pa.array(wanted))
                texts = provenance.append_column(TEXT_COLUMN, pages.read(group, wanted))
                texts.validate(full=True)
            texts = texts.filter(shown)
            start = 0
            for part in slices(values):
                yield in_redpajama_form(texts.slice(start, part.num_rows), part)
                start += part.num_rows


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """A file that is damaged is named, as Arrow only says what it stumbled over: CannotFinish."""
    try:
        with naming(path):
            yield
    except (pa.ArrowException, OSError, ValueError, LookupError, struct.error) as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):      # which is a place before it
            raise
        raise CannotFinish(
            f"{path} is damaged ({error}).\n"
            "Delete the file, and run the rpdata compute-signals command that wrote it again: it makes it anew."
        ) from error


def in_redpajama_form(documents: pa.Table, signals: pa.Table) -> pa.RecordBatch:
    """Documents and their signals (same rows) in RedPajama-V2's four columns."""
    columns = [
        column(documents, "raw_content"),
        column(documents, "doc_id"),
        pa.array(metadata_json(documents), pa.string()),
        pa.array(quality_signals_json(documents, signals), pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)

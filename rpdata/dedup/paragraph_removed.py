"""What paragraph deduplication took away, by domain."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rpdata.text.arrays import Ints

COUNTS = ("documents", "edited_documents", "dropped_documents", "lines", "removed_lines", "bytes", "removed_bytes")
REMOVED = pa.schema([pa.field("source_domain", pa.string()), *(pa.field(name, pa.int64()) for name in COUNTS)])

ROWS_WAITING = 200_000      # before those of one domain are added up


class RemovedByDomain:
    """Counts of documents, lines and bytes of text, before and after, one row for each domain (null: none known).

    edited_documents: that lost lines, but not all. removed_bytes: with the newlines that went.
    """

    def __init__(self) -> None:
        self._waiting: list[pa.Table] = []

    def add(self, domains: pa.StringArray, lines: Ints, kept: Ints, size: Ints, kept_size: Ints) -> None:
        """Count some documents: their lines and bytes, and those that they keep."""
        dropped = kept == 0
        columns = {
            "documents": dropped | True,
            "edited_documents": ~dropped & (kept < lines),
            "dropped_documents": dropped,
            "lines": lines,
            "removed_lines": lines - kept,
            "bytes": size,
            "removed_bytes": size - kept_size,
        }
        arrays = [domains, *(pa.array(column.astype("i8")) for column in columns.values())]
        self._waiting.append(summed([pa.Table.from_arrays(arrays, schema=REMOVED)]))
        if sum(table.num_rows for table in self._waiting) > ROWS_WAITING:
            self._waiting = [summed(self._waiting)]

    def write(self, path: Path) -> None:
        """As Parquet, in the order of the domains."""
        pq.write_table(summed(self._waiting), path, compression="zstd")


def summed(tables: Iterable[pa.Table]) -> pa.Table:
    """One row for each domain, in their order."""
    rows = pa.concat_tables([REMOVED.empty_table(), *tables])
    sums = rows.group_by("source_domain", use_threads=False).aggregate([(name, "sum") for name in COUNTS])
    sums = sums.select(["source_domain", *(f"{name}_sum" for name in COUNTS)]).rename_columns(REMOVED.names)
    return sums.take(pc.sort_indices(sums, [("source_domain", "ascending")])).combine_chunks().cast(REMOVED)

"""Parquet tables, read in pieces of bounded size."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.engine.plan import Input, Piece
from rpdata.errors import UserError
from rpdata.ledger import ReadReport
from rpdata.sources.batches import Row
from rpdata.sources.codecs import DamageError
from rpdata.sources.records import FIELDS, KINDS, ReadOptions, attempt, missing_column
from rpdata.sources.storage import cannot_read, is_url, open_input
from rpdata.sources.streams import RawFile, changed
from rpdata.sources.tables import RowIds, table_row

BATCH_BYTES = 8 << 20       # of text in hand, by the average of its row group
BATCH_ROWS = 256
FOOTER_END_BYTES = 8        # the footer's length and PAR1, at the end of a file
BUFFER_BYTES = 1 << 20      # of each column; without a bound, Arrow reads the columns of a row group whole


def read_parquet(source: Input, ids: RowIds, options: ReadOptions, report: ReadReport) -> Iterator[Row]:
    """The documents of one file, or of a piece of it; damage in a row group costs its remaining rows, columns that
    don't fit the file."""

    def document(number: int, record: Mapping[str, Any]) -> Row:
        return table_row(record, source, number, ids, options)

    with RawFile(source) as raw:        # Parquet is read out of order; its bytes are hashed before
        report.inputs.append(raw.finish())
    if source.piece and source.piece.xxh3 != footer_hash(source):
        raise changed(source)
    try:
        parquet = open_parquet(source)
    except DamageError as error:
        report.unread_bytes += source.bytes
        report.fail(source.name, None, f"not a readable Parquet file: {error}")
        return
    with parquet:
        try:
            columns = columns_of(parquet.schema_arrow, source.path, options)
        except UserError as error:      # `check` refuses the first such file of a run; behind it, work has begun
            report.unread_bytes += source.bytes
            report.fail(source.name, None, str(error))
            return
        first = 0       # row number of the first row of a group
        for group, begin in enumerate(first_bytes(parquet.metadata)):
            number = first
            first += parquet.metadata.row_group(group).num_rows
            if source.piece and not source.piece.start <= begin < source.piece.end:
                continue
            try:
                for record in records(parquet, source.path, group, columns):
                    row = attempt(document, number, record, source, report)
                    number += 1
                    if row is not None:
                        yield row
            except DamageError as error:
                report.unread_bytes += compressed_bytes(parquet.metadata.row_group(group))
                report.fail(source.name, None, f"rows {number:,} to {first - 1:,} can't be read: {error}")


def open_parquet(source: Input) -> pq.ParquetFile:
    """The file. Raises DamageError if it is none, CannotFinish if storage fails."""
    file = open_input(source.path) if is_url(source.path) else source.path
    try:
        return pq.ParquetFile(file, pre_buffer=False, buffer_size=BUFFER_BYTES)
    except (pa.ArrowException, OSError) as error:
        raise damage(source.path, error) from error


def first_bytes(metadata: pq.FileMetaData) -> list[int]:
    """Where each row group begins in the file."""
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    return [min(map(first_byte, map(group.column, range(group.num_columns))), default=0) for group in groups]


def first_byte(column: pq.ColumnChunkMetaData) -> int:
    return int(column.dictionary_page_offset or column.data_page_offset)


def footer_hash(source: Input) -> str:
    """Of the bytes that say which rows are in the file, and where: what it is known by without reading all of it."""
    with RawFile(replace(source, piece=Piece(source.size - FOOTER_END_BYTES, source.size))) as raw:
        length = int.from_bytes(raw.read()[:4], "little")
    start = max(source.size - FOOTER_END_BYTES - length, 0)
    with RawFile(replace(source, piece=Piece(start, source.size))) as raw:
        return str(raw.finish()["xxh3"])


def damage(path: str, error: Exception) -> Exception:
    """What Arrow's error stands for: an OSError with a number is the disk's, one without a page that won't decode."""
    if isinstance(error, OSError) and error.errno is not None:
        return cannot_read(path, error)
    return DamageError(" ".join(str(error).split()))


def records(parquet: pq.ParquetFile, path: str, group: int, columns: list[str]) -> Iterator[dict[str, Any]]:
    """The rows of a row group. Raises DamageError, CannotFinish."""
    at_once = rows_at_once(parquet.metadata.row_group(group))
    batches = parquet.iter_batches(at_once, row_groups=[group], columns=columns)
    while True:
        try:
            batch = next(batches, None)
        except (pa.ArrowException, OSError) as error:
            raise damage(path, error) from error
        if batch is None:
            return
        for row in zip(*map(values, batch.columns), strict=True):
            yield dict(zip(columns, row, strict=True))


def rows_at_once(group: pq.RowGroupMetaData) -> int:
    average = group.total_byte_size / max(group.num_rows, 1)
    return max(1, min(BATCH_ROWS, int(BATCH_BYTES / max(average, 1))))


def values(column: pa.Array) -> list[Any]:
    """A column as Python values; where its strings are not all UTF-8, those that are not stay bytes."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        return [decoded(value) for value in column.cast(pa.large_binary()).to_pylist()]


def decoded(value: bytes | None) -> str | bytes | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return value


def compressed_bytes(group: pq.RowGroupMetaData) -> int:
    return sum(group.column(i).total_compressed_size for i in range(group.num_columns))


def columns_of(schema: pa.Schema, path: str, options: ReadOptions) -> list[str]:
    """The columns to read: those that the options name, and those that schema.DOCUMENTS has too.

    Raises UserError for one that is named and not there, is there twice, or has a type that can't hold what its name
    says.
    """
    for option, name in options.named_columns():
        if name not in schema.names:
            raise missing_column(path, option, name, schema.names)
    wanted = {name: kind for name, kind in FIELDS if name in schema.names and name != "language"}
    for name in filter(None, (options.text_column, options.url_column)):
        wanted[name] = str
    for name, kind in wanted.items():
        if schema.names.count(name) > 1:
            raise UserError(f"{path}: it has more than one column {name}. Rename all but the one to be read.")
        if not holds(schema.field(name).type, kind):
            raise UserError(
                f"{path}: its column {name} has the type {schema.field(name).type} where {KINDS[kind]} belongs. "
                "Rename the column, or convert it."
            )
    if options.id_column is not None:
        wanted[options.id_column] = str     # or an integer: `tables.own_id` looks
    return sorted(wanted)


def holds(arrow: pa.DataType, kind: type) -> bool:
    """Whether a column's values come as what `records.field` takes for a kind (str, int or float)."""
    if pa.types.is_dictionary(arrow):
        arrow = arrow.value_type
    if kind is str:
        fits = pa.types.is_string(arrow) or pa.types.is_large_string(arrow) or pa.types.is_string_view(arrow)
    else:
        fits = pa.types.is_integer(arrow) or (kind is float and pa.types.is_floating(arrow))
    return bool(fits or pa.types.is_null(arrow))

"""Documents into record batches, closed by the rule of `rpdata.schema`."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import pyarrow as pa

from rpdata.schema import BYTES_PER_BATCH, DOCUMENTS, ROWS_PER_BATCH

# The values of one document in the order of schema.DOCUMENTS; raw_content comes last, as UTF-8: its size is known for
# nothing, and Arrow copies it as it is.
Row: TypeAlias = tuple[Any, ...]


def batches(rows: Iterable[Row]) -> Iterator[pa.RecordBatch]:
    """The documents in batches, closed by what the documents are and nothing else; none is empty."""
    held: list[Row] = []
    text_bytes = 0
    for row in rows:
        held.append(row)
        text_bytes += len(row[-1])
        if len(held) == ROWS_PER_BATCH or text_bytes >= BYTES_PER_BATCH:
            yield to_arrow(held)
            held = []
            text_bytes = 0
    if held:
        yield to_arrow(held)


def to_arrow(rows: list[Row]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, DOCUMENTS, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=DOCUMENTS)

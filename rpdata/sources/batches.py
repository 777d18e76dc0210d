"""Documents into record batches, closed by the rule of `rpdata.schema`."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.schema import BYTES_PER_BATCH, DOCUMENTS, ROWS_PER_BATCH

# The values of one document in the order of schema.DOCUMENTS; raw_content comes last, as UTF-8: its size is known for
# nothing, and Arrow copies it as it is.
Row: TypeAlias = tuple[Any, ...]

STRINGS = [i for i, field in enumerate(DOCUMENTS) if field.type == pa.string() and field.name != "raw_content"]


def batches(rows: Iterable[Row]) -> Iterator[pa.RecordBatch]:
    """The documents in batches, closed by what the documents are and nothing else; none is empty."""
    held: list[Row] = []
    size = 0
    for row in rows:
        held.append(row)
        # The text, and code points of the other strings, as a title of some MB would else slip through.
        size += len(row[-1]) + sum([len(row[i]) for i in STRINGS if row[i] is not None])
        if len(held) == ROWS_PER_BATCH or size >= BYTES_PER_BATCH:
            yield to_arrow(held)
            held = []
            size = 0
    if held:
        yield to_arrow(held)


def sizes_of(batch: pa.RecordBatch) -> np.ndarray:
    """What each document of a batch counts towards BYTES_PER_BATCH: as `batches` counts it."""
    sizes = pc.binary_length(batch["raw_content"]).to_numpy().astype(np.int64)
    for i in STRINGS:
        sizes += pc.fill_null(pc.utf8_length(batch.column(i)), 0).to_numpy()
    return sizes


def to_arrow(rows: list[Row]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, DOCUMENTS, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=DOCUMENTS)

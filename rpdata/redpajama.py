"""RedPajama-V2's JSON: signals as `{name: [[start, end, score], ...]}`, made a column at a time.

Byte for byte what the reference writes: keys in the catalogue's order, compact, spans in code points, whole numbers as
7.0 or 7 as the catalogue says, the shortest digits that read back as the same float, and one odd null for the bullets
of a document without lines. Signals that were not computed are left out, and those of our own.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.errors import UserError
from rpdata.signals import CATALOGUE

Rows: TypeAlias = "pa.RecordBatch | pa.Table"

# What is made at once: JSON has about 150 bytes for each line of text, and an Arrow string array ends at 2 GiB.
LINES_AT_ONCE = 200_000

# RedPajama-V2's loader calls head and middle one partition: those that the authors deduplicated and annotated.
PARTITION_OF_BUCKET = {"head": "head_middle", "middle": "head_middle", "tail": "tail"}


def quality_signals_json(documents: Rows, signals: Rows) -> list[str]:
    """The signals of each document as RedPajama-V2's `quality_signals`; both have the same rows, or UserError."""
    if not column(documents, "doc_id").equals(column(signals, "doc_id")):
        raise UserError("documents/ and quality_signals/ do not have the same rows: one of the files was replaced")
    return [text for part in slices(signals) for text in signals_json(part).to_pylist()]


def metadata_json(documents: Rows) -> list[str]:
    """Each document's `meta`, with the keys of RedPajama-V2's loader; `partition` is null where there is no bucket."""
    plain = ("language", "source_domain", "date_download", "digest")
    values = {name: column(documents, name).to_pylist() for name in ("url", "bucket", *plain)}
    return [
        orjson.dumps(
            {
                "url": values["url"][row],
                "partition": PARTITION_OF_BUCKET.get(values["bucket"][row]),
                **{name: values[name][row] for name in plain},
            }
        ).decode()
        for row in range(documents.num_rows)
    ]


def slices(signals: Rows) -> Iterator[Rows]:
    """The rows in order, in slices of few lines, or of one document."""
    ends = np.cumsum(pc.list_value_length(column(signals, "line_start")).to_numpy())
    start = 0
    while start < signals.num_rows:
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + LINES_AT_ONCE, side="right")))
        yield signals.slice(start, stop - start)
        start = stop


def signals_json(signals: Rows) -> pa.Array:
    """The JSON object of each row of `quality_signals/`."""
    starts, ends = column(signals, "line_start"), column(signals, "line_end")
    lines = pc.list_value_length(starts).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(lines)]).astype(np.int32)
    flat_ends = ends.flatten()
    last = pc.take(pa.concat_arrays([pa.array([0], pa.int32()), flat_ends]), pa.array(np.where(lines, offsets[1:], 0)))
    of_document = concatenate("[[0,", whole(last), ",")
    of_line = concatenate("[", whole(starts.flatten()), ",", whole(flat_ends), ",")

    pieces: list[str | pa.Array] = ["{"]
    for signal in CATALOGUE.values():
        if signal.name not in signals.schema.names or not signal.published:
            continue
        values = column(signals, signal.name)
        number = whole if signal.json == "int" else decimal
        key = f'"{signal.name}":'
        if signal.per_line:
            spans = concatenate(of_line, number(values.flatten()), "]")
            spans = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), spans), ",")
            if signal.name == "rps_lines_start_with_bulletpoint":
                spans = pc.if_else(pa.array(lines == 0), "[0,0,null]", spans)
            pieces += [key, "[", spans, "]", ","]
        else:
            pieces += [key, of_document, number(values), "]]", ","]
    return concatenate(*pieces[:-1], "}")


def concatenate(*pieces: str | pa.Array) -> pa.Array:
    """String arrays and constants, joined row by row."""
    return pc.binary_join_element_wise(*pieces, "")


def whole(values: pa.Array) -> pa.Array:
    """Whole numbers as text: 7, or null."""
    return pc.coalesce(pc.cast(values, pa.string()), "null")


def decimal(values: pa.Array) -> pa.Array:
    """Numbers as JSON floats: 7.0, 0.25, 1e-8, or null."""
    if len(values) == 0:
        return pa.array([], pa.string())
    floats = pc.cast(values, pa.float64(), safe=False).fill_null(0.0).to_numpy()
    array = orjson.dumps(floats, option=orjson.OPT_SERIALIZE_NUMPY)
    text = np.frombuffer(array[1:-1].replace(b"e+", b"e"), np.uint8)   # 1e+16 is 1e16 in the reference
    comma = text == ord(",")
    ends = np.append(np.flatnonzero(comma), len(text)) - np.arange(len(floats))
    offsets: npt.NDArray[np.int32] = np.concatenate([[0], ends]).astype(np.int32)
    found = pa.Array.from_buffers(
        pa.string(), len(floats), [None, pa.py_buffer(offsets), pa.py_buffer(text[~comma])]
    )
    return pc.if_else(values.is_valid(), found, "null") if values.null_count else found


def column(rows: Rows, name: str) -> Any:
    """A column as one array, of a batch or a table."""
    values = rows[name]
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values

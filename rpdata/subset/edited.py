"""Documents without the lines that a recipe's edits drop, and what their other columns then say."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.decide.edited_texts import SPANS, edited_texts
from rpdata.decide.line_conditions import LINE_START
from rpdata.decide.recipe import Recipe
from rpdata.overlay import TEXT_COLUMN
from rpdata.schema import DOCUMENTS

OF_TEXT = ("language_score", "perplexity", "bucket")   # what models said of the text, and nobody says of a part of it
STARTS, ENDS = "kept_start", "kept_end"     # of each line that is left: its span in the text as it was read

Flags = npt.NDArray[np.bool_]


def schema_of(documents: pa.Schema, edited: bool) -> pa.Schema:
    """The columns of a subset's documents: with the spans of their lines if text is edited, or was before."""
    spans = [pa.field(STARTS, SPANS), pa.field(ENDS, SPANS)] if edited or STARTS in documents.names else []
    return pa.schema([*(field for field in DOCUMENTS if field.name != TEXT_COLUMN), *spans,
                      DOCUMENTS.field(TEXT_COLUMN)])


def edited(recipe: Recipe, documents: pa.RecordBatch, frame: pl.DataFrame) -> pa.RecordBatch:
    """The documents that have a line left, with those lines only.

    frame: of the same documents, the columns that the recipe reads. `raw_content`, `length`, `nlines` and `line_ids`
    are as the text is now; `original_length` and `original_nlines`, where no one said them before, as it was. What
    models said of a text that has changed (OF_TEXT) is null. Spans are those in the text that was read first, also if
    it is edited a second time.
    """
    texts, starts, ends = edited_texts(recipe, documents[TEXT_COLUMN], frame)
    counts = pc.list_value_length(starts).cast(pa.int64())
    columns = {name: documents[name] for name in documents.schema.names}
    columns["original_nlines"] = pc.coalesce(columns["original_nlines"], columns["nlines"])
    columns["original_length"] = pc.coalesce(columns["original_length"], columns["length"])
    columns["nlines"] = counts
    columns["length"] = pc.utf8_length(texts).cast(pa.int64())
    of_lines = [name for name in ("line_ids", STARTS, ENDS) if columns[name].null_count < len(texts)]
    kept = kept_lines(frame[LINE_START], starts) if of_lines else []
    columns |= {name: narrowed(columns[name], kept) for name in of_lines}
    columns |= {name: pc.coalesce(columns[name], spans) for name, spans in ((STARTS, starts), (ENDS, ends))}
    same = pc.equal(texts, columns[TEXT_COLUMN])
    columns |= {name: pc.if_else(same, columns[name], None) for name in OF_TEXT}
    columns[TEXT_COLUMN] = texts
    schema = documents.schema
    whole = pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)
    return whole.filter(pc.greater(counts, 0))


def kept_lines(before: pl.Series, starts: pa.ListArray) -> list[Flags]:
    """For each document, which of its lines are left: those that begin where one of these spans does."""
    told = zip(before.to_list(), starts.to_pylist(), strict=True)
    return [np.isin(np.array(lines or [], np.int64), np.array(left or [], np.int64)) for lines, left in told]


def narrowed(lists: pa.Array, kept: list[Flags]) -> pa.Array:
    """Lists with a value for each line of the text before, without those of lines that are gone; null stays null.

    What is behind the last line, as an empty one that only some count, stays.
    """
    found = [
        None if values is None else [value for row, value in enumerate(values) if row >= len(lines) or lines[row]]
        for values, lines in zip(lists.to_pylist(), kept, strict=True)
    ]
    return pa.array(found, lists.type)

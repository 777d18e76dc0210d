"""What the edits of a recipe leave of texts, with the place of every line that is left."""

import numpy as np
import polars as pl
import pyarrow as pa

from rpdata.decide.line_conditions import LINE_END, LINE_START, unaligned
from rpdata.decide.recipe import Recipe
from rpdata.decide.surviving import SurvivingLines
from rpdata.errors import UserError

SPANS = pa.list_(pa.int32())
NEWLINE = ord("\n")


def edited_texts(
    recipe: Recipe, texts: pa.StringArray, frame: pl.DataFrame
) -> tuple[pa.StringArray, pa.ListArray, pa.ListArray]:
    """The lines that are left by a recipe's edits, joined as they stood (each with its newline), and their spans.

    texts: of the documents of `frame`, which has the columns that the recipe reads.

    Returns the edited texts, and for each the list of starts and of ends (code points in the text as it was) of the
    lines that are left; all null where the text is. UserError if the lines of the frame are not those of the texts.
    """
    lines = SurvivingLines(recipe, frame)
    for edit in recipe.edits:
        lines.drop(edit)
    left = lines.frame((LINE_START, LINE_END))
    starts, ends = (as_spans(left[name], texts) for name in (LINE_START, LINE_END))
    return without_lines(texts, lines), starts, ends


def without_lines(texts: pa.StringArray, lines: SurvivingLines) -> pa.StringArray:
    """The bytes of the lines that are left."""
    offsets = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1, texts.offset * 4).astype(np.int64)
    data = texts.buffers()[2]
    raw = np.frombuffer(data, np.uint8)[offsets[0]:offsets[-1]] if data is not None else np.empty(0, np.uint8)
    offsets = offsets - offsets[0]
    newlines = np.flatnonzero(raw == NEWLINE) + 1
    ends = np.union1d(newlines, offsets[1:][np.diff(offsets) > 0])       # a text may end without a newline
    owners = np.searchsorted(offsets, ends, side="left") - 1
    if not np.array_equal(np.bincount(owners, minlength=len(texts)), lines.lengths):
        raise UserError(unaligned(LINE_START))
    sizes = np.diff(ends, prepend=0)
    kept = raw[np.repeat(lines.alive, sizes)]
    bytes_left = np.bincount(owners, np.where(lines.alive, sizes, 0), minlength=len(texts)).astype(np.int64)
    new = np.concatenate([[0], np.cumsum(bytes_left)]).astype(np.int32)
    validity = pa.array(texts.is_valid()).buffers()[1] if texts.null_count else None
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(new), pa.py_buffer(kept), validity, texts.null_count)


def as_spans(lists: pl.Series, texts: pa.StringArray) -> pa.ListArray:
    """Lists of int32, null where the text is."""
    found = lists.to_arrow().cast(SPANS)
    if not texts.null_count:
        return found
    return pa.ListArray.from_arrays(found.offsets, found.values, mask=texts.is_null())

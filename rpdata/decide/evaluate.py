"""A recipe over columns: whether each document is kept, every rule that it fails, and those that cannot tell."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.decide.recipe import Recipe

Flags = npt.NDArray[np.bool_]

NUMBERS = pa.list_(pa.field("element", pa.int16(), nullable=False))
SCHEMA = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("keep", pa.bool_(), nullable=False),
        pa.field("failed", NUMBERS, nullable=False),        # rules that are false, by their number in Recipe.table
        pa.field("abstained", NUMBERS, nullable=False),     # rules that are null
    ]
)


@dataclass(frozen=True)
class Verdicts:
    """What a recipe says of some documents.

    Attributes
    ----------
    keep: shape (documents,).
    failed, abstained: shape (documents, rules of the recipe's table): where a rule is false, and where it is null.
    """

    keep: Flags
    failed: Flags
    abstained: Flags

    def batch(self, doc_ids: pa.Array) -> pa.RecordBatch:
        """The rows of a decision overlay."""
        arrays = [doc_ids, pa.array(self.keep), numbers(self.failed), numbers(self.abstained)]
        return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def decide(recipe: Recipe, frame: pl.DataFrame) -> Verdicts:
    """The verdicts on the rows of `frame`, which has the columns that the recipe's rules read.

    The same as `recipe(row)` on each of them. UserError for a recipe that has to be fitted first.
    """
    expressions = [rule.expr().alias(f"rule {number}") for number, rule in enumerate(recipe.table)]
    found = frame.with_columns(expressions)
    failed = np.zeros((frame.height, len(recipe.table)), bool, order="F")       # a rule is written at a time
    abstained = np.zeros_like(failed)
    for number in range(len(recipe.table)):
        values = found[f"rule {number}"].to_arrow()
        failed[:, number] = pc.invert(values.fill_null(True)).to_numpy(zero_copy_only=False)
        if values.null_count:
            abstained[:, number] = values.is_null().to_numpy(zero_copy_only=False)
    lost = failed | abstained if recipe.unknown == "drop" else failed
    keep = np.logical_not(np.any(lost, axis=1))
    return Verdicts(keep, failed, abstained)


def numbers(flags: Flags) -> pa.Array:
    """For each row the numbers of the columns that are set, ascending."""
    rows = np.flatnonzero(np.any(flags, axis=1))        # few: most documents fail few rules or none
    places, values = np.nonzero(flags[rows])
    counts = np.zeros(len(flags) + 1, np.int32)
    counts[rows + 1] = np.bincount(places, minlength=len(rows))
    offsets = np.cumsum(counts, dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values.astype(np.int16)), type=NUMBERS)

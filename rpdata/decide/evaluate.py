"""A recipe over columns: whether each document is kept, every rule that it fails, and those that cannot tell; where
the recipe has edits, how much of each document those drop."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Rule
from rpdata.decide.surviving import Counts, EditCounts, Flags, SurvivingLines

NUMBERS = pa.list_(pa.field("element", pa.int16(), nullable=False))
SCHEMA = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("keep", pa.bool_(), nullable=False),
        pa.field("failed", NUMBERS, nullable=False),        # rules that are false, by their number in Recipe.table
        pa.field("abstained", NUMBERS, nullable=False),     # rules that are null
    ]
)
# Only where the recipe has edits: a number for each of Recipe.edits, of what the ones before it left of the document.
DROPPED_LINES, DROPPED_CHARACTERS, UNKNOWN_LINES = "dropped_lines", "dropped_characters", "unknown_lines"
EDITS = pa.list_(pa.field("element", pa.int32(), nullable=False))


@dataclass(frozen=True)
class Verdicts:
    """What a recipe says of some documents.

    Attributes
    ----------
    keep: shape (documents,).
    failed, abstained: shape (documents, rules of the recipe's table): where a rule is false, and where it is null.
    dropped_lines, dropped_characters, unknown_lines: shape (documents, edits of the recipe): what an edit drops of
        what the ones before it left, and the lines that it leaves because it cannot tell.
    """

    keep: Flags
    failed: Flags
    abstained: Flags
    dropped_lines: Counts
    dropped_characters: Counts
    unknown_lines: Counts

    def batch(self, doc_ids: pa.Array) -> pa.RecordBatch:
        """The rows of a decision overlay."""
        arrays = [doc_ids, pa.array(self.keep), numbers(self.failed), numbers(self.abstained)]
        edits = self.dropped_lines.shape[1]
        if edits:
            counts = (self.dropped_lines, self.dropped_characters, self.unknown_lines)
            arrays += [rows_of(each) for each in counts]
        return pa.RecordBatch.from_arrays(arrays, schema=schema_of(edits))


def schema_of(edits: int) -> pa.Schema:
    """The columns of a decision overlay of a recipe with so many edits."""
    counted = (DROPPED_LINES, DROPPED_CHARACTERS, UNKNOWN_LINES) if edits else ()
    return pa.schema([*SCHEMA, *(pa.field(name, EDITS, nullable=False) for name in counted)])


def decide(recipe: Recipe, frame: pl.DataFrame) -> Verdicts:
    """The verdicts on the rows of `frame`, which has the columns that the recipe's steps read.

    The same as `recipe(row)` on each of them. UserError for a recipe that has to be fitted first.
    """
    failed = np.zeros((frame.height, len(recipe.table)), bool, order="F")       # a rule is written at a time
    abstained = np.zeros_like(failed)
    edited = np.zeros((3, frame.height, len(recipe.edits)), np.int64)
    numbered = {rule.name: number for number, rule in enumerate(recipe.table)}
    edits = 0
    for rules, seen, counts in stages(recipe, frame):
        evaluate({numbered[rule.name]: rule for rule in rules}, seen, failed, abstained)
        for each in counts:
            edited[:, :, edits] = each
            edits += 1
    lost = failed | abstained if recipe.unknown == "drop" else failed
    keep = np.logical_not(np.any(lost, axis=1))
    return Verdicts(keep, failed, abstained, *edited)


def stages(recipe: Recipe, frame: pl.DataFrame) -> Iterator[tuple[tuple[Rule, ...], pl.DataFrame, list[EditCounts]]]:
    """The rules of a recipe with the frame as they see it: first as it is, then with the lines that edits left.

    Third comes what each of the edits just before those rules dropped, see `SurvivingLines.drop`.
    """
    lines, seen = SurvivingLines(recipe, frame) if recipe.edits else None, frame
    for edits, rules in recipe.segments:
        counts = [lines.drop(edit) for edit in edits] if lines else []
        if lines and edits:
            seen = frame if not rules else lines.frame({name for rule in rules for name in rule.columns})
        yield rules, seen, counts


def evaluate(rules: Mapping[int, Rule], frame: pl.DataFrame, failed: Flags, abstained: Flags) -> None:
    """Fill the columns of these rules, number -> rule."""
    found = frame.with_columns([rule.expr().alias(f"rule {number}") for number, rule in rules.items()])
    for number in rules:
        values = found[f"rule {number}"].to_arrow()
        failed[:, number] = pc.invert(values.fill_null(True)).to_numpy(zero_copy_only=False)
        if values.null_count:
            abstained[:, number] = values.is_null().to_numpy(zero_copy_only=False)


def numbers(flags: Flags) -> pa.Array:
    """For each row the numbers of the columns that are set, ascending."""
    rows = np.flatnonzero(np.any(flags, axis=1))        # few: most documents fail few rules or none
    places, values = np.nonzero(flags[rows])
    counts = np.zeros(len(flags) + 1, np.int32)
    counts[rows + 1] = np.bincount(places, minlength=len(rows))
    offsets = np.cumsum(counts, dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values.astype(np.int16)), type=NUMBERS)


def rows_of(counts: Counts) -> pa.Array:
    """Each row as a list."""
    documents, edits = counts.shape
    offsets = np.arange(documents + 1, dtype=np.int32) * edits
    values = counts.astype(np.int32).ravel()
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values), type=EDITS)

"""The lines of a batch of documents that no edit has dropped so far, as columns."""

from collections.abc import Collection
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from rpdata.decide.algebra import ForLanguages
from rpdata.decide.columns import kinds_of
from rpdata.decide.edits import DropLines
from rpdata.decide.line_conditions import LINE_END, LINE_START, flattened, lengths_of, truths
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Rule
from rpdata.decide.values import LISTS

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
EditCounts: TypeAlias = tuple[Counts, Counts, Counts]      # of each document: lines, characters, lines it left unknown


class SurvivingLines:
    """Begins with all lines; each edit takes some away.

    Attributes
    ----------
    lengths: shape (documents,): how many lines each has in the text as it is.
    alive: shape (lines,): whether a line is left.
    """

    def __init__(self, recipe: Recipe, frame: pl.DataFrame) -> None:
        """frame: has the columns that the steps of the recipe read."""
        self._frame = frame
        self.lengths = lengths_of(frame[LINE_START])
        self._starts = np.cumsum(self.lengths) - self.lengths
        names = [name for name, kind in kinds_of(recipe.steps).items() if kind in LISTS]
        self._lines = {name: flattened(name, frame[name], self.lengths) for name in names}
        self._absent = {name: frame[name].is_null().to_numpy() for name in names}
        ends, starts = self._lines[LINE_END], self._lines[LINE_START]
        self._characters = np.subtract(ends.to_numpy(), starts.to_numpy(), dtype=np.int64)
        self.alive: Flags = np.ones(self.lengths.sum(), bool)

    def drop(self, edit: Rule) -> EditCounts:
        """Take away what an edit drops.

        Returns, for each document, the lines and characters that it has dropped, and the lines that are left because
        it could not tell.
        """
        looked_at = self.alive
        if isinstance(edit, ForLanguages):
            about = self._frame.select(edit.about().alias("about"))["about"].to_numpy()
            looked_at = looked_at & np.repeat(about, self.lengths)
            edit = edit.part
        assert isinstance(edit, DropLines)
        held = truths(edit.condition, self._lines)
        dropped, unknown = looked_at & (held == 1), looked_at & np.isnan(held)
        self.alive = self.alive & ~dropped
        return self._sums(dropped), self._sums(np.where(dropped, self._characters, 0)), self._sums(unknown)

    def frame(self, columns_read: Collection[str]) -> pl.DataFrame:
        """The frame with the lists of the lines that are left, as far as they are among these columns."""
        offsets = np.concatenate([[0], np.cumsum(self._sums(self.alive))]).astype(np.int64)
        columns = []
        for name in sorted(self._lines.keys() & set(columns_read)):
            values = self._lines[name]
            absent = pa.array(self._absent[name]) if self._absent[name].any() else None
            left = values.filter(pa.array(self.alive))
            lists = pa.LargeListArray.from_arrays(pa.array(offsets), left, mask=absent)
            columns.append(pl.Series(name, pl.from_arrow(lists)))
        return self._frame.with_columns(columns)

    def _sums(self, values: Flags | Counts) -> Counts:
        """For each document, of a value for each line."""
        found = np.zeros(len(self.lengths), np.int64)
        if values.any():
            some = self.lengths > 0
            found[some] = np.add.reduceat(values, self._starts[some], dtype=np.int64)
        return found

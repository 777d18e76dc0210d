"""The lines of a batch of documents that no edit has dropped so far, as columns."""

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
        self._documents = np.repeat(np.arange(frame.height), self.lengths)
        names = [name for name, kind in kinds_of(recipe.steps).items() if kind in LISTS]
        self._lines = {name: flattened(name, frame[name], self.lengths) for name in names}
        self._absent = {name: frame[name].is_null().to_numpy() for name in names}
        ends, starts = self._lines[LINE_END], self._lines[LINE_START]
        self._characters = np.subtract(ends.to_numpy(), starts.to_numpy(), dtype=np.int64)
        self.alive: Flags = np.ones(len(self._documents), bool)

    def drop(self, edit: Rule) -> EditCounts:
        """Take away what an edit drops.

        Returns, for each document, the lines and characters that it has dropped, and the lines that are left because
        it could not tell.
        """
        about = np.ones(self._frame.height, bool)
        if isinstance(edit, ForLanguages):
            about = self._frame.select(edit.about().alias("about"))["about"].to_numpy()
            edit = edit.part
        assert isinstance(edit, DropLines)
        held = truths(edit.condition, pl.DataFrame({name: self._frame[name] for name in edit.condition.columns}),
                      self.lengths)
        looked_at = self.alive & about[self._documents]
        dropped, unknown = looked_at & (held == 1), looked_at & np.isnan(held)
        self.alive = self.alive & ~dropped
        return self._sums(dropped), self._sums(dropped, self._characters), self._sums(unknown)

    def frame(self) -> pl.DataFrame:
        """The frame with the lists of the lines that are left."""
        offsets = np.concatenate([[0], np.cumsum(self._sums(self.alive))]).astype(np.int64)
        columns = []
        for name, values in self._lines.items():
            absent = pa.array(self._absent[name]) if self._absent[name].any() else None
            left = values.filter(pa.array(self.alive))
            lists = pa.LargeListArray.from_arrays(pa.array(offsets), left, mask=absent)
            columns.append(pl.Series(name, pl.from_arrow(lists)))
        return self._frame.with_columns(columns)

    def _sums(self, lines: Flags, weights: Counts | None = None) -> Counts:
        """For each document, of the lines that are set (exact below 2**53)."""
        chosen = self._documents[lines]
        found = np.bincount(chosen, None if weights is None else weights[lines], minlength=self._frame.height)
        return found.astype(np.int64)

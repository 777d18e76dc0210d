"""What `learn` makes of signals: one number, from plain numbers that the score itself holds.

It is the logarithm of the odds that a document is one of the positives and not one of the negatives, where there are
as many of both: 0 is as likely as not, 3 is twenty to one. A probability would say the same, and its exponential is
not the same to the last bit everywhere, which the ways to evaluate a score have to be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from rpdata.decide.values import Content, Kind, Row, Value
from rpdata.ledger import configuration_hash

if TYPE_CHECKING:
    from rpdata.decide.learn_report import Report

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Input:
    """A signal as a model takes it: `median` (of the training data) where it is null, and held between low and high.
    """

    name: str
    median: float
    low: float
    high: float

    @property
    def content(self) -> Content:
        return [self.name, self.median, self.low, self.high]

    def of(self, value: float | None) -> float:
        return min(max(self.median if value is None else value, self.low), self.high)

    def of_column(self, values: Floats) -> Floats:
        """values: NaN where it is null."""
        return np.minimum(np.maximum(np.where(np.isnan(values), self.median, values), self.low), self.high)


@dataclass(frozen=True)
class Linear:
    """intercept + weight * input + ..., added up from left to right."""

    intercept: float
    weights: tuple[float, ...]

    @property
    def content(self) -> Content:
        return ["linear", self.intercept, *self.weights]

    def of(self, inputs: Sequence[float]) -> float:
        total = self.intercept
        for weight, value in zip(self.weights, inputs, strict=True):
            total += weight * value
        return total

    def of_columns(self, columns: Sequence[Floats]) -> Floats:
        total = np.full(len(columns[0]), self.intercept)
        for weight, values in zip(self.weights, columns, strict=True):
            total += weight * values
        return total

    def scaled(self, factor: float, shift: float) -> "Linear":
        """The line of `factor * it + shift`."""
        return Linear(factor * self.intercept + shift, tuple(factor * weight for weight in self.weights))

    def __str__(self) -> str:
        return "linear"


@dataclass(frozen=True)
class Trees:
    """base + the leaf of each tree that a document falls into.

    nodes: of a tree, first its root: (input, most that goes left, left, right), or for a leaf (-1, number, 0, 0).
    """

    base: float
    trees: tuple[tuple[tuple[int, float, int, int], ...], ...]

    @property
    def content(self) -> Content:
        return ["trees", self.base, *([list(node) for node in tree] for tree in self.trees)]

    def of(self, inputs: Sequence[float]) -> float:
        total = self.base
        for tree in self.trees:
            number, bound, left, right = tree[0]
            while number >= 0:
                number, bound, left, right = tree[left if inputs[number] <= bound else right]
            total += bound
        return total

    def of_columns(self, columns: Sequence[Floats]) -> Floats:
        from rpdata.decide.tree_kernel import sum_of_trees

        return sum_of_trees(np.array(columns), self.base, *self._flat)

    @cached_property
    def _flat(self) -> tuple[npt.NDArray[Any], ...]:
        """Roots, and the nodes of all trees one behind the other."""
        roots = np.cumsum([0, *(len(tree) for tree in self.trees)])
        nodes = [(number, bound, left + root, right + root)
                 for root, tree in zip(roots, self.trees, strict=False) for number, bound, left, right in tree]
        numbers, bounds, left, right = (np.array(column) for column in zip(*nodes, strict=True))
        return roots[:-1].astype(np.int64), numbers.astype(np.int64), bounds.astype(np.float64), left, right

    def scaled(self, factor: float, shift: float) -> "Trees":
        """The trees of `factor * them + shift`."""
        trees = tuple(
            tuple((number, bound * (1 if number >= 0 else factor), left, right) for number, bound, left, right in tree)
            for tree in self.trees
        )
        return Trees(factor * self.base + shift, trees)

    def __str__(self) -> str:
        return f"{len(self.trees)} trees"


@dataclass(frozen=True, eq=False)
class Score(Value):
    """See `learn`. Null where all its signals are; where some are, their medians stand for them.

    report: how good it was on its training data; no part of what it is.
    """

    label: str
    inputs: tuple[Input, ...]
    model: Linear | Trees
    report: "Report | None" = field(default=None, repr=False)

    @property
    def content(self) -> Content:
        return ["score", self.label, self.model.content, *(one.content for one in self.inputs)]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {one.name: "number" for one in self.inputs}

    def expr(self) -> pl.Expr:
        def scores(signals: pl.Series) -> pl.Series:
            frame = signals.struct.unnest()
            return pl.Series(signals.name, self.of_frame(frame), pl.Float64)

        # nulls become NaN inside the structure only: a null of the whole stands for "no signal at all"
        read = [pl.col(one.name).cast(pl.Float64).fill_nan(None) for one in self.inputs]
        known = reduce(or_, [each.is_not_null() for each in read])
        found = pl.struct(read).map_batches(scores, return_dtype=pl.Float64, is_elementwise=True)
        return pl.when(known).then(found)

    def of_frame(self, frame: pl.DataFrame) -> Floats:
        """Of every row, also those without any signal: shape (rows,)."""
        columns = [
            one.of_column(frame[one.name].cast(pl.Float64).fill_null(np.nan).to_numpy()) for one in self.inputs
        ]
        return self.model.of_columns(columns)

    def of(self, row: Row) -> float | None:
        values = [row.number(one.name) for one in self.inputs]
        if all(value is None for value in values):
            return None
        return self.model.of([one.of(value) for one, value in zip(self.inputs, values, strict=True)])

    @property
    def digest(self) -> str:
        """8 hexadecimal digits that stand for it where people read."""
        return configuration_hash({"score": self.content})[:8]

    def __str__(self) -> str:
        return f"score {self.digest} ({self.model} of {len(self.inputs)} signals)"

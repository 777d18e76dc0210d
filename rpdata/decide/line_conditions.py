"""What is said of the lines of a document: a number for each, and numbers for the document that are made of those.

`line("rps_lines_num_words") < 5` is true or false of a line: `drop_lines` takes it, and so does `share`. Values for
rules are `line(...).sum()`, `line(...).mean()`, `share(...)` and `lines()`; after an edit they are those of the lines
that it left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.decide.conditions import Condition
from rpdata.decide.values import Content, Kind, LinesSum, Row, Value, summed
from rpdata.errors import UserError

LINE_START, LINE_END = "line_start", "line_end"     # of every line, in code points of the document


@dataclass(frozen=True, eq=False)
class LineColumn(Value):
    """A column with a number for each line, as conditions about a line compare it."""

    name: str

    @property
    def content(self) -> Content:
        return ["line", self.name]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {self.name: "line"}

    def expr(self) -> pl.Expr:
        """Over a frame with a row for each line."""
        return pl.col(self.name).cast(pl.Float64).fill_nan(None)

    def of(self, row: Row) -> float | None:
        """Of one line."""
        return row.number(self.name)

    def sum(self) -> LinesSum:
        """Over the lines of a document; of counts and flags."""
        return LinesSum(self.name)

    def mean(self) -> "LinesMean":
        """Over the lines of a document that have one; of counts and flags."""
        return LinesMean(self.name)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class LinesMean(Value):
    """The mean of a flag or a count over the lines that have one; null if none has."""

    name: str

    @property
    def content(self) -> Content:
        return ["lines mean", self.name]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {self.name: "lines"}

    def expr(self) -> pl.Expr:
        known = pl.col(self.name).list.drop_nulls()
        return summed(known) / pl.when(known.list.len() > 0).then(known.list.len())

    def of(self, row: Row) -> float | None:
        known = [value for value in row.lines(self.name) or () if value is not None]
        return sum(known) / len(known) if known else None

    def __str__(self) -> str:
        return f"mean({self.name})"


@dataclass(frozen=True, eq=False)
class LinesCount(Value):
    """How many lines the document has."""

    @property
    def content(self) -> Content:
        return ["lines count"]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {LINE_START: "lines"}

    def expr(self) -> pl.Expr:
        return pl.col(LINE_START).list.len().cast(pl.Float64)

    def of(self, row: Row) -> float | None:
        starts = row.lines(LINE_START)
        return None if starts is None else float(len(starts))

    def __str__(self) -> str:
        return "lines"


@dataclass(frozen=True, eq=False)
class LinesShare(Value):
    """See `share`."""

    condition: Condition

    @property
    def content(self) -> Content:
        return ["lines share", self.condition.content]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return dict.fromkeys(self.condition.columns, "line numbers")

    def expr(self) -> pl.Expr:
        def shares(lists: pl.Series) -> pl.Series:
            frame = lists.struct.unnest()
            lengths = reduce(np.maximum, [lengths_of(frame[name]) for name in frame.columns])
            held = truths(self.condition, {name: flattened(name, frame[name], lengths) for name in frame.columns})
            documents = np.repeat(np.arange(len(lengths)), lengths)
            known = np.bincount(documents, ~np.isnan(held), minlength=len(lengths))
            true = np.bincount(documents, held == 1, minlength=len(lengths))
            found = np.divide(true, known, out=np.full(len(lengths), np.nan), where=known > 0)
            return pl.Series(lists.name, found).fill_nan(None)

        return pl.struct(sorted(self.columns)).map_batches(shares, return_dtype=pl.Float64, is_elementwise=True)

    def of(self, row: Row) -> float | None:
        known = [held for held in truths_of(self.condition, row) if held is not None]
        return sum(known) / len(known) if known else None

    def __str__(self) -> str:
        return f"share({self.condition})"


class OneLine:
    """A line as conditions read it."""

    def __init__(self, values: Mapping[str, float | None]) -> None:
        self._values = values

    def number(self, name: str) -> float | None:
        """Its value in a column."""
        return self._values[name]

    def lines(self, name: str) -> NoReturn:
        """Not of a line."""
        raise AssertionError(f"{name} is asked of a line")

    text = names = lines


def line(name: str) -> LineColumn:
    """The column of that name, which has a number for each line."""
    return LineColumn(name)


def lines() -> LinesCount:
    """How many lines a document has."""
    return LinesCount()


def share(condition: Condition) -> LinesShare:
    """Of a document's lines of which the condition is true or false, the share of which it is true; null without any.

    UserError for a condition that is about the document.
    """
    return LinesShare(about_lines(condition, "share()"))


def about_lines(condition: Condition, where: str) -> Condition:
    """The same; UserError if it is not about a line."""
    kinds = set(condition.columns.values()) if isinstance(condition, Condition) else set()
    if kinds != {"line"}:
        raise UserError(
            f"{where} wants a condition about a line, not {condition}. Write it with line(...), for instance: "
            'line("rps_lines_num_words") < 5'
        )
    return condition


def truths(condition: Condition, lines: Mapping[str, pa.Array]) -> npt.NDArray[np.float64]:
    """1.0, 0.0 or NaN (cannot tell) of each line; lines: has the condition's columns, a row for each line."""
    flat = pl.DataFrame({name: pl.from_arrow(lines[name]) for name in condition.columns})
    held = flat.select(condition.expr().cast(pl.Float64).alias("held"))["held"]
    return held.to_numpy(allow_copy=True) if not held.null_count() else held.fill_null(np.nan).to_numpy()


def truths_of(condition: Condition, row: Row) -> list[bool | None]:
    """The same of the lines of one document."""
    found = {name: row.lines(name) for name in condition.columns}
    size = max((len(values) for values in found.values() if values is not None), default=0)
    for name, values in found.items():
        if values is not None and len(values) != size:
            raise UserError(unaligned(name))
    return [
        condition.of(OneLine({name: None if values is None else values[number] for name, values in found.items()}))
        for number in range(size)
    ]


def flattened(name: str, lists: pl.Series, lengths: npt.NDArray[np.int64]) -> pa.Array:
    """The values of all lines, null for those of a document that has no list; UserError for lists of other lengths."""
    array = lists.to_arrow()
    values, own = pc.list_flatten(array), lengths_of(lists)
    if np.array_equal(own, lengths):
        return values
    absent = lists.is_null().to_numpy()
    if ((own != lengths) & ~absent).any():
        raise UserError(unaligned(name))
    documents = np.repeat(np.arange(len(lengths)), lengths)
    within = np.arange(len(documents)) - (np.cumsum(lengths) - lengths)[documents]
    return values.take(pa.array((np.cumsum(own) - own)[documents] + within, mask=absent[documents]))


def lengths_of(lists: pl.Series) -> npt.NDArray[np.int64]:
    """How many values each list has; 0 where there is none."""
    return lists.list.len().fill_null(0).to_numpy().astype(np.int64)


def unaligned(name: str) -> str:
    return (
        f"{name} has not as many values as the document has lines: its column does not belong to these lines. "
        "Compute it again of this text (rpdata compute-signals), or take rows as they were published"
    )


def values_of(rows: Sequence[float | None] | None, kept: Sequence[bool], name: str) -> list[float | None] | None:
    """The values of the lines that are kept; UserError if they are not as many."""
    if rows is None:
        return None
    if len(rows) != len(kept):
        raise UserError(unaligned(name))
    return [value for value, keeps in zip(rows, kept, strict=True) if keeps]

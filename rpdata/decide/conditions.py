"""Conditions: true, false, or null where the value is null."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

import polars as pl

from rpdata.decide.values import Content, Kind, Row, Value, plain
from rpdata.errors import UserError

NAMES = pl.List(pl.String)


class Condition(ABC):
    """What a rule asks of a document."""

    @property
    @abstractmethod
    def content(self) -> Content:
        """All that it means."""

    @property
    @abstractmethod
    def columns(self) -> Mapping[str, Kind]:
        """The columns that it reads."""

    @abstractmethod
    def expr(self) -> pl.Expr:
        """As a Boolean expression."""

    @abstractmethod
    def of(self, row: Row) -> bool | None:
        """On one row."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.content == other.content

    def __hash__(self) -> int:
        return hash(str(self.content))

    def __bool__(self) -> NoReturn:
        raise UserError(
            f"`{self}` is true or false of a document, not by itself: write .is_between(low, high) for "
            "low <= col(...) <= high, and join rules by & and |"
        )


@dataclass(frozen=True, eq=False)
class Between(Condition):
    """A value and its bounds, of which one may be missing; an open bound is one that the value may not be equal to."""

    value: Value
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    @property
    def content(self) -> Content:
        return ["between", self.value.content, self.low, self.low_open, self.high, self.high_open]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return self.value.columns

    @property
    def is_contradiction(self) -> bool:
        """Whether no value can meet it."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def expr(self) -> pl.Expr:
        value = self.value.expr()
        bounds = []
        if self.low is not None:
            bounds.append(value > self.low if self.low_open else value >= self.low)
        if self.high is not None:
            bounds.append(value < self.high if self.high_open else value <= self.high)
        return bounds[0] & bounds[1] if len(bounds) == 2 else bounds[0]

    def of(self, row: Row) -> bool | None:
        value = self.value.of(row)
        if value is None:
            return None
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return (value > low if self.low_open else value >= low) and (value < high if self.high_open else value <= high)

    def __str__(self) -> str:
        if self.low is not None and self.low == self.high and not self.low_open and not self.high_open:
            return f"{self.value} == {plain(self.low)}"
        if self.low is not None and self.high is None:
            return f"{self.value} {'>' if self.low_open else '>='} {plain(self.low)}"
        low = "" if self.low is None else f"{plain(self.low)} {'<' if self.low_open else '<='} "
        high = "" if self.high is None else f" {'<' if self.high_open else '<='} {plain(self.high)}"
        return f"{low}{self.value}{high}"


@dataclass(frozen=True, eq=False)
class Differs(Condition):
    """A value and what it may not be."""

    value: Value
    number: float

    @property
    def content(self) -> Content:
        return ["differs", self.value.content, self.number]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return self.value.columns

    def expr(self) -> pl.Expr:
        return self.value.expr() != self.number

    def of(self, row: Row) -> bool | None:
        value = self.value.of(row)
        return None if value is None else value != self.number

    def __str__(self) -> str:
        return f"{self.value} != {plain(self.number)}"


@dataclass(frozen=True, eq=False)
class OneOf(Condition):
    """A column of text and what it may be."""

    name: str
    options: tuple[str, ...]        # ascending

    @property
    def content(self) -> Content:
        return ["one of", self.name, *self.options]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {self.name: "text"}

    def expr(self) -> pl.Expr:
        return pl.col(self.name).is_in(list(self.options))

    def of(self, row: Row) -> bool | None:
        text = row.text(self.name)
        return None if text is None else text in self.options

    def __str__(self) -> str:
        return f"{self.name} is one of {', '.join(self.options)}"


@dataclass(frozen=True, eq=False)
class Names(Condition):
    """A column of lists of names, and names of which one has to be in the list, or none may be."""

    name: str
    options: tuple[str, ...]        # ascending
    wanted: bool = True

    @property
    def content(self) -> Content:
        return ["has any" if self.wanted else "has none", self.name, *self.options]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {self.name: "names"}

    def expr(self) -> pl.Expr:
        found = pl.col(self.name).list.set_intersection(pl.lit(pl.Series([list(self.options)], dtype=NAMES)))
        return (found.list.len() > 0) == self.wanted

    def of(self, row: Row) -> bool | None:
        names = row.names(self.name)
        return None if names is None else any(name in self.options for name in names) == self.wanted

    def __str__(self) -> str:
        return f"{self.name} has {'one' if self.wanted else 'none'} of {', '.join(self.options)}"

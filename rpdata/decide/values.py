"""What a condition looks at: a column, or arithmetic of columns and numbers.

Each value is evaluated in two ways that give the same float64: as a Polars expression, and on one row. It is null
where a column is null, where it would divide by zero, and where the arithmetic has no result (inf - inf): never NaN.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from operator import add, mul, sub
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import polars as pl

from rpdata.errors import UserError

if TYPE_CHECKING:
    from rpdata.decide.conditions import Between, Differs, Names, OneOf

# lines: a list with a count or a flag for each line; line numbers: with any number for each; names: a list of text;
# number before edits: of the text as it was; line: what a condition asks of one line, and no rule of a document
Kind: TypeAlias = Literal["number", "number before edits", "text", "lines", "line numbers", "names", "line"]
LISTS: frozenset[Kind] = frozenset({"lines", "line numbers"})
Content: TypeAlias = list[Any]                          # JSON values: equal if and only if the meaning is


class Row(Protocol):
    """One document's columns; UserError for one that it does not have."""

    def number(self, name: str) -> float | None: ...

    def text(self, name: str) -> str | None: ...

    def lines(self, name: str) -> list[float | None] | None: ...

    def names(self, name: str) -> list[str] | None: ...


class Value(ABC):
    """A number about a document. Comparing it with a number makes a condition, for `rule`."""

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
        """As an expression of type Float64."""

    @abstractmethod
    def of(self, row: Row) -> float | None:
        """On one row."""

    def __add__(self, other: "Value | float") -> "Value":
        return Arithmetic("+", self, value_of(other))

    def __radd__(self, other: float) -> "Value":
        return Arithmetic("+", value_of(other), self)

    def __sub__(self, other: "Value | float") -> "Value":
        return Arithmetic("-", self, value_of(other))

    def __rsub__(self, other: float) -> "Value":
        return Arithmetic("-", value_of(other), self)

    def __mul__(self, other: "Value | float") -> "Value":
        return Arithmetic("*", self, value_of(other))

    def __rmul__(self, other: float) -> "Value":
        return Arithmetic("*", value_of(other), self)

    def __truediv__(self, other: "Value | float") -> "Value":
        return Arithmetic("/", self, value_of(other))

    def __rtruediv__(self, other: float) -> "Value":
        return Arithmetic("/", value_of(other), self)

    def is_between(
        self, low: float, high: float, closed: Literal["both", "left", "right", "none"] = "both"
    ) -> "Between":
        """Whether it is at least `low` and at most `high`; closed: which of the two it may be equal to."""
        from rpdata.decide.conditions import Between

        return Between(
            self, finite(low), finite(high), low_open=closed in ("right", "none"), high_open=closed in ("left", "none")
        )

    def __ge__(self, low: float) -> "Between":
        from rpdata.decide.conditions import Between

        return Between(self, low=finite(low))

    def __gt__(self, low: float) -> "Between":
        from rpdata.decide.conditions import Between

        return Between(self, low=finite(low), low_open=True)

    def __le__(self, high: float) -> "Between":
        from rpdata.decide.conditions import Between

        return Between(self, high=finite(high))

    def __lt__(self, high: float) -> "Between":
        from rpdata.decide.conditions import Between

        return Between(self, high=finite(high), high_open=True)

    def __eq__(self, other: float) -> "Between":    # type: ignore[override]
        from rpdata.decide.conditions import Between

        return Between(self, finite(other), finite(other))

    def __ne__(self, other: float) -> "Differs":    # type: ignore[override]
        from rpdata.decide.conditions import Differs

        return Differs(self, finite(other))

    __hash__ = None     # type: ignore[assignment]  # `==` makes a condition: values are compared by their content


@dataclass(frozen=True, eq=False)
class Column(Value):
    """A column with one value for each document."""

    name: str
    kind: Kind = "number"

    @property
    def content(self) -> Content:
        return ["column", self.name]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {self.name: self.kind}

    def expr(self) -> pl.Expr:
        return pl.col(self.name).cast(pl.Float64).fill_nan(None)

    def of(self, row: Row) -> float | None:
        return row.number(self.name)

    def before_edits(self) -> "Column":
        """The same, for a rule that stands after an edit and is about the text as it was."""
        return Column(self.name, "number before edits")

    def is_in(self, options: Collection[str]) -> "OneOf":
        """Whether its text is one of these."""
        from rpdata.decide.conditions import OneOf

        return OneOf(self.name, texts(options))

    def has_any(self, options: Collection[str]) -> "Names":
        """Of a column with a list of names: whether one of these is among them."""
        from rpdata.decide.conditions import Names

        return Names(self.name, texts(options))

    def has_none(self, options: Collection[str]) -> "Names":
        """Of a column with a list of names: whether none of these is among them."""
        from rpdata.decide.conditions import Names

        return Names(self.name, texts(options), wanted=False)

    def sum(self) -> "LinesSum":
        """Of a column with a flag or a count for each line: over all lines of the document."""
        return LinesSum(self.name)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class LinesSum(Value):
    """The sum over a document's lines of a flag or a count; lines that have none add nothing."""

    name: str

    @property
    def content(self) -> Content:
        return ["lines", self.name]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {self.name: "lines"}

    def expr(self) -> pl.Expr:
        return summed(pl.col(self.name))

    def of(self, row: Row) -> float | None:
        values = row.lines(self.name)
        return None if values is None else float(sum(value for value in values if value is not None))

    def __str__(self) -> str:
        return f"sum({self.name})"


@dataclass(frozen=True, eq=False)
class Number(Value):
    """The same for every document."""

    number: float

    @property
    def content(self) -> Content:
        return ["number", self.number]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {}

    def expr(self) -> pl.Expr:
        return pl.lit(self.number, pl.Float64)

    def of(self, row: Row) -> float | None:
        return self.number

    def __str__(self) -> str:
        return plain(self.number)


EXACT: Mapping[str, Callable[[Any, Any], Any]] = {"+": add, "-": sub, "*": mul}


@dataclass(frozen=True, eq=False)
class Arithmetic(Value):
    """Two values and what is done with them: one of + - * /."""

    operator: str
    left: Value
    right: Value

    @property
    def content(self) -> Content:
        return [self.operator, self.left.content, self.right.content]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {**self.left.columns, **self.right.columns}

    def expr(self) -> pl.Expr:
        left, right = self.left.expr(), self.right.expr()
        if self.operator == "/":
            return (left / pl.when(right != 0).then(right)).fill_nan(None)
        found: pl.Expr = EXACT[self.operator](left, right).fill_nan(None)
        return found

    def of(self, row: Row) -> float | None:
        left, right = self.left.of(row), self.right.of(row)
        if left is None or right is None or (self.operator == "/" and right == 0):
            return None
        found = left / right if self.operator == "/" else EXACT[self.operator](left, right)
        return None if math.isnan(found) else found

    def __str__(self) -> str:
        return f"{bracketed(self.left)} {self.operator} {bracketed(self.right)}"


def col(name: str) -> Column:
    """The column of that name, of any overlay of the dataset."""
    return Column(name)


def summed(lists: pl.Expr) -> pl.Expr:
    """The sums of lists of integers or flags, as float64. Polars adds up 32 bits in 32 bits, and goes round."""
    return lists.cast(pl.List(pl.Float64)).list.sum()


def value_of(given: "Value | float") -> Value:
    return given if isinstance(given, Value) else Number(finite(given))


def finite(number: float) -> float:
    """As float64, a zero without a sign; UserError for anything that is no finite number."""
    if isinstance(number, float) and math.isfinite(number):
        return float(number) + 0.0
    if isinstance(number, int) and abs(number) < 2**1023:
        return float(number)
    raise UserError(f"{number!r:.40} is no finite number, as rules compare and reckon with. For text: .is_in([...])")


def texts(options: Collection[str]) -> tuple[str, ...]:
    """Each once, ascending; UserError for anything but a collection of strings."""
    if isinstance(options, str) or not all(isinstance(option, str) for option in options):
        raise UserError(f"{options!r} is no list of texts: write it like .is_in(['head', 'middle'])")
    return tuple(sorted(set(options)))


def plain(number: float) -> str:
    """The shortest digits that read back as the same: 50, 0.9."""
    return repr(number).removesuffix(".0")


def bracketed(value: Value) -> str:
    return f"({value})" if isinstance(value, Arithmetic) else str(value)

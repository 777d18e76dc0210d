"""What a rule says of a document of which only some columns are known yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from rpdata.decide.algebra import all_of
from rpdata.decide.rules import Rule, rest
from rpdata.decide.values import Content, Kind, Row


@dataclass(frozen=True, eq=False)
class NotYet(Rule):
    """In the place of a rule that looks at a column which is not known: null of every document."""

    @property
    def name(self) -> str:
        return "not_yet"

    @property
    def content(self) -> Content:
        return ["not yet"]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {}

    def expr(self) -> pl.Expr:
        return pl.lit(None, pl.Boolean)

    def of(self, row: Row) -> bool | None:
        return None

    def __str__(self) -> str:
        return "cannot be told yet"


def foreseen(rule: Rule, known: Collection[str]) -> Rule:
    """The rule over the known columns alone.

    Where it is true or false, the whole rule is so too, whatever the other columns are: & | ~ and languages, as
    Kleene has them, never take back what they say when a null in them becomes true or false. A rule without parts
    that reads one other column is null as a whole, so that nothing is asked of how it takes a null. After an edit that
    reads one, nothing is known.
    """

    def change(part: Rule) -> Rule:
        return part if part.inner or set(part.columns) <= set(known) else NotYet()

    told: list[Rule] = []
    for part in rule.conjuncts:
        if part.is_edit and not set(part.columns) <= set(known):
            return all_of(*told, NotYet())
        told.append(rest(part.rewrite(change)))
    return all_of(*told)


def is_foreseeable(rule: Rule) -> bool:
    """Whether it could say anything: a rule of it looks at a column."""
    return any(not part.inner and part.columns for part in rule.walk())

"""What is made of rules: all of them, any of them, the opposite, and rules for some languages only."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_

import polars as pl

from rpdata.decide.rules import Change, Named, Rule
from rpdata.decide.values import Content, Kind, Row
from rpdata.errors import UserError

LANGUAGE = "language"       # the column of documents


@dataclass(frozen=True, eq=False)
class AllOf(Rule):
    """True where all are; without any, always."""

    parts: tuple[Rule, ...]

    @property
    def name(self) -> str:
        return joined(" & ", self.parts)

    @property
    def content(self) -> Content:
        return ["all", *unordered(self.parts)]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return columns_of(self.parts)

    @property
    def inner(self) -> tuple[Rule, ...]:
        return self.parts

    @property
    def conjuncts(self) -> tuple[Rule, ...]:
        return self.parts

    def expr(self) -> pl.Expr:
        return reduce(and_, [part.expr() for part in self.parts], pl.lit(True))

    def of(self, row: Row) -> bool | None:
        found = [part.of(row) for part in self.parts]
        return False if False in found else None if None in found else True

    def rewrite(self, change: Change) -> Rule | None:
        changed = change(self)
        if changed is not self:
            return changed
        left = [new for part in self.parts if (new := part.rewrite(change)) is not None]
        return all_of(*left) if left else None

    def __str__(self) -> str:
        return "\n".join(map(str, self.parts))


@dataclass(frozen=True, eq=False)
class AnyOf(Rule):
    """True where one is."""

    parts: tuple[Rule, ...]

    @property
    def name(self) -> str:
        return joined(" | ", self.parts)

    @property
    def content(self) -> Content:
        return ["any", *unordered(self.parts)]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return columns_of(self.parts)

    @property
    def inner(self) -> tuple[Rule, ...]:
        return self.parts

    def expr(self) -> pl.Expr:
        return reduce(or_, [part.expr() for part in self.parts])

    def of(self, row: Row) -> bool | None:
        found = [part.of(row) for part in self.parts]
        return True if True in found else None if None in found else False

    def rewrite(self, change: Change) -> Rule | None:
        changed = change(self)
        if changed is not self:
            return changed
        left = [new for part in self.parts if (new := part.rewrite(change)) is not None]
        return any_of(*left) if left else None

    def __str__(self) -> str:
        return f"any of ({'; '.join(inline(part) for part in self.parts)})"


@dataclass(frozen=True, eq=False)
class Not(Rule):
    """True where the other is false."""

    part: Rule

    def __invert__(self) -> Rule:
        return self.part

    @property
    def name(self) -> str:
        return f"~{wrapped(self.part)}"

    @property
    def content(self) -> Content:
        return ["not", self.part.content]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return self.part.columns

    @property
    def inner(self) -> tuple[Rule, ...]:
        return (self.part,)

    def expr(self) -> pl.Expr:
        return ~self.part.expr()

    def of(self, row: Row) -> bool | None:
        found = self.part.of(row)
        return None if found is None else not found

    def rewrite(self, change: Change) -> Rule | None:
        changed = change(self)
        if changed is not self:
            return changed
        inner = self.part.rewrite(change)
        return None if inner is None else ~inner

    def __str__(self) -> str:
        return f"not ({inline(self.part)})"


@dataclass(frozen=True, eq=False)
class ForLanguages(Rule):
    """A rule for documents of some languages, or of all but those; true of others. A document without a language is
    in none of them."""

    part: Rule
    languages: tuple[str, ...]      # ascending
    others: bool = False            # instead: for all but those

    @property
    def name(self) -> str:
        return f"{wrapped(self.part)} [{'not ' if self.others else ''}{','.join(self.languages)}]"

    @property
    def content(self) -> Content:
        return ["languages", self.part.content, self.others, *self.languages]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {**self.part.columns, LANGUAGE: "text"}

    @property
    def inner(self) -> tuple[Rule, ...]:
        return (self.part,)

    def expr(self) -> pl.Expr:
        here = pl.col(LANGUAGE).is_in(list(self.languages)).fill_null(False)
        return pl.when(~here if self.others else here).then(self.part.expr()).otherwise(True)

    def of(self, row: Row) -> bool | None:
        return self.part.of(row) if self.is_about(row) else True

    def is_about(self, row: Row) -> bool:
        """Whether the document is in one of its languages."""
        return (row.text(LANGUAGE) in self.languages) != self.others

    def rewrite(self, change: Change) -> Rule | None:
        changed = change(self)
        if changed is not self:
            return changed
        inner = self.part.rewrite(change)
        return None if inner is None else replace(self, part=inner)

    def __str__(self) -> str:
        but = "all but " if self.others else ""
        return f"{inline(self.part)} [{but}{', '.join(self.languages)}]"


def all_of(*rules: Rule) -> Rule:
    """The rule that is true where all of these are."""
    parts = tuple(dict.fromkeys(part for one in rules for part in (one.parts if isinstance(one, AllOf) else (one,))))
    return parts[0] if len(parts) == 1 else AllOf(parts)


def any_of(*rules: Rule) -> Rule:
    """The rule that is true where one of these is; UserError if there are none."""
    if not rules:
        raise UserError("any_of() has no rules, so that no document could be kept. Name at least one")
    parts = tuple(dict.fromkeys(part for one in rules for part in (one.parts if isinstance(one, AnyOf) else (one,))))
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def except_for(part: Rule, language: str) -> Rule | None:
    """A rule that does not look at documents of one language more; None if it looks at no others."""
    if not isinstance(part, ForLanguages):
        return ForLanguages(part, (language,), others=True)
    if part.others:
        return replace(part, languages=tuple(sorted({*part.languages, language})))
    left = tuple(name for name in part.languages if name != language)
    return replace(part, languages=left) if left else None


def unordered(parts: Collection[Rule]) -> Content:
    """Their contents in an order that does not depend on theirs."""
    return sorted((part.content for part in parts), key=json.dumps)


def columns_of(parts: Collection[Rule]) -> Mapping[str, Kind]:
    return {name: kind for part in parts for name, kind in part.columns.items()}


def joined(sign: str, parts: Collection[Rule]) -> str:
    """The same name for every order."""
    return sign.join(sorted(wrapped(part) for part in parts))


def wrapped(part: Rule) -> str:
    return f"({part.name})" if isinstance(part, (AllOf, AnyOf)) else part.name


def asked(rule: Rule) -> str:
    """What a rule asks, in words that stand beside its name."""
    if isinstance(rule, ForLanguages):
        return asked(rule.part)
    return str(rule.condition) if isinstance(rule, Named) else str(rule)


def sources(rule: Rule) -> str:
    """Where a rule comes from, or the rules that it is made of."""
    found = [part.source for part in rule.walk() if isinstance(part, Named) and part.source]
    return "; ".join(dict.fromkeys(found))


def inline(part: Rule) -> str:
    return str(part).replace("\n", "; ")

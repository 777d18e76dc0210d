"""What is made of rules: all of them, any of them, the opposite, and rules for some languages only."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_

import polars as pl

from rpdata.decide.edits import DropLines
from rpdata.decide.rules import Change, Named, Rule, refuse_edits
from rpdata.decide.values import LISTS, Content, Kind, Row
from rpdata.errors import UserError

LANGUAGE = "language"       # the column of documents


@dataclass(frozen=True, eq=False)
class AllOf(Rule):
    """True where all are; without any, always. Among them may be edits: those that follow see what edits left."""

    parts: tuple[Rule, ...]

    def __post_init__(self) -> None:
        for number, part in enumerate(self.parts):
            for edit in self.parts[:number]:
                if edit.is_edit and do_meet(edit, part):
                    refuse_whole_text(part, edit)

    @property
    def name(self) -> str:
        return joined(" & ", self.parts)

    @property
    def content(self) -> Content:
        return ["all", *ordered(self.parts)]

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
        refuse_edits(self.parts, "one expression")
        return reduce(and_, [part.expr() for part in self.parts], pl.lit(True))

    def of(self, row: Row) -> bool | None:
        found = []
        for part in self.parts:
            found.append(part.of(row))
            row = part.edited(row)
        return False if False in found else None if None in found else True

    def edited(self, row: Row) -> Row:
        return reduce(lambda left, part: part.edited(left), self.parts, row)

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

    def __post_init__(self) -> None:
        if not self.is_edit:
            refuse_edits((self.part,), f"a rule for {', '.join(self.languages)}")

    @property
    def is_edit(self) -> bool:
        return self.part.is_edit

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

    def about(self) -> pl.Expr:
        """Whether a document is in one of its languages."""
        here = pl.col(LANGUAGE).is_in(list(self.languages)).fill_null(False)
        return ~here if self.others else here

    def expr(self) -> pl.Expr:
        return pl.when(self.about()).then(self.part.expr()).otherwise(True)

    def of(self, row: Row) -> bool | None:
        return self.part.of(row) if self.is_about(row) else True

    def edited(self, row: Row) -> Row:
        return self.part.edited(row) if self.is_about(row) else row

    def is_about(self, row: Row) -> bool:
        """Likewise, of one row."""
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
    """The rule that is true where all of these are. Their order matters only beside an edit."""
    refuse_others(rules, "all_of()")
    parts = once([part for one in rules for part in (one.parts if isinstance(one, AllOf) else (one,))])
    return parts[0] if len(parts) == 1 else AllOf(parts)


def any_of(*rules: Rule) -> Rule:
    """The rule that is true where one of these is; UserError if there are none."""
    if not rules:
        raise UserError("any_of() has no rules, so that no document could be kept. Name at least one")
    refuse_others(rules, "any_of()")
    refuse_edits(rules, "|")
    parts = tuple(dict.fromkeys(part for one in rules for part in (one.parts if isinstance(one, AnyOf) else (one,))))
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def refuse_others(rules: Collection[object], where: str) -> None:
    """UserError for what is no rule, such as a recipe."""
    for found in rules:
        if not isinstance(found, Rule):
            raise UserError(f"{where} joins rules, and not {type(found).__name__}: of a recipe take its .rule")


def except_for(part: Rule, language: str) -> Rule | None:
    """A rule that does not look at documents of one language more; None if it looks at no others."""
    if not isinstance(part, ForLanguages):
        return ForLanguages(part, (language,), others=True)
    if part.others:
        return replace(part, languages=tuple(sorted({*part.languages, language})))
    left = tuple(name for name in part.languages if name != language)
    return replace(part, languages=left) if left else None


def once(parts: Sequence[Rule]) -> tuple[Rule, ...]:
    """Without repetitions. After an edit a rule about lines is another one."""
    found: list[Rule] = []
    seen: set[Rule] = set()
    for part in parts:
        if part not in seen:
            found.append(part)
            if part.is_edit:
                seen = {one for one in seen if one.is_edit or not reads_lines(one)}
            seen.add(part)
    return tuple(found)


def reads_lines(rule: Rule) -> bool:
    return not LISTS.isdisjoint(rule.columns.values())


def do_meet(one: Rule, other: Rule) -> bool:
    """Whether there may be a document that both are about."""
    for first, second in ((one, other), (other, one)):
        if isinstance(first, ForLanguages) and isinstance(second, ForLanguages) and not first.others:
            return any((language in second.languages) != second.others for language in first.languages)
    return True


def refuse_whole_text(rule: Rule, edit: Rule) -> None:
    """UserError for a rule that would look past an edit before it, at a text that the edit has changed."""
    numbers = [name for name, kind in rule.columns.items() if kind == "number"]
    if numbers:
        raise UserError(
            f"the rule {rule.name} reads `{numbers[0]}`, which is of the whole text, after {edit.name} dropped lines. "
            "Put it before that; or ask the lines that are left: line(...).sum(), line(...).mean(), share(...), "
            f"lines(); or say that the text as it was is meant: col({numbers[0]!r}).before_edits()"
        )
    if reads_lines(rule) and any(part.is_global for part in rule.walk()):
        raise UserError(
            f"the rule {rule.name} is fitted to whole texts and comes after {edit.name}, which drops lines. "
            "Put it before that"
        )


def unordered(parts: Collection[Rule]) -> Content:
    """Their contents in an order that does not depend on theirs."""
    return sorted((part.content for part in parts), key=json.dumps)


def segments(parts: Sequence[Rule]) -> list[tuple[tuple[Rule, ...], tuple[Rule, ...]]]:
    """The steps of a recipe as (edits, rules that follow them), ...; the first without edits."""
    found: list[tuple[tuple[Rule, ...], tuple[Rule, ...]]] = [((), ())]
    for part in parts:
        edits, rules = found[-1]
        if not part.is_edit:
            found[-1] = (edits, (*rules, part))
        elif rules or len(found) == 1:
            found.append(((part,), ()))
        else:
            found[-1] = ((*edits, part), ())
    return found


def ordered(parts: Sequence[Rule]) -> Content:
    """Their contents, in an order that depends on theirs only as far as edits go."""
    return [
        content for edits, rules in segments(parts)
        for content in (*(edit.content for edit in edits), *unordered(rules))
    ]


def columns_of(parts: Collection[Rule]) -> Mapping[str, Kind]:
    return {name: kind for part in parts for name, kind in part.columns.items()}


def joined(sign: str, parts: Collection[Rule]) -> str:
    """The same name for every order."""
    return sign.join(sorted(wrapped(part) for part in parts))


def wrapped(part: Rule) -> str:
    return f"({part.name})" if isinstance(part, (AllOf, AnyOf)) else part.name


def asked(rule: Rule) -> str:
    """What a rule asks, or an edit does, in words that stand beside its name."""
    if isinstance(rule, ForLanguages):
        return asked(rule.part)
    if isinstance(rule, DropLines):
        return f"drops lines where {rule.condition}"
    return str(rule.condition) if isinstance(rule, Named) else str(rule)


def sources(rule: Rule) -> str:
    """Where a rule comes from, or the rules that it is made of."""
    found = [part.source for part in rule.walk() if isinstance(part, (Named, DropLines)) and part.source]
    return "; ".join(dict.fromkeys(found))


def inline(part: Rule) -> str:
    return str(part).replace("\n", "; ")

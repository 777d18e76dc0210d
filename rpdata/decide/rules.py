"""Rules: named conditions, and what is made of them by & | ~ and languages.

A rule keeps a document where it is true. It is null where it cannot be evaluated, and null goes through & | ~ as in
Kleene's logic: false & null is false, true & null is null. Rules are frozen values, equal if their content is: the
order and grouping of & and | do not matter, and neither do repetitions or what is said of their sources.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn, TypeAlias

import polars as pl

from rpdata.decide.conditions import Between, Condition
from rpdata.decide.values import Content, Kind, Row, finite
from rpdata.errors import UserError, unknown_name
from rpdata.language_codes import check_code
from rpdata.ledger import configuration_hash


class Rule(ABC):
    """Any rule. `rule` declares one; & | ~ join them."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What tables call it."""

    @property
    @abstractmethod
    def content(self) -> Content:
        """All that it decides, as JSON values; the same for every spelling."""

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

    @property
    def inner(self) -> "tuple[Rule, ...]":
        """The rules that it is made of."""
        return ()

    def rewrite(self, change: "Change") -> "Rule | None":
        """With every rule that it is made of, itself first, as `change` has it; None if nothing is left."""
        return change(self)

    @property
    def is_edit(self) -> bool:
        """Whether it drops lines, and is true of every document."""
        return False

    @property
    def is_global(self) -> bool:
        """Whether it cannot decide before it is fitted to a dataset."""
        return False

    def edited(self, row: Row) -> Row:
        """The document as rules see it that come after this one."""
        return row

    @property
    def conjuncts(self) -> "tuple[Rule, ...]":
        """The rules of which every one has to be true, and edits, in order."""
        return (self,)

    def walk(self) -> "Iterator[Rule]":
        """Itself, and all rules that it is made of."""
        yield self
        for part in self.inner:
            yield from part.walk()

    def without(self, name: str) -> "Rule":
        """Without the rule of that name, wherever it stands; UserError if there is none."""
        self._refuse_unknown(name)
        return rest(self.rewrite(lambda rule: None if rule.name == name else rule))

    def replace(
        self, name: str, rule: "Rule | None" = None, *, low: float | None = None, high: float | None = None
    ) -> "Rule":
        """With another rule in the place of the one of that name, or with other bounds of its condition.

        UserError if there is no such rule, or one that has no bounds.
        """
        self._refuse_unknown(name)
        if rule is None and low is None and high is None:
            raise UserError(f"nothing is said of what is to become of {name}: give low=, high=, or a rule")
        if rule is not None and not isinstance(rule, Rule):
            kind = type(rule).__name__
            raise UserError(f"{name} can be replaced by a rule, and not by {kind}: of a recipe take its .rule")

        def changed(found: Rule) -> Rule:
            if found.name != name:
                return found
            return rule if rule is not None else with_bounds(found, low, high)

        return rest(self.rewrite(changed))

    def for_language(self, language: str, rule: "Rule | None") -> "Rule":
        """The same, but documents of `language` are decided by `rule` alone; None: all of them are kept.

        UserError for what is no code of one language as documents have it ("de", "zh-Hant"), and for what is no rule.
        """
        from rpdata.decide.algebra import ForLanguages, all_of, except_for, refuse_others

        refuse_language(language)
        if rule is not None:
            refuse_others((rule,), "for_language()")
        if rule == self:
            return self
        others = () if rule is None else rule.conjuncts
        # what stands before and after an edit is not the same: then nothing is shared
        edited = any(part.is_edit for part in (*self.conjuncts, *others))
        shared = () if edited else tuple(part for part in self.conjuncts if part in others)
        kept = [part if part in shared else except_for(part, language) for part in self.conjuncts]
        only = [ForLanguages(part, (language,)) for part in others if part not in shared]
        return all_of(*[part for part in kept if part is not None], *only)

    def _refuse_unknown(self, name: str) -> None:
        names = {rule.name for rule in self.walk()}
        if name not in names:
            raise unknown_name("rule", name, names)

    @property
    def hash(self) -> str:
        """32 hexadecimal digits that stand for its content."""
        return configuration_hash({"rule": self.content})

    def __and__(self, other: "Rule") -> "Rule":
        from rpdata.decide.algebra import all_of

        return all_of(self, other) if isinstance(other, Rule) else NotImplemented

    def __or__(self, other: "Rule") -> "Rule":
        from rpdata.decide.algebra import any_of

        return any_of(self, other) if isinstance(other, Rule) else NotImplemented

    def __invert__(self) -> "Rule":
        from rpdata.decide.algebra import Not

        refuse_edits((self,), "~")
        return Not(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and self.content == other.content

    def __hash__(self) -> int:
        return hash(self.hash)

    def __bool__(self) -> NoReturn:
        raise UserError(f"a rule ({self.name}) is true or false of a document, not by itself: join rules by & and |")


def refuse_language(language: object) -> None:
    """UserError for what the language of no document can be."""
    if not isinstance(language, str) or not language.strip():
        raise UserError(f"for_language() takes the code of one language, such as 'de', and not {language!r:.60}")
    first = language.replace("_", "-").partition("-")[0]
    if first != first.lower():
        written = first.lower() + language[len(first):]
        raise UserError(f"for_language {language}: codes of languages are in lower case, write {written}")
    check_code(language, "for_language")


Change: TypeAlias = Callable[[Rule], Rule | None]


@dataclass(frozen=True, eq=False)
class Named(Rule):
    """A condition, or a rule made of others, with a name and the paper and section that it comes from."""

    label: str
    condition: Condition | Rule
    source: str = ""

    @property
    def name(self) -> str:
        return self.label

    @property
    def content(self) -> Content:
        return ["rule", self.label, self.condition.content]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return self.condition.columns

    @property
    def inner(self) -> tuple[Rule, ...]:
        return (self.condition,) if isinstance(self.condition, Rule) else ()

    def expr(self) -> pl.Expr:
        return self.condition.expr()

    def of(self, row: Row) -> bool | None:
        return self.condition.of(row)

    def rewrite(self, change: Change) -> Rule | None:
        changed = change(self)
        if changed is not self or not isinstance(self.condition, Rule):
            return changed
        inner = self.condition.rewrite(change)
        return None if inner is None else replace(self, condition=inner)

    def __str__(self) -> str:
        return f"{self.label}: {self.condition}"


def rule(name: str, condition: Condition | Rule, *, source: str = "") -> Named:
    """Declare a rule: a condition (or a rule made of others) with a name such as "gopher.word_count".

    source: paper and section. UserError for what is no condition.
    """
    if not isinstance(condition, (Condition, Rule)):
        raise UserError(
            f"the rule {name!r} has no condition but {condition!r}. Compare a column, for instance: "
            'col("rps_doc_word_count") >= 50'
        )
    refuse_name(name)
    if isinstance(condition, Rule):
        refuse_edits((condition,), f"the rule {name}")
    elif "line" in condition.columns.values():
        raise UserError(
            f"the rule {name!r} asks of a line what rules ask of a document: {condition}. Drop such lines, "
            "drop_lines(name, condition), or ask how many there are: share(condition) <= 0.3, line(...).sum()"
        )
    return Named(name, condition, source)


def refuse_name(name: str) -> None:
    """UserError for what no rule can be called."""
    if not name or name != name.strip() or any(sign in name for sign in "&|~[]()\n"):
        raise UserError(f"a rule cannot be called {name!r}: a name has none of & | ~ [ ] ( ) and no space at its ends")


def refuse_edits(rules: Collection[Rule], sign: str) -> None:
    """UserError if lines are dropped by one of these, or by what it is made of."""
    from rpdata.decide.edits import refusal

    for found in rules:
        if any(part.is_edit for part in found.walk()):
            raise refusal(found, sign)


def rest(left: Rule | None) -> Rule:
    """What is left of a rule; where nothing is, the one that keeps everything."""
    from rpdata.decide.algebra import AllOf

    return AllOf(()) if left is None else left


def with_bounds(found: Rule, low: float | None, high: float | None) -> Rule:
    """A rule, or an edit, with other bounds; those that are not given stay as they are."""
    from rpdata.decide.edits import DropLines

    if not isinstance(found, (Named, DropLines)) or not isinstance(found.condition, Between):
        raise UserError(f"the rule {found.name} has no bounds (it is: {found}). Give another rule in its place")
    condition = found.condition
    new = replace(
        condition,
        low=condition.low if low is None else finite(low),
        high=condition.high if high is None else finite(high),
    )
    return replace(found, condition=new)

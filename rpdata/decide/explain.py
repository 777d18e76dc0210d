"""`rpdata explain OUT DOC_ID`: every rule of a recipe on one document, with its value and how far off that is; every
edit, with the lines that it drops."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rpdata.decide.algebra import ForLanguages, asked, sources
from rpdata.decide.conditions import Between, Differs, Names, OneOf
from rpdata.decide.fitted import Thresholds
from rpdata.decide.json_numbers import with_infinities
from rpdata.decide.line_conditions import LINE_START
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Named, Rule
from rpdata.decide.takedown import Unlisted
from rpdata.decide.values import Row

Verdict = Literal["passes", "fails", "abstains", "edits"]

VERDICTS: dict[bool | None, Verdict] = {True: "passes", False: "fails", None: "abstains"}


@dataclass(frozen=True)
class Explained:
    """One rule, or edit, on one document.

    Attributes
    ----------
    rule: its name. depth: 0 for a rule of the recipe, more for those that it is made of.
    condition: what is asked. source: the paper and section.
    value: what the document has, a number or text; None where there is none, or the rule is made of others. Of an
        edit, how many lines it drops.
    off: how far the value is beyond the bound that it fails to keep; 0 on the bound, where that is open.
    """

    rule: str
    depth: int
    verdict: Verdict
    condition: str
    source: str
    value: float | str | None
    off: float | None


@dataclass(frozen=True)
class Explanation:
    """What a recipe says of one document, and why."""

    doc_id: str
    recipe: str
    keep: bool
    rules: list[Explained]

    def as_dict(self) -> dict[str, Any]:
        """As JSON values; infinite numbers as the strings "Infinity" and "-Infinity"."""
        told: dict[str, Any] = with_infinities(asdict(self))
        return told


def explain(recipe: Recipe, doc_id: str, row: Row) -> Explanation:
    """Every step of a recipe, in its order, but those for other languages. UserError for a column that is not there.
    """
    rules: list[Explained] = []
    left = row
    for step in recipe.steps:
        if isinstance(step, ForLanguages) and not step.is_about(row):
            continue
        rules += [edit_of(step, left)] if step.is_edit else rule_by_rule(step, left, 0)
        left = step.edited(left)
    return Explanation(doc_id, recipe.name, recipe.keeps(row), rules)


def edit_of(edit: Rule, row: Row) -> Explained:
    """An edit, with what it drops of the lines that are left."""
    before, after = row.lines(LINE_START), edit.edited(row).lines(LINE_START)
    dropped = None
    if before is not None and after is not None:
        dropped = f"{len(before) - len(after)} of {len(before)} {'line' if len(before) == 1 else 'lines'}"
    return Explained(edit.name, 0, "edits", asked(edit), sources(edit), dropped, None)


def rule_by_rule(rule: Rule, row: Row, depth: int) -> Iterator[Explained]:
    """A rule, then those that it is made of."""
    applied = rule.part if isinstance(rule, ForLanguages) and rule.is_about(row) else rule
    value, off = measured(applied, row)
    yield Explained(rule.name, depth, VERDICTS[rule.of(row)], asked(rule), sources(rule), value, off)
    for part in applied.inner:
        yield from rule_by_rule(part, row, depth + 1)


def measured(rule: Rule, row: Row) -> tuple[float | str | None, float | None]:
    """The value that a rule looks at, and how far off it is."""
    condition = rule.condition if isinstance(rule, Named) else None
    if isinstance(condition, (OneOf, Unlisted)):
        return row.text(condition.name), None
    if isinstance(condition, Names):
        names = row.names(condition.name)
        return None if names is None else ", ".join(names), None
    if isinstance(condition, Differs):
        return condition.value.of(row), None
    if isinstance(condition, Between):
        value = condition.value.of(row)
        return value, None if condition.of(row) is not False else distance(value, condition.low, condition.high)
    if isinstance(rule, Thresholds):
        value, bound = rule.value.of(row), rule.threshold(row)
        low, high = (bound, None) if rule.at_least else (None, bound)
        return value, None if rule.of(row) is not False else distance(value, low, high)
    return None, None


def distance(value: float | None, low: float | None, high: float | None) -> float | None:
    """From the nearest bound that a value is beyond."""
    if value is None:
        return None
    if low is not None and value <= low:
        return low - value
    return None if high is None else value - high

"""What the report draws: every number that a recipe's rules look at, then every signal with one number a document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rpdata.dataset import Dataset
from rpdata.decide.algebra import LANGUAGE, ForLanguages, Not
from rpdata.decide.columns import is_number, kinds_of, sources_of
from rpdata.decide.conditions import Between
from rpdata.decide.fitted import Thresholds
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Named, Rule
from rpdata.decide.values import Column, Value, col
from rpdata.for_recipe import limited
from rpdata.signals.columns import named

SIGNALS = "quality_signals"
OWN_SIGNALS = "signals-"


@dataclass(frozen=True)
class Scope:
    """The languages that a rule is about: these, or all but these."""

    languages: tuple[str, ...]
    others: bool

    def has(self, language: str) -> bool:
        return (language in self.languages) != self.others

    def __str__(self) -> str:
        return f"{'all but ' if self.others else ''}{', '.join(self.languages)}"


@dataclass(frozen=True)
class Bound:
    """Where a rule of a recipe draws its line through a number.

    Attributes
    ----------
    recipe: its place among the recipes of the report. rule: its name.
    low, high: what is kept lies between them; None where there is no such bound.
    scopes: the languages that it is about: those that are in all of these.
    """

    recipe: int
    rule: str
    low: float | None
    high: float | None
    scopes: tuple[Scope, ...] = ()

    def is_about(self, language: str) -> bool:
        """Whether documents of a language are asked."""
        return all(scope.has(language) for scope in self.scopes)


@dataclass(frozen=True)
class Measure:
    """A number of each document.

    Attributes
    ----------
    name: of the column, or the arithmetic as it is written in a rule.
    unit, definition: as the catalogue has them; empty where it has none.
    bounds: of all recipes; none if no rule looks at it.
    stage: if edits come before the rules that look at it, the recipe that has them, and how many times it goes from
        rules to edits before; `after` are the names of those edits.
    """

    name: str
    value: Value
    unit: str = ""
    definition: str = ""
    bounds: tuple[Bound, ...] = ()
    stage: tuple[int, int] | None = None
    after: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What the page calls it."""
        return f"{self.name}, after edits" if self.after else self.name


def measures_of(dataset: Dataset, recipes: Sequence[Recipe]) -> list[Measure]:
    """What the rules look at, in their order, then the other signals in the order of their columns.

    Of a signal that is not in all partitions, or not of one version, nothing is drawn unless a rule wants it.
    """
    found: dict[str, Measure] = {}
    for number, recipe in enumerate(recipes):
        edits: tuple[Rule, ...] = ()
        for stage, (before, rules) in enumerate(recipe.segments):
            edits += before
            for value, bound in (each for rule in rules for each in bounds_in(rule, number, ())):
                key = f"{value}{[edit.content for edit in edits] or ''}"
                known = found.get(key) or replace(
                    described(dataset, value), stage=(number, stage) if edits else None,
                    after=tuple(edit.name for edit in edits),
                )
                found[key] = replace(known, bounds=(*known.bounds, bound))
    for overlay in dataset.overlays:
        if overlay == SIGNALS or overlay.startswith(OWN_SIGNALS):
            for name in drawable(dataset, overlay):
                found.setdefault(name, described(dataset, col(name)))
    return list(found.values())


def bounds_in(rule: Rule, recipe: int, scopes: tuple[Scope, ...]) -> Iterator[tuple[Value, Bound]]:
    """Every number that a rule compares, with the bounds that it has to lie between.

    What is under a `~` has its bounds turned round, and is left out.
    """
    if isinstance(rule, ForLanguages):
        yield from bounds_in(rule.part, recipe, (*scopes, Scope(rule.languages, rule.others)))
    elif isinstance(rule, Named) and isinstance(rule.condition, Between):
        condition = rule.condition
        yield condition.value, Bound(recipe, rule.name, condition.low, condition.high, scopes)
    elif isinstance(rule, Thresholds):
        for group, number in rule.thresholds if rule.by in (LANGUAGE, None) else ():
            low, high = (number, None) if rule.at_least else (None, number)
            here = (Scope((group,), others=False),) if rule.by else ()
            yield rule.value, Bound(recipe, rule.name, low, high, (*scopes, *here))
    elif not isinstance(rule, Not):
        for part in rule.inner:
            yield from bounds_in(part, recipe, scopes)


def drawable(dataset: Dataset, overlay: str) -> list[str]:
    """The columns of an overlay that have one number for each document, in every partition, of one version.

    Those that were computed for one recipe only are drawn with that recipe, and not by themselves.
    """
    if not dataset.partitions:
        return []
    file = dataset.file(overlay, dataset.partitions[0])
    others = {"id_int", *limited(file.hashes)}
    names = [field.name for field in file.schema if is_number(field.type) and field.name not in others]
    if not any(dataset.disagreements(overlay, names, dataset.partitions)):
        return names
    return [name for name in names if not any(dataset.disagreements(overlay, [name], dataset.partitions))]


def described(dataset: Dataset, value: Value) -> Measure:
    """With what the catalogue, or the manifest on a user's own signal, says of it."""
    if not isinstance(value, Column):
        return Measure(str(value), value)
    try:
        signal = named(value.name)
    except KeyError:
        own = [options.get("signals", {}).get(value.name) for options in dataset.manifest.configurations.values()]
        known: dict[str, str] = next((entry for entry in own if entry), {})
        return Measure(value.name, value, known.get("unit", ""), known.get("definition", ""))
    return Measure(value.name, value, signal.unit, signal.definition)


def sources_of_measures(dataset: Dataset, measures: Sequence[Measure], recipes: Sequence[Recipe]) -> dict[str, str]:
    """Column -> overlay, for all that they read; UserError as for a rule."""
    kinds = {name: kind for measure in measures for name, kind in measure.value.columns.items()}
    for measure in measures:
        if measure.stage:
            kinds |= kinds_of(recipes[measure.stage[0]].steps)
    return sources_of(dataset, kinds, {reader for recipe in recipes for reader in recipe.readers})

"""What two recipes do not have in common: rules, edits, and what stands before or after an edit."""

from dataclasses import dataclass
from typing import Any

from rpdata.decide.algebra import reads_lines
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Rule


@dataclass(frozen=True)
class Placed:
    """A rule or an edit, and the edits that decide which lines it sees."""

    step: Rule
    after: tuple[Rule, ...]

    def __str__(self) -> str:
        return f"{self.step}, after {', '.join(edit.name for edit in self.after)}" if self.after else str(self.step)


@dataclass(frozen=True)
class Difference:
    """Steps of two recipes: those of one only, those that both have under one name with another content or place."""

    first: Recipe
    second: Recipe
    only_first: list[Rule]
    only_second: list[Rule]
    changed: list[tuple[Placed, Placed]]
    common: list[Rule]

    @property
    def is_empty(self) -> bool:
        """Whether both decide alike. A rule that reads no lines may stand before or after an edit."""
        return self.first == self.second or (self._has_same_steps and self.first.edits == self.second.edits)

    @property
    def has_other_order(self) -> bool:
        """Whether all that differs is which of some edits comes first."""
        return self._has_same_steps and self.first.edits != self.second.edits

    @property
    def _has_same_steps(self) -> bool:
        differ = self.only_first or self.only_second or self.changed
        return not differ and self.first.unknown == self.second.unknown

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "first": self.first.name,
            "second": self.second.name,
            "equal": self.is_empty,
            "other_order": self.has_other_order,
            "only_first": list(map(str, self.only_first)),
            "only_second": list(map(str, self.only_second)),
            "changed": [{"first": str(one), "second": str(two)} for one, two in self.changed],
            "common": [rule.name for rule in self.common],
            "unknown": {"first": self.first.unknown, "second": self.second.unknown},
        }


def difference(first: Recipe, second: Recipe) -> Difference:
    """Compare the steps of two recipes, by name, content and the edits before them."""
    ones, others = (placed(recipe) for recipe in (first, second))
    return Difference(
        first,
        second,
        [step.step for name, step in ones.items() if name not in others],
        [step.step for name, step in others.items() if name not in ones],
        [(step, others[name]) for name, step in ones.items() if name in others and others[name] != step],
        [step.step for name, step in ones.items() if others.get(name) == step],
    )


def placed(recipe: Recipe) -> dict[str, Placed]:
    """The steps of a recipe, by name. What an edit leaves does not depend on its place among edits."""
    found: dict[str, Placed] = {}
    edits: tuple[Rule, ...] = ()
    for step in recipe.steps:
        sees = edits if reads_lines(step) and not step.is_edit else ()
        found[step.name] = Placed(step, sees)
        edits = (*edits, step) if step.is_edit else edits
    return found

"""What two recipes do not have in common."""

from dataclasses import dataclass
from typing import Any

from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Rule


@dataclass(frozen=True)
class Difference:
    """Rules of two recipes: those of one only, those that both have under one name with another content."""

    first: Recipe
    second: Recipe
    only_first: list[Rule]
    only_second: list[Rule]
    changed: list[tuple[Rule, Rule]]
    common: list[Rule]

    @property
    def is_empty(self) -> bool:
        """Whether both decide alike."""
        return self.first == self.second

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "first": self.first.name,
            "second": self.second.name,
            "equal": self.is_empty,
            "only_first": list(map(str, self.only_first)),
            "only_second": list(map(str, self.only_second)),
            "changed": [{"first": str(one), "second": str(two)} for one, two in self.changed],
            "common": [rule.name for rule in self.common],
            "unknown": {"first": self.first.unknown, "second": self.second.unknown},
        }


def difference(first: Recipe, second: Recipe) -> Difference:
    """Compare the rules of two recipes, by name and by content."""
    ones, others = ({rule.name: rule for rule in recipe.rules} for recipe in (first, second))
    return Difference(
        first,
        second,
        [rule for name, rule in ones.items() if name not in others],
        [rule for name, rule in others.items() if name not in ones],
        [(rule, others[name]) for name, rule in ones.items() if name in others and others[name] != rule],
        [rule for name, rule in ones.items() if others.get(name) == rule],
    )

"""One rule of a recipe whose bounds can be moved, and what the recipe says with that rule true, or false."""

from dataclasses import dataclass, replace

from rpdata.decide.algebra import AllOf, ForLanguages, Not
from rpdata.decide.conditions import Between
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Named, Rule, rest
from rpdata.errors import UserError, unknown_name

TRUE = AllOf(())
FALSE = Not(TRUE)


@dataclass(frozen=True)
class Movable:
    """A rule with bounds, where it stands in a recipe.

    Attributes
    ----------
    recipe: fitted, with the rule as it is.
    rule: as the recipe has it, possibly for some languages only. condition: its value and bounds.
    """

    recipe: Recipe
    rule: Rule
    condition: Between

    def with_rule(self, constant: Rule) -> Recipe:
        """The recipe where the rule, for the documents that it looks at, is a constant."""
        whole = self.recipe.rule.rewrite(lambda part: self.alone(constant) if part == self.rule else part)
        return replace(self.recipe, rule=rest(whole))

    def alone(self, constant: Rule) -> Rule:
        """The rule by itself, where it is a constant."""
        return replace(self.rule, part=constant) if isinstance(self.rule, ForLanguages) else constant


def movable(recipe: Recipe, name: str) -> Movable:
    """The rule of that name. UserError if there is none, more than one, or one without bounds."""
    known = {rule.name: rule for rule in recipe.rules}
    by_language = [rule for rule in recipe.rules if isinstance(rule, ForLanguages) and rule.part.name == name]
    inside = list(dict.fromkeys(rule for rule in recipe.rule.walk() if rule.name == name))
    found = [known[name]] if name in known else by_language or inside
    if not found:
        raise unknown_name("rule", name, {rule.name for rule in recipe.rule.walk() if condition_of(rule) is not None})
    if len(found) > 1:
        raise UserError(
            f"{recipe.name} has {len(found)} rules {name}. Choose one of "
            f"{', '.join(repr(rule.name) for rule in recipe.rules if name in {part.name for part in rule.walk()})}"
        )
    (rule,) = found
    condition = condition_of(rule)
    if condition is None:
        others = sorted({part.name for part in recipe.rules if condition_of(part) is not None})
        raise UserError(
            f"the rule {name} has no threshold that could be moved (it is: {rule}). "
            f"Of {recipe.name} these have: {', '.join(others) or 'none'}"
        )
    return Movable(recipe, rule, condition)


def condition_of(rule: Rule) -> Between | None:
    """The bounds of a rule, if it is one that has any."""
    part = rule.part if isinstance(rule, ForLanguages) else rule
    return part.condition if isinstance(part, Named) and isinstance(part.condition, Between) else None

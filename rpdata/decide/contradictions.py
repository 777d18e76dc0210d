"""What no document can meet: bounds that exclude each other, within a rule or between two rules of a recipe; edits
that drop nothing."""

import json
from dataclasses import replace
from itertools import combinations

from rpdata.decide.conditions import Between
from rpdata.decide.edits import DropLines
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Named


def contradictions(recipe: Recipe) -> list[str]:
    """A sentence for each rule, or pair of rules, that leaves nothing but documents of which it cannot tell, and for
    each edit that can drop no line.

    Rules for some languages only, and those inside of | and ~, are not looked at; nor are two rules with an edit
    between them, which may look at different lines.
    """
    found = [
        f"{edit.name} drops no line: {edit.condition}" for edit in recipe.edits
        if isinstance(edit, DropLines) and isinstance(edit.condition, Between) and edit.condition.is_contradiction
    ]
    for _, rules in recipe.segments:
        asked = [
            (rule.name, rule.condition) for rule in rules
            if isinstance(rule, Named) and isinstance(rule.condition, Between)
        ]
        found += [f"{name} can't be met: {condition}" for name, condition in asked if condition.is_contradiction]
        for (name, one), (other, two) in combinations(asked, 2):
            same = json.dumps(one.value.content) == json.dumps(two.value.content)
            if same and not one.is_contradiction and not two.is_contradiction and both(one, two).is_contradiction:
                found.append(f"{name} and {other} can't both be met: {one}, and {two}")
    return found


def both(one: Between, two: Between) -> Between:
    """The bounds of two conditions on the same value together."""
    lows = [(c.low, c.low_open) for c in (one, two) if c.low is not None]
    highs = [(c.high, not c.high_open) for c in (one, two) if c.high is not None]
    low, low_open = max(lows, default=(None, False))
    high, high_closed = min(highs, default=(None, True))
    return replace(one, low=low, high=high, low_open=low_open, high_open=not high_closed)

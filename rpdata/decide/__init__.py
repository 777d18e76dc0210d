"""Deciding: rules over signals, recipes of rules, and what they say of every document. It knows no paper."""

from rpdata.decide.algebra import all_of, any_of
from rpdata.decide.edits import drop_lines
from rpdata.decide.fitted import deduplicated, quantile, sample
from rpdata.decide.importance import importance_sample
from rpdata.decide.learn import learn
from rpdata.decide.learned import load_learned
from rpdata.decide.line_conditions import line, lines, share
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Rule, rule
from rpdata.decide.takedown import taken_down
from rpdata.decide.values import col

__all__ = [
    "Recipe", "Rule", "all_of", "any_of", "col", "deduplicated", "drop_lines", "importance_sample", "learn", "line",
    "lines", "load_learned", "quantile", "rule", "sample", "share", "taken_down",
]

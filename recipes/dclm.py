"""DCLM-Baseline (Li et al. 2024): RefinedWeb's rules, then the best tenth by a classifier (classifier.dclm).

The tenth is of all documents of a language, not of those that RefinedWeb's rules leave.
"""

from rpdata.decide import Recipe
from rpdata.filters.dclm import BEST_TENTH
from rpdata.filters.gopher import quality, repetition
from rpdata.filters.refinedweb import LANGUAGE_SCORE

dclm = Recipe(
    "dclm",
    LANGUAGE_SCORE & quality & repetition & BEST_TENTH,
    title="DCLM-Baseline: RefinedWeb's rules and the best tenth by a classifier of instructions",
)

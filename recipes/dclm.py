"""DCLM-Baseline (Li et al. 2024): RefinedWeb's rules, then the best tenth by a classifier (classifier.dclm).

The tenth is of all documents of a language, not of those that RefinedWeb's rules leave.
"""

from rpdata.decide import Recipe
from rpdata.filters.dclm import BEST_TENTH
from rpdata.filters.gopher import quality, repetition
from rpdata.filters.refinedweb import DOMAIN, LANGUAGE_SCORE, corrections

dclm = Recipe(
    "dclm",
    BEST_TENTH & DOMAIN & LANGUAGE_SCORE & repetition & quality & corrections,
    title="DCLM-Baseline: RefinedWeb's rules and the best tenth by a classifier of instructions",
)

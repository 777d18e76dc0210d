"""RefinedWeb's filters of documents (Penedo et al. 2023, 3.2): a sure language, then Gopher's rules."""

from rpdata.decide import Recipe
from rpdata.filters.gopher import quality, repetition
from rpdata.filters.refinedweb import LANGUAGE_SCORE

refinedweb = Recipe(
    "refinedweb",
    LANGUAGE_SCORE & quality & repetition,
    title="RefinedWeb: language and Gopher's rules, without URLs and line-wise corrections",
)

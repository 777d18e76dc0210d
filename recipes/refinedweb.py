"""RefinedWeb (Penedo et al. 2023): domains, a sure language, Gopher's rules, and corrections of lines."""

from rpdata.decide import Recipe
from rpdata.filters.gopher import quality, repetition
from rpdata.filters.refinedweb import DOMAIN, LANGUAGE_SCORE, corrections

refinedweb = Recipe(
    "refinedweb",
    DOMAIN & LANGUAGE_SCORE & repetition & quality & corrections,
    title="RefinedWeb: domains, language, Gopher's rules and corrections of lines, without words in URLs",
)

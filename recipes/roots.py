"""ROOTS (Laurençon et al. 2022): its cutoffs for 13 languages, and those for all others."""

from rpdata.decide import Recipe
from rpdata.filters.roots import by_language

roots = Recipe("roots", by_language, title="ROOTS, OSCAR part: words, language, perplexity, by language")

"""The filters of MassiveText (Gopher, Rae et al. 2021), as far as signals measure what they ask."""

from rpdata.decide import Recipe
from rpdata.filters.gopher import quality, repetition

gopher = Recipe(
    "gopher",
    quality & repetition,
    title="MassiveText's quality and repetition filters, without stop words, letters in words, duplicate lines",
)

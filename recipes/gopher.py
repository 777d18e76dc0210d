"""The filters of MassiveText (Gopher, Rae et al. 2021); as datatrove has them; and by published signals alone."""

from rpdata.decide import Recipe
from rpdata.filters import datatrove, redpajama_v2
from rpdata.filters.gopher import quality, repetition

gopher = Recipe("gopher", quality & repetition, title="MassiveText's quality and repetition filters")

gopher_datatrove = Recipe(
    "gopher.datatrove",
    datatrove.gopher_quality & datatrove.gopher_repetition,
    title="MassiveText's filters with datatrove's words, constants and order",
)

gopher_published = Recipe(
    "gopher.published",
    redpajama_v2.gopher,
    title="MassiveText's filters as far as RedPajama-V2's signals go, for its rows",
)

"""FineWeb (Penedo et al. 2024): Gopher's rules, C4's without the end marks, and its own, in the order of the pipeline.

It has no list of bad words. The published dataset was made with datatrove, whose constants are not all the paper's.
"""

from rpdata.decide import Recipe
from rpdata.filters import c4, datatrove, gopher, redpajama_v2
from rpdata.filters.fineweb import LANGUAGE_SCORE, custom

fineweb = Recipe(
    "fineweb",
    LANGUAGE_SCORE
    & gopher.repetition & gopher.quality
    & c4.CURLY_BRACKET & c4.LOREM_IPSUM & c4.edits.without("c4.end_mark") & c4.SENTENCES
    & custom,
    title="FineWeb: Gopher, C4 without end marks, and three rules about lines",
)

fineweb_datatrove = Recipe(
    "fineweb.datatrove",
    LANGUAGE_SCORE
    & datatrove.gopher_repetition & datatrove.gopher_quality
    & datatrove.c4.without("c4.datatrove.end_mark")
    & datatrove.fineweb_quality,
    title="FineWeb with the words, constants and order that datatrove made it with",
)

fineweb_published = Recipe(
    "fineweb.published",
    LANGUAGE_SCORE & redpajama_v2.fineweb,
    title="FineWeb as far as RedPajama-V2's signals go, for its rows",
)

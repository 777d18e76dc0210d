"""FineWeb (Penedo et al. 2024): Gopher's rules as datatrove asks them, C4's without the end marks, and its own.

The order is that of the pipeline. C4's rules about pages come without the line edits and without the bad words, which
FineWeb leaves in.
"""

from rpdata.decide import Recipe
from rpdata.filters import c4, gopher
from rpdata.filters.fineweb import END_MARKS, LANGUAGE_SCORE, SENTENCES

fineweb = Recipe(
    "fineweb",
    LANGUAGE_SCORE
    & gopher.repetition
    & gopher.quality & gopher.ALPHABETIC_TOKENS
    & SENTENCES & c4.CURLY_BRACKET & c4.LOREM_IPSUM
    & END_MARKS,
    title="FineWeb: Gopher, C4's pages and end marks, without short and duplicate lines",
)

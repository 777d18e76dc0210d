"""C4 (Raffel et al. 2020); as datatrove has it; and by published signals alone.

Pages are looked at before lines are dropped, and so is the list of bad words.
"""

from rpdata.decide import Recipe
from rpdata.filters import datatrove, redpajama_v2
from rpdata.filters.c4 import SENTENCES, edits, pages

c4 = Recipe("c4", pages & edits & SENTENCES, title="Colossal Clean Crawled Corpus: pages, lines, sentences")

c4_datatrove = Recipe(
    "c4.datatrove", datatrove.c4, title="C4 with datatrove's constants and order, without the list of bad words"
)

c4_published = Recipe(
    "c4.published", redpajama_v2.c4, title="C4 as far as RedPajama-V2's signals go, for its rows"
)

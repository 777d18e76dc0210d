"""RedPajama-v1's Common Crawl (Together 2023): CCNet's head and middle, where a classifier of cited pages agrees.

English only: the score is null in other languages, where the recipe abstains.
"""

from rpdata.decide import Recipe
from rpdata.filters.ccnet import HEAD_OR_MIDDLE
from rpdata.filters.redpajama_v1 import WIKIREF

rpv1 = Recipe(
    "rpv1", HEAD_OR_MIDDLE & WIKIREF, title="RedPajama-v1, Common Crawl: pages like those that Wikipedia cites"
)

"""What C4 (Raffel et al. 2020) asks of whole pages. Its line edits are not made, and nothing else stands in for them:
the kept pages have their menus, and sentences are counted in all lines."""

from rpdata.decide import Recipe
from rpdata.filters.c4 import pages

c4 = Recipe("c4", pages, title="Colossal Clean Crawled Corpus: rules about pages, without the line edits")

"""FineWeb2 (Penedo et al. 2025): what all languages share, and thresholds of their own for de, es, fr and it.

Documents of any other language are asked only what all share; for English there is `fineweb`.
"""

from rpdata.decide import Recipe
from rpdata.filters.fineweb2 import by_language, shared

fineweb2 = Recipe(
    "fineweb2", by_language & shared, title="FineWeb2: thresholds for German, Spanish, French and Italian"
)

"""The quality filter that Longpre et al. (2023, section 5) found best on average: it left 91% of C4."""

from rpdata.decide import Recipe
from rpdata.filters.pretrainers_guide import QUALITY_975

pretrainers_guide = Recipe(
    "pretrainers_guide",
    QUALITY_975,
    title="Pretrainer's Guide: the mildest quality threshold, with another classifier",
)

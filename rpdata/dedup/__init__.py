"""Duplicates: bands of MinHash signatures, and signatures for other tools."""

from rpdata.dedup.bands import BANDS, cut
from rpdata.dedup.sketch import jaccard, to_datasketch

__all__ = ["BANDS", "cut", "jaccard", "to_datasketch"]

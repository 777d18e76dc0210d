"""Duplicates: signatures compared, and handed to other tools."""

from rpdata.dedup.sketch import jaccard, to_datasketch

__all__ = ["jaccard", "to_datasketch"]

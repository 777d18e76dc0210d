"""Text kernels: what one pass over a batch of documents measures, exactly as RedPajama-V2 defines it."""

from rpdata.text.measure import Family, StopLists, measure
from rpdata.text.stats import LineStats, TextStats

__all__ = ["Family", "LineStats", "StopLists", "TextStats", "measure"]

"""Text kernels: what one pass over a batch of documents measures, exactly as RedPajama-V2 defines it."""

from rpdata.text.measure import measure
from rpdata.text.minhash import Family
from rpdata.text.stats import LineStats, TextStats
from rpdata.text.stop_words import StopLists

__all__ = ["Family", "LineStats", "StopLists", "TextStats", "measure"]

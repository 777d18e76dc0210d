"""The signals: one file for each family, one small function for each signal.

A signal is a number about a document, or one number for each of its lines. It measures and never decides: thresholds
live in rules (`rpdata.filters`). `CATALOGUE` has all of them, with definition, unit and source; `compute` makes the
columns of `quality_signals/` from the statistics of a batch of texts.
"""

from rpdata.signals.catalogue import (
    CATALOGUE,
    COUNT,
    FLAG,
    FLOAT,
    Signal,
    collecting,
    find,
    signal,
)
from rpdata.signals.document import Document
from rpdata.signals.model_stats import ModelStats
from rpdata.text.stats import TextStats

# isort: off
# Families register in the order of RedPajama-V2's keys, which is the order of the columns and of the exported JSON;
# then come our own.
with collecting(CATALOGUE):
    from rpdata.signals import ccnet, content, repetition, natural_language, lines, classifiers, importance  # noqa: F401
    from rpdata.signals import repaired, c4_lines, structure, tokens  # noqa: F401
# isort: on

from rpdata.signals.columns import available, compute, named, reads_text, schema
from rpdata.signals.fingerprint import code_hash, column_hashes, kernel_hash
from rpdata.signals.stop_words import stop_lists

__all__ = [
    "CATALOGUE",
    "COUNT",
    "FLAG",
    "FLOAT",
    "Document",
    "ModelStats",
    "Signal",
    "TextStats",
    "available",
    "code_hash",
    "collecting",
    "column_hashes",
    "compute",
    "find",
    "kernel_hash",
    "named",
    "reads_text",
    "schema",
    "signal",
    "stop_lists",
]

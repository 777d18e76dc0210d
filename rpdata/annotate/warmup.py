"""Compile all kernels before they are needed."""

import time

from rpdata.artefacts import fasttext_model
from rpdata.dedup import line_keys, paragraph_text
from rpdata.dedup import warmup as dedup
from rpdata.text import warmup


def warm_up() -> float:
    """Compile and cache every kernel, or load them if that was done before; returns the seconds that it took."""
    start = time.perf_counter()
    fasttext_model.warm_up()
    paragraph_text.warm_up()
    line_keys.warm_up()
    dedup.warm_up()
    warmup.warm_up()
    return time.perf_counter() - start

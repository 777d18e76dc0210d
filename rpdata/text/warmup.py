"""Compile the kernels before they are needed."""

import time

import pyarrow as pa

from rpdata.text.measure import measure
from rpdata.text.stop_words import StopLists


def warm_up() -> float:
    """Compile and cache the kernels, or load them if that was done before; returns the seconds that it took."""
    start = time.perf_counter()
    measure(pa.array(["warm"]), ["en"], StopLists({}), "sha1")
    return time.perf_counter() - start

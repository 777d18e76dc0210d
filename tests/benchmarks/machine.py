"""What the figures were measured on, and how fast it copies memory: the yardstick beside every rate."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

COPIED_BYTES = 256 << 20


def processor() -> str:
    """The processor's name as Linux gives it."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in cpuinfo if line.startswith("model name")]
    return names[0] if names else platform.machine()


def description() -> str:
    packages = ("rpdata", "numba", "numpy", "pyarrow", "datatrove", "spacy")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    machine = f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {machine}, Python {platform.python_version()}, {versions}"


def load() -> float:
    """Processes that wanted a core in the last minute."""
    return os.getloadavg()[0]


def memcpy_rate() -> float:
    """Megabytes copied in a CPU second."""
    source = np.ones(COPIED_BYTES, dtype=np.uint8)
    target = np.zeros_like(source)
    seconds = []
    for _ in range(5):
        start = process_time()
        np.copyto(target, source)
        seconds.append(process_time() - start)
    return COPIED_BYTES / 1e6 / median(seconds)

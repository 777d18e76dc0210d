"""What the figures were measured on."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


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

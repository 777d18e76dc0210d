"""The command as a user runs it: a process of its own."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

VIEWS_AND_DATA = ("documents", "quality_signals", "minhash", "ledger", "errors", "sample", "README.md")


def rpdata(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`rpdata ARGUMENTS` to its end; what it printed and its exit status."""
    return subprocess.run(command(*arguments), capture_output=True, text=True, env={**os.environ, **environment})


def three_seconds() -> float:
    """Three seconds where there is a core for every process that wants one; where several share one, as much more."""
    return 3 * max(1.0, os.getloadavg()[0] / len(os.sched_getaffinity(0)))


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "rpdata", *map(str, arguments)]


def contents(root: Path) -> dict[str, str]:
    """Every file of a dataset but its logs and its manifest (which holds paths), by its hash."""
    files = [path for name in VIEWS_AND_DATA for path in [root / name, *(root / name).rglob("*")] if path.is_file()]
    return {str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest() for path in files}

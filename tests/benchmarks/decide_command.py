"""`rpdata filter` as a user runs it on synthetic signals, 20 rules: time by the clock, CPU, memory of all processes.

    python -m tests.benchmarks.decide_command --documents 10000000 --workers 2

The median of several runs, each on signals that nothing is decided on yet. With --datatrove (in .venv-bench, which
make bench makes) also what its filters take for the same number of documents: they read the text again.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from tests.benchmarks.command import POLL_SECONDS, descendants, peak_bytes
from tests.benchmarks.synthetic_signals import TWENTY_RULES, write_signals

ROWS_PER_PARTITION = 100_000
RECIPE = f"{Path(__file__).with_name('synthetic_signals.py')}:TWENTY_RULES"


@dataclass(frozen=True)
class Decided:
    """One run of `rpdata filter`: seconds, and the most memory that its processes had, each at its own peak."""

    wall: float
    cpu: float
    bytes: int
    kept: int
    documents: int


def measure(root: Path, workers: int) -> Decided:
    """Decide on a dataset from the beginning."""
    for step in ("decisions", "ledger/decisions"):
        shutil.rmtree(root / step, ignore_errors=True)
    options = ["--recipe", RECIPE, "--workers", str(workers), "--json"]
    with tempfile.TemporaryFile() as printed:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "rpdata", "filter", str(root), *options], stdout=printed)
        peaks: dict[int, int] = {}
        while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            for worker in [process.pid, *descendants(process.pid)]:
                peaks[worker] = max(peaks.get(worker, 0), peak_bytes(worker))
            time.sleep(POLL_SECONDS)
        wall = time.perf_counter() - started
        _, status, usage = os.wait4(process.pid, 0)     # of its workers too: it has waited for them
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"rpdata filter ended with {process.returncode}")
        printed.seek(0)
        found = json.load(printed)
    return Decided(
        wall, usage.ru_utime + usage.ru_stime, sum(peaks.values()), found["kept"]["documents"],
        found["read"]["documents"],
    )


def told(runs: list[Decided], workers: int) -> str:
    """A sentence about the median run."""
    wall, cpu = median(run.wall for run in runs), median(run.cpu for run in runs)
    return (
        f"{runs[0].documents:,} documents, {len(TWENTY_RULES.rules)} rules, {workers} workers, medians of {len(runs)} "
        f"runs: {wall:.1f} s by the clock ({min(run.wall for run in runs):.1f} to "
        f"{max(run.wall for run in runs):.1f}), {cpu:.1f} s of CPU, {runs[0].documents / cpu / 1e6:.2f} million "
        f"documents per CPU second; at most {max(run.bytes for run in runs) / 2**20:,.0f} MiB in all processes "
        f"together; {runs[0].kept:,} kept."
    )


def beside_datatrove(cpu: float, documents: int) -> str:
    """A sentence about as many English pages in datatrove, by the CPU seconds of a part of them."""
    from tests.benchmarks.corpus import english_texts, utf8_bytes
    from tests.benchmarks.datatrove_rates import FILTERS, filter_seconds

    texts = english_texts()
    seconds = sum(filter_seconds(texts).values())
    theirs = seconds / len(texts) * documents
    return (
        f"datatrove {version('datatrove')}, {', '.join(step.__name__ for step in FILTERS)}: "
        f"{utf8_bytes(texts) / seconds / 1e6:.2f} MB of text per CPU second on {len(texts):,} English pages, "
        f"{seconds / len(texts) * 1000:.1f} ms a page: {documents:,} pages in {theirs / 3600:,.0f} hours of CPU, "
        f"{theirs / cpu:,.0f} times as much."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--datatrove", action="store_true", help="what its filters take for as many documents")
    parser.add_argument("--dataset", type=Path, help="where it is, or is to be written and left")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rpdata-bench-") as folder:
        root = arguments.dataset or Path(folder) / "out"
        if not root.exists():
            write_signals(root, arguments.documents, ROWS_PER_PARTITION)
        runs = [measure(root, arguments.workers) for _ in range(arguments.runs)]
        print(told(runs, arguments.workers))
        if arguments.datatrove:
            print(beside_datatrove(median(run.cpu for run in runs), runs[0].documents))


if __name__ == "__main__":
    main()

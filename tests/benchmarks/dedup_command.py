"""`rpdata dedup` as a user runs it on synthetic signatures: time by the clock, CPU of all processes, memory, disk.

    python -m tests.benchmarks.dedup_command --documents 10000000 --workers 2 --memory 4GiB

Pairs are verified by signature: the texts of these documents say nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.command import POLL_SECONDS, descendants, peak_bytes
from tests.benchmarks.synthetic_dataset import write_dataset

ROWS_PER_PARTITION = 20_000


def measure(root: Path, workers: int, memory: str) -> str:
    """Run the command on a dataset without an index; a sentence."""
    options = ["--exact", "none", "--verify", "signature", "--workers", str(workers), "--memory", memory, "--json"]
    before = size_of(root)
    with tempfile.TemporaryFile() as printed:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "rpdata", "dedup", str(root), *options], stdout=printed)
        peaks: dict[int, int] = {}
        while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            for worker in [process.pid, *descendants(process.pid)]:
                peaks[worker] = max(peaks.get(worker, 0), peak_bytes(worker))
            time.sleep(POLL_SECONDS)
        wall = time.perf_counter() - started
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"rpdata dedup ended with {process.returncode}")
        printed.seek(0)
        found = json.load(printed)
    cpu = usage.ru_utime + usage.ru_stime
    (fuzzy,) = found["fuzzy"]
    own = peaks.pop(process.pid)
    return (
        f"{found['documents']:,} signatures in, overlay out, {workers} workers, --memory {memory}: {wall:,.0f} s by "
        f"the clock, {cpu:,.0f} s of CPU, {found['documents'] / cpu * 3600 / 1e6:,.0f} million documents per "
        f"core-hour; peak of the command itself {own / 2**20:,.0f} MiB, of the largest worker "
        f"{max(peaks.values()) / 2**20:,.0f} MiB; {(size_of(root) - before) / 1e9:,.1f} GB stay on disk; "
        f"{fuzzy['clusters']:,} clusters, {fuzzy['removed']:,} documents not kept."
    )


def size_of(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--memory", default="4GiB")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rpdata-bench-") as folder:
        root = Path(folder) / "out"
        write_dataset(root, arguments.documents, ROWS_PER_PARTITION)
        print(measure(root, arguments.workers, arguments.memory))


if __name__ == "__main__":
    main()

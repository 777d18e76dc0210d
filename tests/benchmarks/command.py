"""The whole command as a user starts it: CPU seconds of all its processes, wall time, memory of each process."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Run:
    """One run of `rpdata compute-signals`."""

    cpu_seconds: float          # of the command and all its workers, start and end included
    wall_seconds: float
    first_document: float       # wall seconds from the start until something lies below documents/
    worker_peak_bytes: int      # resident memory of the largest worker, as the kernel counted it
    text_bytes: int             # UTF-8, as the command's own summary says


def run(pool: Path, output: Path, workers: int, more: Sequence[str] = ()) -> Run:
    """Annotate `pool` into `output`, a folder that does not exist yet; `more` are further options."""
    options = ["--output", output, "--workers", workers, "--json", *more]
    command = [str(part) for part in (sys.executable, "-m", "rpdata", "compute-signals", pool, *options)]
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as complaints:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=printed, stderr=complaints, cwd=pool)
        first_document = 0.0
        peaks: dict[int, int] = {}
        while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if not first_document and any(path.is_file() for path in (output / "documents").rglob("*")):
                first_document = time.perf_counter() - start
            for worker in descendants(process.pid):
                peaks[worker] = max(peaks.get(worker, 0), peak_bytes(worker))
            time.sleep(POLL_SECONDS)
        wall_seconds = time.perf_counter() - start
        _, status, usage = os.wait4(process.pid, 0)     # of its workers too: it has waited for them
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        complaints.seek(0)
        if process.returncode:
            raise SystemExit(f"{command} ended with {process.returncode}:\n{complaints.read().decode()}")
        summary = json.load(printed)
    return Run(
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        wall_seconds=wall_seconds,
        first_document=first_document or wall_seconds,
        worker_peak_bytes=max(peaks.values(), default=0),
        text_bytes=summary["annotated_text_bytes"],
    )


def descendants(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def peak_bytes(pid: int) -> int:
    """The high-water mark of a process's resident memory; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    marks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return marks[0] * 1024 if marks else 0

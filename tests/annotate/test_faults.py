"""Kill -9 of whatever works on a dataset, at random moments: the next run gives the bytes of a whole one."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.command import command, contents, rpdata, three_seconds
from tests.crawls import PATIENT, takes_long

FINISHED_WITH_FAILURES = 3
KILLS = (4, 3, 3) if PATIENT else (3,)
HALF_FINISHED_AT_LEAST = len(KILLS)


@pytest.fixture(scope="module")
def crawl(repository, tmp_path_factory):
    """The sample's cc_net files, each many times over, so that a run takes seconds."""
    source = repository / "sample_data" / "cc_net" / "2026-34" / "0000"
    root = tmp_path_factory.mktemp("crawl")
    for shard in range(4):
        folder = root / "2026-34" / f"{shard:04d}"
        folder.mkdir(parents=True)
        for file in sorted(source.glob("*.json.gz")):
            (folder / file.name).write_bytes(file.read_bytes() * 10)
    return root


@pytest.fixture(scope="module")
def whole(crawl, tmp_path_factory):
    """An undisturbed run: its contents, and how long the work takes after start-up."""
    root = tmp_path_factory.mktemp("whole") / "out"
    started = time.monotonic()
    result = rpdata("compute-signals", crawl, "--output", root, "--workers", 2)
    assert result.returncode == FINISHED_WITH_FAILURES, result.stderr
    return contents(root), time.monotonic() - started


def units_done(root: Path) -> int:
    return len(list((root / "ledger" / "minhash").rglob("*.json")))


def is_half_finished(root: Path, units: int) -> bool:
    return 0 < units_done(root) < units


def test_a_killed_command_is_continued_to_the_same_bytes(crawl, whole, tmp_path):
    """Datasets are begun, killed and continued again and again, then finished and compared."""
    expected, _ = whole
    units = sum(path.startswith("ledger/minhash") for path in expected)
    choice = random.Random(34)
    half_finished = 0
    for kills in KILLS:
        root = tmp_path / f"{kills}-{choice.random()}"
        for kill in range(kills):
            # The moments are spread over the work, not the start-up: some units more, and then some random time.
            left = units - units_done(root)
            until = units_done(root) + (choice.randrange(left // (kills - kill)) if kill else 0)
            process = subprocess.Popen(
                command("compute-signals", crawl, "--output", root, "--workers", 2),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            wait_for_units(process, root, until)
            time.sleep(choice.random() * 0.05)
            process.kill()
            process.wait()
            half_finished += is_half_finished(root, units)
        result = rpdata("compute-signals", crawl, "--output", root, "--workers", 2)
        assert result.returncode == FINISHED_WITH_FAILURES, result.stderr
        assert contents(root) == expected
    assert half_finished >= HALF_FINISHED_AT_LEAST


def test_a_killed_worker_is_replaced_and_nothing_is_lost(crawl, whole, tmp_path):
    expected, _ = whole
    process = subprocess.Popen(
        command("compute-signals", crawl, "--output", tmp_path / "out", "--workers", 2, "--json"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    wait_for_units(process, tmp_path / "out", 8)
    children = psutil.Process(process.pid).children(recursive=True)
    victims = [child for child in children if "spawn" in " ".join(child.cmdline())]
    random.Random(1).choice(victims).send_signal(signal.SIGKILL)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == FINISHED_WITH_FAILURES, errors
    assert "Traceback" not in errors
    assert contents(tmp_path / "out") == expected
    assert json.loads(output)["units_done_before"] == 0


def test_a_killed_scheduler_ends_the_run_which_another_scheduler_continues(crawl, whole, tmp_path):
    expected, _ = whole
    root = tmp_path / "out"
    relative = os.path.relpath(root)    # to the command's folder; the workers' is another
    with external_cluster(tmp_path / "first.json") as scheduler:
        process = subprocess.Popen(
            command("compute-signals", crawl, "--output", relative, "--scheduler", tmp_path / "first.json"),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        wait_for_units(process, root, 10)
        scheduler.kill()
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1, errors
        assert "Traceback" not in errors
        assert "again" in errors
    assert is_half_finished(root, sum(path.startswith("ledger/minhash") for path in expected))
    with external_cluster(tmp_path / "second.json"):
        result = rpdata("compute-signals", crawl, "--output", relative, "--scheduler", tmp_path / "second.json")
    assert result.returncode == FINISHED_WITH_FAILURES, result.stderr
    assert contents(root) == expected


def test_an_interrupted_command_stops_within_three_seconds(crawl, whole, tmp_path):
    root = tmp_path / "out"
    process = subprocess.Popen(
        command("compute-signals", crawl, "--output", root, "--workers", 2),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    wait_for_units(process, root, 10)
    interrupted = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert time.monotonic() - interrupted < three_seconds()
    assert process.returncode == 1
    assert "goes on where it stopped" in errors
    assert "Traceback" not in errors
    rpdata("compute-signals", crawl, "--output", root, "--workers", 2)
    assert contents(root) == whole[0]


@takes_long
def test_a_terminated_command_is_continued_like_an_interrupted_one(crawl, whole, tmp_path):
    root = tmp_path / "out"
    process = subprocess.Popen(
        command("compute-signals", crawl, "--output", root, "--workers", 2),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    wait_for_units(process, root, 10)
    process.terminate()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "goes on where it stopped" in errors
    assert not list(root.rglob(".*.tmp"))


def wait_for_units(process, root, number):
    """Until so many units are done, or the process has ended (and the test sees that it ended too early)."""
    wait_for(lambda: units_done(root) >= number or process.poll() is not None)


def wait_for(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class external_cluster:   # noqa: N801  (used as a verb)
    """A Dask scheduler and two workers as processes of their own."""

    def __init__(self, scheduler_file: Path) -> None:
        self.scheduler_file = scheduler_file

    def __enter__(self) -> subprocess.Popen[bytes]:
        dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
        worker = [sys.executable, "-m", "distributed.cli.dask_worker"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ}}
        self.scheduler = subprocess.Popen(
            [*dask, "--port", "0", "--no-dashboard", "--host", "127.0.0.1",
             "--scheduler-file", str(self.scheduler_file)],
            **quiet,
        )
        wait_for(self.scheduler_file.exists)
        self.workers = subprocess.Popen(
            [*worker, "--nworkers", "2", "--nthreads", "1", "--no-dashboard", "--death-timeout", "5",
             "--scheduler-file", str(self.scheduler_file)],
            **quiet, cwd=self.scheduler_file.parent,
        )
        return self.scheduler

    def __exit__(self, *_: object) -> None:
        for process in (self.workers, self.scheduler):
            process.terminate()
            process.wait(timeout=30)

"""Kill -9 over WET and WARC files whose documents are dealt out by language: at every step of a commit, and whenever.

The next run gives the bytes of an undisturbed one.
"""

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from rpdata.annotate import Languages, Settings
from rpdata.annotate.unit import annotate_unit, missing_steps
from rpdata.engine.commit import COMMIT_POINTS, sweep
from rpdata.engine.killpoint import VARIABLE
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest
from rpdata.schema import OVERLAYS
from rpdata.sources import discover
from tests.command import command, contents, rpdata
from tests.crawls import PATIENT, crawl_of_both, routed, wait_for

KILLS = 20 if PATIENT else 3        # of the command, at random moments
SEED = int(os.environ.get("RPDATA_SEED", "34"))
SEVERAL_TIMES = {"files open", "one file renamed", "one entry written"}     # passed in one commit

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.warmed"])


@pytest.fixture(scope="module")
def crawl(repository, tmp_path_factory):
    return crawl_of_both(repository, tmp_path_factory.mktemp("crawl"))


@pytest.fixture(scope="module")
def whole(repository, crawl, tmp_path_factory):
    """An undisturbed run, and the seconds that it took."""
    root = tmp_path_factory.mktemp("whole") / "out"
    started = time.monotonic()
    result = rpdata("compute-signals", crawl, *routed(repository), "--output", root, "--workers", 2)
    assert result.returncode == 0, result.stderr
    return root, time.monotonic() - started


@pytest.fixture(scope="module")
def units(repository, crawl, whole):
    """A WET and a WARC unit of several partitions each, and the settings for a dataset in a folder."""
    model = str(repository / "sample_data" / "artefacts" / "languages.bin")

    def settings(root: Path) -> Settings:
        given = Settings(root, languages=Languages.parse("all"), language_model=model)
        return given.with_model(discover([str(crawl)], "2026-34"), Manifest())

    planned = Manifest.load(whole[0]).units
    chosen = [next(unit for unit in planned if unit.inputs[0].format == kind) for kind in ("wet", "warc")]
    return chosen, settings


def annotate_and_die(unit, settings, point):
    os.environ[VARIABLE] = point
    annotate_unit(unit, settings)


def exit_code(unit, settings, point):
    """What became of a process that annotated the unit, and was to be killed at the point."""
    process = PROCESSES.Process(target=annotate_and_die, args=(unit, settings, point))
    process.start()
    process.join()
    return process.exitcode


def files_of(root, unit):
    """The files of one unit, by their hashes."""
    return {path: value for path, value in contents(root).items() if f"/{unit.name}" in path}


def moments(files):
    """Every place of a commit of so many files; in the short version, of those passed often one in the middle."""
    for point in COMMIT_POINTS:
        times = {"one entry written": len(OVERLAYS)}.get(point, files) if point in SEVERAL_TIMES else 1
        chosen = range(1, times + 1) if PATIENT else [times // 2 + 1]
        yield from (f"{point}:{time}" for time in chosen)


@pytest.mark.parametrize("kind", ["wet", "warc"])
def test_a_unit_killed_anywhere_in_its_commit_is_done_again_to_the_same_bytes(kind, units, whole, tmp_path):
    chosen, settings_for = units
    unit = next(unit for unit in chosen if unit.inputs[0].format == kind)
    expected = files_of(whole[0], unit)
    partitions = sum(path.startswith("documents/") for path in expected)
    assert partitions > 2
    settings = settings_for(tmp_path / "out")
    for moment in moments(partitions * len(OVERLAYS)):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        assert exit_code(unit, settings, moment) == -signal.SIGKILL, moment
        sweep(settings.output)
        for entry in Ledger(settings.output).entries():
            assert Ledger(settings.output).stands(entry), moment
        done = moment == "entries written:1"
        assert bool(missing_steps(unit, settings)) == (not done and moment != f"one entry written:{len(OVERLAYS)}")
        annotate_unit(unit, settings)
        assert files_of(settings.output, unit) == expected, moment


@pytest.mark.parametrize("point", COMMIT_POINTS if PATIENT else ["one file renamed:3"])
def test_a_worker_killed_in_a_commit_is_replaced_and_the_run_ends_as_any_other(
    repository, crawl, whole, tmp_path, point
):
    once = f"{point}@{tmp_path / 'once'}"
    result = rpdata("compute-signals", crawl, *routed(repository), "--output", tmp_path / "out", "--workers", 2,
                    RPDATA_KILL_AT=once)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert (tmp_path / "once").exists()
    assert contents(tmp_path / "out") == contents(whole[0])


def test_a_command_killed_at_random_moments_is_continued_to_the_same_bytes(repository, crawl, whole, tmp_path):
    """Whatever is left in between can be opened, and what is there of it is right."""
    run = command("compute-signals", crawl, *routed(repository), "--output", tmp_path / "out", "--workers", 2)
    choice = random.Random(SEED)
    for number in range(KILLS):
        if units_done(tmp_path / "out") == units_done(whole[0]):
            shutil.rmtree(tmp_path / "out")
        with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            if number % 3:      # once in a while start-up is hit; mostly the work
                wait_for(lambda: work_began(tmp_path / "out") or process.poll() is not None)
            time.sleep(choice.random() * whole[1] / 3)
            process.kill()
        for entry in Ledger(tmp_path / "out").entries():
            assert Ledger(tmp_path / "out").stands(entry), (SEED, number)
    result = subprocess.run(run, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert contents(tmp_path / "out") == contents(whole[0]), SEED


def units_done(root):
    return len(list((root / "ledger" / OVERLAYS[-1]).rglob("*.json")))


def work_began(root):
    """Whether a worker has a file open."""
    return any((root / "documents").rglob(".*.tmp"))

"""`rpdata compute-signals OUT --signals FILE` as a user runs it."""

import json
import shutil
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

from rpdata.annotate import overlay_run
from rpdata.dataset import Dataset
from rpdata.engine.lock import writer_lock
from rpdata.engine.resources import Resources
from rpdata.manifest import Manifest
from tests.command import command, contents, rpdata
from tests.crawls import takes_long

FINISHED_WITH_FAILURES = 3
STEP = "signals-my_signals"
SOURCE = '''
from rpdata.signals import COUNT, Document, TextStats, signal


@signal("exclamation_marks", unit="marks", type=COUNT)
def exclamation_marks(document: Document):
    """Exclamation marks in the text."""
    return document.raw_content.count("!")


@signal("words_per_line", unit="words / line")
def words_per_line(text: TextStats):
    """Words over lines; no value where there are no lines."""
    return text.words / text.line_offsets[1:].clip(1)
'''
FAILS = SOURCE.replace('return document', 'assert "z" in document.raw_content, "no z"\n    return document')


@pytest.fixture(scope="module")
def annotated(repository, tmp_path_factory):
    """A dataset without the user's overlay."""
    root = tmp_path_factory.mktemp("own") / "out"
    crawl = sorted((repository / "sample_data" / "cc_net").rglob("*_head.json.gz"))
    assert rpdata("compute-signals", *crawl, "--output", root).returncode == 0
    return root


@pytest.fixture
def dataset(annotated, tmp_path):
    return shutil.copytree(annotated, tmp_path / "out")


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "my_signals.py"
    path.write_text(SOURCE)
    return path


def everything(root):
    own = {str(path.relative_to(root)): path.read_bytes() for path in (root / STEP).rglob("*.parquet")}
    return contents(root) | own | {"manifest": (root / "rpdata.json").read_bytes()}


def test_the_bytes_do_not_depend_on_the_number_of_workers(dataset, mine, tmp_path):
    other = shutil.copytree(dataset, tmp_path / "other")
    assert rpdata("compute-signals", dataset, "--signals", mine, "--workers", 1).returncode == 0
    (tmp_path / "below").mkdir()
    moved = mine.rename(tmp_path / "below" / "my_signals.py")
    assert rpdata("compute-signals", other, "--signals", moved, "--workers", 4).returncode == 0
    assert everything(dataset) == everything(other)


def test_the_overlay_is_found_by_status_scan_card_and_datasets(dataset, mine, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in (dataset / "documents").rglob("*.parquet")}
    result = rpdata("compute-signals", dataset, "--signals", mine, "--json")
    summary = json.loads(result.stdout)
    assert result.returncode == 0, result.stderr
    assert set(summary["computed"]) == {"exclamation_marks", "words_per_line"}
    assert {path: path.stat().st_mtime_ns for path in before} == before

    status = json.loads(rpdata("status", dataset, "--json").stdout)
    assert status["complete"]
    assert {step["step"]: step["done"] for step in status["steps"]}[STEP] == summary["units"]
    frame = Dataset.open(dataset).scan(["documents", STEP]).collect()
    assert frame["exclamation_marks"].to_list() == frame["raw_content"].str.count_matches("!").to_list()
    assert f"- config_name: {STEP}" in (dataset / "README.md").read_text()
    loaded = load_dataset(str(dataset), name=STEP, split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.column_names == ["doc_id", "exclamation_marks", "words_per_line"]
    assert loaded["exclamation_marks"][:] == frame["exclamation_marks"].to_list()


def test_failed_values_are_counted_named_and_end_in_status_3(dataset, mine):
    mine.write_text(FAILS)
    result = rpdata("compute-signals", dataset, "--signals", mine)
    assert result.returncode == FINISHED_WITH_FAILURES
    assert "values failed" in result.stdout
    errors = [json.loads(line) for file in (dataset / "errors" / STEP).rglob("*.jsonl") for line in file.open()]
    assert errors
    assert {(error["signal"], error["exception"], error["message"]) for error in errors} == {
        ("exclamation_marks", "AssertionError", "no z")
    }
    frame = Dataset.open(dataset).scan(["documents", STEP]).collect()
    assert set(frame.filter(frame["exclamation_marks"].is_null())["doc_id"]) == {error["doc_id"] for error in errors}
    assert rpdata("compute-signals", dataset, "--signals", mine).returncode == FINISHED_WITH_FAILURES
    mine.write_text(SOURCE)
    assert rpdata("compute-signals", dataset, "--signals", mine).returncode == 0
    assert not list((dataset / "errors").rglob("*.jsonl"))


def test_a_signal_that_fails_everywhere_is_told_with_its_first_cause(dataset, mine):
    mine.write_text(SOURCE.replace('.count("!")', '.counted("!")'))
    found = rpdata("compute-signals", dataset, "--signals", mine)
    documents = Dataset.open(dataset).scan(["documents"]).collect().height
    assert f"exclamation_marks: all {documents:,}; the first: AttributeError: " in found.stdout


@takes_long
def test_a_killed_run_goes_on_where_it_stopped(dataset, mine, tmp_path):
    whole = shutil.copytree(dataset, tmp_path / "whole")
    mine.write_text(SOURCE + "\nimport time\n\n@signal('slow')\ndef slow(document: Document):\n    time.sleep(0.05)\n")
    rpdata("compute-signals", whole, "--signals", mine)
    run = command("compute-signals", dataset, "--signals", mine, "--workers", 2)
    process = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not list((dataset / "ledger" / STEP).rglob("*.json")):
        time.sleep(0.02)
    process.kill()
    process.wait()
    summary = json.loads(rpdata("compute-signals", dataset, "--signals", mine, "--json").stdout)
    assert summary["units_done_before"] > 0
    assert everything(dataset) == everything(whole)


@pytest.mark.parametrize(
    ("arguments", "named"),
    {
        "no dataset": (["{crawl}", "--signals", "{mine}"], "a folder with rpdata.json"),
        "two": (["{out}", "{crawl}", "--signals", "{mine}"], "a folder with rpdata.json"),
        "no output": (["{crawl}"], "--output FOLDER"),
        "only alone": (["{crawl}", "--output", "{out}", "--only", "x"], "--signals FILE"),
        "output": (["{out}", "--signals", "{mine}", "--output", "{out}"], "--output means nothing here"),
        "min chars": (["{out}", "--signals", "{mine}", "--min-chars", "5"], "--min-chars means nothing"),
        "unknown": (["{out}", "--signals", "{mine}", "--only", "words_per_lime"], "did you mean words_per_line"),
        "nothing": (["{out}", "--signals", "{mine}", "--only", ","], "names no signal"),
        "missing": (["{out}", "--signals", "{mine}x.py"], "my_signals.pyx.py"),
    }.values(),
    ids=str,
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(annotated, repository, tmp_path, arguments, named):
    (tmp_path / "my_signals.py").write_text(SOURCE)
    places = {"crawl": repository / "sample_data" / "cc_net", "out": annotated, "mine": tmp_path / "my_signals.py"}
    before = everything(annotated)
    result = rpdata("compute-signals", *(argument.format(**places) for argument in arguments))
    assert result.returncode == 2
    assert named in result.stderr
    assert "Traceback" not in result.stderr
    assert everything(annotated) == before


def test_a_column_has_one_place(dataset, mine, tmp_path):
    rpdata("compute-signals", dataset, "--signals", mine)
    (tmp_path / "twin.py").write_text(SOURCE)
    result = rpdata("compute-signals", dataset, "--signals", tmp_path / "twin.py")
    assert result.returncode == 2
    assert f"{STEP} of" in result.stderr


def test_units_that_came_before_the_lock_was_had_have_their_overlay_too(dataset, mine, monkeypatch):
    whole = Manifest.load(dataset)
    before = Manifest.load(dataset)
    before.units = before.units[:-1]
    before.save(dataset)

    def after_another_run(root):
        whole.save(root)
        return writer_lock(root)

    done = []
    monkeypatch.setattr(overlay_run, "writer_lock", after_another_run)
    monkeypatch.setattr(
        overlay_run, "work_through", lambda units, task, *_: done.extend(task(unit)().unit for unit in units)
    )
    summary = overlay_run.run_overlay(dataset, mine, resources=Resources(1))
    assert done == [unit.name for unit in whole.units]
    assert summary.units == len(done)


def test_a_dry_run_says_what_is_to_do_and_writes_nothing(dataset, mine):
    before = everything(dataset)
    planned = json.loads(rpdata("compute-signals", dataset, "--signals", mine, "--dry-run", "--json").stdout)
    assert everything(dataset) == before
    done = json.loads(rpdata("compute-signals", dataset, "--signals", mine, "--json").stdout)
    assert (planned["computed"], planned["units"]) == (done["computed"], done["units"])


SCHEDULER = """
import sys
from distributed import LocalCluster
cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0")
print(cluster.scheduler_address, flush=True)
sys.stdin.read()
"""


def test_workers_of_another_cluster_need_not_see_the_file(dataset, mine, tmp_path):
    """The workers were started in another folder, and the file is gone when they begin."""
    (tmp_path / "away").mkdir()
    start = [sys.executable, "-c", SCHEDULER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    cluster = subprocess.Popen(start, cwd=tmp_path / "away", text=True, **pipes)
    try:
        address = cluster.stdout.readline().strip()
        mine.write_text(SOURCE + f"\nimport os\nif os.path.exists({str(mine)!r}):\n    os.unlink({str(mine)!r})\n")
        result = rpdata("compute-signals", dataset, "--signals", mine, "--scheduler", address)
        assert result.returncode == 0, result.stderr
        assert not mine.exists()
    finally:
        cluster.stdin.close()
        cluster.wait(30)
    assert len(list((dataset / STEP).rglob("*.parquet"))) == len(list((dataset / "documents").rglob("*.parquet")))
    assert all(pq.read_metadata(path).num_columns == 3 for path in (dataset / STEP).rglob("*.parquet"))

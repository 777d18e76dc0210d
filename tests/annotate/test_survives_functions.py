"""A user's function that takes its process with it, or does not come back, is named with the document."""

import json
import multiprocessing
import subprocess
import sys
import time

import pytest

from rpdata.annotate.overlay_run import task_for
from rpdata.annotate.overlay_unit import annotate_overlay
from rpdata.annotate.watch import blamed, note_of
from rpdata.manifest import Manifest
from tests.archives import warc_record, write_archive
from tests.command import rpdata

TEXT = b"title\n" + b"The quick brown fox jumps over the lazy dog, and then it sleeps.\n" * 20
SIGNALS = """
import ctypes, os, re, time
from rpdata.signals import COUNT, Document, TextStats, signal

@signal("fine", type=COUNT)
def fine(document: Document):
    return 1

@signal("odd", type=COUNT)
def odd(document: Document):
    if "/b." in document.doc_id:
        {what}
    return 1
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Two units of one document each."""
    folder = tmp_path_factory.mktemp("functions")
    for name in "ab":
        write_archive(folder / f"{name}.warc.wet.gz", warc_record(TEXT, "conversion"))
    result = rpdata("compute-signals", *folder.glob("*.gz"), "--snapshot", "s", "--language", "en",
                    "--files-per-shard", 1, "--workers", 1, "--output", folder / "out")
    assert result.returncode == 0, result.stderr
    return folder / "out"


@pytest.mark.parametrize("what", ["ctypes.string_at(0)"])
def test_a_function_that_ends_its_process_is_named_with_the_document_and_can_be_left_out(dataset, tmp_path, what):
    (tmp_path / "mine.py").write_text(SIGNALS.format(what=what))
    run = ["compute-signals", dataset, "--signals", tmp_path / "mine.py", "--workers", 1]
    result = rpdata(*run)
    assert result.returncode == 1
    assert "unit s/0001: its worker ended within odd of s/b.warc.wet.gz/0\nMend it, or leave it out: --only" \
        in result.stderr
    assert "Traceback" not in result.stderr
    [left_out] = map(json.loads, (dataset / "errors" / "unfinished.jsonl").open())
    assert left_out == {"unit": "s/0001", "cause": "its worker ended within odd of s/b.warc.wet.gz/0"}
    assert rpdata(*run, "--only", "fine").returncode == 0
    assert not (dataset / "errors" / "unfinished.jsonl").exists()
    assert not [path for path in (dataset / "logs" / "at").rglob("*") if path.is_file()]


def annotate(unit, task):
    annotate_overlay(unit, task)


@pytest.mark.parametrize(
    "what",
    ["while True: pass", "time.sleep(1000)", "re.match('(a+)+b', 'a' * 60)"],
    ids=["in Python", "asleep", "in a library that lets nobody else work"],
)
def test_a_function_that_does_not_come_back_is_ended_and_named_with_its_line(dataset, tmp_path, what):
    """Below the command, whose workers are given a minute three times over."""
    (tmp_path / "mine.py").write_text(SIGNALS.format(what=what))
    _, task = task_for(dataset, tmp_path / "mine.py", [])
    object.__setattr__(task, "seconds", 1)
    unit = Manifest.load(dataset).units[1]
    process = multiprocessing.get_context("spawn").Process(target=annotate, args=(unit, task))
    process.start()
    process.join(60)
    assert process.exitcode == 1
    note = note_of(task.root, task.file.step, unit.name)
    assert blamed(note, task.file.path) == "odd of s/b.warc.wet.gz/0 does not come to an end (line 12)"
    assert not note.exists()


def test_time_is_counted_for_each_call_and_not_for_all_of_them(dataset, tmp_path):
    both = SIGNALS.format(what="time.sleep(1.2)").replace("return 1", "time.sleep(1.2)", 1)
    (tmp_path / "mine.py").write_text(both)
    _, task = task_for(dataset, tmp_path / "mine.py", [])
    object.__setattr__(task, "seconds", 2)
    started = time.monotonic()
    process = multiprocessing.get_context("spawn").Process(
        target=annotate, args=(Manifest.load(dataset).units[1], task)
    )
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert time.monotonic() - started > 2


TWO_THREADS = """
import threading, time
from pathlib import Path
from rpdata.annotate.watch import Watch

def hanging():
    with Watch(Path({root!r}), "signals-x", "s/0000", seconds=2) as watch:
        watch("odd", "s/a/0")
        time.sleep(60)

threading.Thread(target=hanging, daemon=True).start()
time.sleep(0.5)
with Watch(Path({root!r}), "signals-x", "s/0001", seconds=30) as watch:
    watch("fine", "s/b/0")
time.sleep(30)
"""


def test_a_unit_beside_it_in_the_same_process_does_not_take_the_clock_away(tmp_path):
    """A worker of an existing cluster may have several threads."""
    program = [sys.executable, "-c", TWO_THREADS.format(root=str(tmp_path))]
    assert subprocess.run(program, timeout=60, check=False).returncode == 1
    assert blamed(note_of(tmp_path, "signals-x", "s/0000"), "x.py") == "odd of s/a/0 does not come to an end"
    assert blamed(note_of(tmp_path, "signals-x", "s/0001"), "x.py") is None

"""A user's function that takes its process with it, or does not come back, is named with the document."""

import json
import multiprocessing
import subprocess
import sys
import time

import pytest

from rpdata.annotate.overlay_run import task_for
from rpdata.annotate.overlay_unit import annotate_overlay
from rpdata.annotate.watch import blamed, blaming, note_of
from rpdata.engine.cluster import ENDED, MEMORY_ADVICE, UnitsLeftOut
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
    stale = note_of(dataset, "signals-mine", "s/0007")      # of a run that was stopped by Ctrl-C
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"fine of s/c/0")
    result = rpdata(*run)
    assert not stale.exists()
    assert result.returncode == 1
    assert MEMORY_ADVICE in result.stderr       # which it may have been as well
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


BATCH = """
import time
from pathlib import Path
from rpdata.annotate.watch import Watch

with Watch(Path({root!r}), "signals-x", "s/0000", seconds=1) as watch:
    watch("slow", "s/a/0 and the 2 documents behind it", 3)
    time.sleep(2)
    watch("slow", "s/a/0 and the 2 documents behind it", 3)
    watch("hanging", "s/a/1")       # less time than what came just before it
    time.sleep(2.5)
    print("not ended")
"""


def test_a_call_for_many_documents_has_a_second_for_each_and_what_hangs_is_not_called_lack_of_memory(tmp_path):
    result = subprocess.run([sys.executable, "-c", BATCH.format(root=str(tmp_path))], timeout=60, capture_output=True)
    assert (result.returncode, result.stdout) == (1, b"")
    error = UnitsLeftOut(f"1 unit(s) ended their worker: s/0000.{MEMORY_ADVICE}", {"s/0000": ENDED})
    with pytest.raises(UnitsLeftOut) as raised, blaming(tmp_path, "signals-x", "x.py"):
        raise error
    assert str(raised.value) == (
        "1 unit(s) ended their worker: s/0000.\nA function of x.py is to blame:\n"
        "unit s/0000: hanging of s/a/1 does not come to an end\n"
        "Mend it, or leave it out: --only, with the names of the others."
    )

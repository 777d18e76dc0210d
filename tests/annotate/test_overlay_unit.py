"""An overlay of a user's signals: aligned with the documents, and computed again where its source changed."""

import json
import os
import signal
import subprocess
import sys

import polars as pl
import pyarrow.parquet as pq
import pytest

from rpdata.annotate.overlay_unit import OverlayTask, annotate_overlay, columns_of
from rpdata.annotate.signals_file import SignalsFile, choose
from rpdata.dataset import Dataset
from rpdata.engine.commit import COMMIT_POINTS
from rpdata.engine.killpoint import VARIABLE
from rpdata.errors import UserError
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest
from tests.build_dataset import Builder
from tests.command import contents

PARTITIONS = {"2023-06/0000/de_all": 150, "2023-06/0000/en_head": 70, "2023-06/0001/en_head": 0}
STEP = "signals-mine"

SOURCE = """
from rpdata.signals import COUNT, Document, TextStats, signal

@signal("letters_a", unit="letters", type=COUNT)
def letters_a(document: Document):
    if document.doc_id.endswith("7"):
        raise ValueError("seven")
    return document.raw_content.count("a")

@signal("word_count", unit="words", type=COUNT)
def word_count(text: TextStats):
    return text.words

@signal("line_lengths", type=COUNT, per_line=True)
def line_lengths(document: Document):
    return [len(line) for line in document.lines]
"""


@pytest.fixture
def root(tmp_path):
    Builder(tmp_path / "out").with_partitions(PARTITIONS)
    return tmp_path / "out"


def task_of(root, source=SOURCE, only=()):
    file = SignalsFile("mine", "/nowhere/mine.py", source)
    return OverlayTask(root, file, tuple(choose(file, only)), whole=not only)


def bring_up_to_date(root, source=SOURCE, only=()):
    """The overlay of every unit; unit -> names of the columns that were computed."""
    task = task_of(root, source, only)
    done = {}
    for unit in Manifest.load(root).units:
        columns = columns_of(unit, task)
        done[unit.name] = columns.computed if columns else []
        annotate_overlay(unit, task)
        assert columns_of(unit, task) is None
    return done


def overlay_contents(root):
    return {name: hash for name, hash in contents(root).items() if STEP in name} | {
        str(path.relative_to(root)): path.read_bytes() for path in (root / STEP).rglob("*") if path.is_file()
    }


def test_rows_row_groups_and_identities_are_those_of_the_documents(root):
    bring_up_to_date(root)
    for partition, rows in PARTITIONS.items():
        documents = pq.ParquetFile(root / "documents" / f"{partition}.parquet")
        overlay = pq.ParquetFile(root / STEP / f"{partition}.parquet")
        groups = [
            [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
            for file in (documents, overlay)
        ]
        assert groups[0] == groups[1]
        assert overlay.read(columns=["doc_id"]).equals(documents.read(columns=["doc_id"]))
        assert overlay.metadata.num_rows == rows


def test_a_scan_finds_the_columns_with_the_values_of_the_functions(root):
    bring_up_to_date(root)
    frame = Dataset.open(root).scan(["documents", STEP]).collect()
    counted = frame["raw_content"].str.count_matches("a")
    seven = frame["doc_id"].str.ends_with("7")
    assert frame["letters_a"].is_null().equals(seven)
    assert frame.filter(~seven)["letters_a"].to_list() == counted.filter(~seven).to_list()
    assert frame["line_lengths"].list.sum().to_list() == frame["length"].to_list()
    kept = Dataset.open(root).scan(["documents", STEP]).filter(pl.col("letters_a") > 10).collect()
    assert kept["doc_id"].to_list() == frame.filter(pl.col("letters_a") > 10)["doc_id"].to_list()


def test_a_failed_value_is_counted_and_named_and_loses_no_document(root):
    bring_up_to_date(root)
    for entry in Ledger(root).entries(STEP):
        lines = root / "errors" / STEP / f"{entry.unit}.jsonl"
        errors = [json.loads(line) for line in lines.open()] if lines.exists() else []
        assert entry.balances()
        assert entry.failed == 0
        assert entry.failed_values == len(errors) == sum(str(row).endswith("7") for row in range(entry.read))
        assert all(error["doc_id"].endswith("7") for error in errors)
        assert {(error["signal"], error["exception"], error["message"]) for error in errors} <= {
            ("letters_a", "ValueError", "seven")
        }
    status = {step.step: step for step in Dataset.open(root).status().steps}[STEP]
    assert (status.done, status.failed_values, status.balances) == (3, 15 + 7, True)


def test_what_is_up_to_date_is_left_as_it_is(root):
    assert bring_up_to_date(root)["2023-06/0000/de_all"] == ["letters_a", "line_lengths", "word_count"]
    before = {path: path.stat().st_mtime_ns for path in (root / STEP).rglob("*.parquet")}
    assert set(map(tuple, bring_up_to_date(root).values())) == {()}
    assert {path: path.stat().st_mtime_ns for path in before} == before


CHANGES = {
    "one changed": SOURCE.replace('count("a")', 'count("b")'),
    "its failures gone": SOURCE.replace('endswith("7")', 'endswith("x")'),
    "one more": SOURCE + '@signal("one")\ndef one(document: Document):\n    return 1 / (len(document.doc_id) - 30)\n',
    "another type": SOURCE.replace('"words", type=COUNT', '"words"'),
    "one removed": SOURCE[: SOURCE.index('@signal("line_lengths"')],
    "moved": "\n\n".join([SOURCE.partition("\n\n")[0], *reversed(SOURCE.split("\n\n")[1:])]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_gives_the_same_bytes_as_a_fresh_start(root, tmp_path, change):
    bring_up_to_date(root)
    bring_up_to_date(root, CHANGES[change])
    fresh = Builder(tmp_path / "fresh").with_partitions(PARTITIONS).root
    bring_up_to_date(fresh, CHANGES[change])
    assert overlay_contents(root) == overlay_contents(fresh)


def test_only_the_changed_column_is_computed_and_the_others_are_copied(root):
    bring_up_to_date(root)
    assert set(map(tuple, bring_up_to_date(root, CHANGES["one changed"]).values())) == {("letters_a",)}


def test_only_restricts_what_is_computed(root):
    computed = bring_up_to_date(root, only=["word_count"])
    assert set(map(tuple, computed.values())) == {("word_count",)}
    assert Dataset.open(root).columns(STEP) == ["doc_id", "word_count"]
    changed = SOURCE.replace('count("a")', 'count("b")').replace("text.words", "text.raw_words")
    assert set(map(tuple, bring_up_to_date(root, changed, only=["letters_a"]).values())) == {("letters_a",)}
    assert Dataset.open(root).columns(STEP) == ["doc_id", "letters_a", "word_count"]
    remaining = bring_up_to_date(root, changed)
    assert set(map(tuple, remaining.values())) == {("line_lengths", "word_count")}


def test_a_column_that_only_some_partitions_have_is_named_with_the_command(root):
    units = Manifest.load(root).units
    annotate_overlay(units[0], task_of(root))
    with pytest.raises(UserError, match=r"lack `signals-mine` .* rpdata compute-signals .* --signals mine.py"):
        Dataset.open(root).scan(["documents", STEP])


def test_a_damaged_overlay_is_computed_whole_with_the_same_bytes(root):
    bring_up_to_date(root)
    path = root / STEP / "2023-06/0000/de_all.parquet"
    changed = SOURCE.replace('count("a")', 'count("b")')
    data = bytearray(path.read_bytes())
    data[50:60] = bytes(10)
    path.write_bytes(data)
    (root / "errors" / STEP / "2023-06/0000/en_head.jsonl").unlink()
    bring_up_to_date(root, changed)
    mended = overlay_contents(root)
    for folder in (root / STEP, root / "ledger" / STEP):
        for file in folder.rglob("*.*"):
            file.unlink()
    bring_up_to_date(root, changed)
    assert overlay_contents(root) == mended


def test_damaged_documents_are_not_measured(root):
    path = root / "documents" / "2023-06/0000/de_all.parquet"
    data = bytearray(path.read_bytes())
    data[50:60] = bytes(10)
    path.write_bytes(data)
    with pytest.raises(UserError, match="are not as they were written"):
        bring_up_to_date(root)


KILLED = """
import sys
from pathlib import Path
from tests.annotate.test_overlay_unit import CHANGES, bring_up_to_date
bring_up_to_date(Path(sys.argv[1]), CHANGES["one more"])
"""


def test_killed_at_every_commit_point_it_is_continued_to_the_same_bytes(root, repository, tmp_path):
    bring_up_to_date(root)
    fresh = Builder(tmp_path / "fresh").with_partitions(PARTITIONS).root
    bring_up_to_date(fresh, CHANGES["one more"])
    for number, point in enumerate(COMMIT_POINTS):
        torn = Builder(tmp_path / f"torn{number}").with_partitions(PARTITIONS).root
        bring_up_to_date(torn)
        run = [sys.executable, "-c", KILLED, torn]
        killed = subprocess.run(run, cwd=repository, env={**os.environ, VARIABLE: point, "PYTHONPATH": "."})
        assert killed.returncode == -signal.SIGKILL, point
        bring_up_to_date(torn, CHANGES["one more"])
        assert overlay_contents(torn) == overlay_contents(fresh) | {
            name: data for name, data in overlay_contents(torn).items() if name.endswith(".tmp")
        }

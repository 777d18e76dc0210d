"""`--lines N`: a number for each line of each document, which recipes can use; the text stays as it is."""

import json
import shutil
from collections import Counter
from hashlib import sha256

import pyarrow.parquet as pq
import pytest
from command import rpdata
from datasets import load_dataset
from test_line_keys import lines_of

from rpdata.dataset import Dataset
from rpdata.dedup.repeated_lines import mark_repeated_lines
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.schema import OVERLAYS
from rpdata.show import find_document

FOOTER = "Subscribe to our newsletter"
COLUMN = "rpdata_lines_copies"
STEP = "repeated_lines"
FINISHED_WITH_FAILURES, SIGKILL = 3, -9


def page(number, shared):
    """A page of its own lines, with blank ones, and lines that others have, some with white space around them."""
    lines = [f"This is line {line} of page {number}." for line in range(3)]
    lines += ["", "  ", FOOTER if number % 2 else f"\t{FOOTER}\u3000"] if shared else [f"Page {number} ends."]
    return "\n".join([*lines, lines[0], *(["Pages of a pair"] if number < 2 else [])]) + "\n" * (number % 3 == 0)


@pytest.fixture(scope="module")
def annotated(tmp_path_factory):
    """Three units; a line that 12 documents have, one that two have."""
    folder = tmp_path_factory.mktemp("lines")
    for file in range(3):
        rows = [{"text": page(10 * file + row, shared=row < 4)} for row in range(10)] + [{"text": "  "}] * (file == 1)
        (folder / f"{file}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = rpdata("compute-signals", *sorted(folder.glob("*.jsonl")), "--output", folder / "out", "--quiet",
                  "--snapshot", "books", "--language", "en", "--files-per-shard", 1)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture
def dataset(annotated, tmp_path):
    return shutil.copytree(annotated, tmp_path / "out")


def digest(root):
    """Every file of a dataset but its logs and what only work leaves, by its hash."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file()]
    kept = [path for path in files if path.relative_to(root).parts[0] not in ("logs", "index")]
    return {str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest() for path in kept}


def expected_copies(texts, more_than):
    documents_with = Counter(line for text in texts for line in {line.strip() for line in lines_of(text)} - {""})
    counted = ((documents_with[line.strip()] for line in lines_of(text)) for text in texts)
    return [[count if count > more_than else 0 for count in counts] for counts in counted]


@pytest.mark.parametrize("more_than", [1, 11, 12])
def test_each_line_tells_how_many_documents_have_it(dataset, more_than):
    before = digest(dataset)
    summary = mark_repeated_lines(dataset, more_than, Resources(2))
    frame = Dataset.open(dataset).scan().collect()
    texts, copies = frame["raw_content"].to_list(), frame[COLUMN].to_list()
    assert copies == expected_copies(texts, more_than)
    assert [len(row) for row in copies] == frame["line_start"].list.len().to_list()
    assert max(map(max, filter(None, copies))) == (12 if more_than < 12 else 0)
    marked = [[count for count in row if count] for row in copies]
    assert summary.marked_lines == sum(map(len, marked))
    assert summary.marked_documents == sum(map(bool, marked))
    assert (summary.lines, summary.documents) == (sum(map(len, copies)), len(copies))
    assert summary.repeated == {1: 2, 11: 1, 12: 0}[more_than]
    after = digest(dataset)
    assert {name: after[name] for name in before if name not in ("README.md", "rpdata.json")} == \
        {name: value for name, value in before.items() if name not in ("README.md", "rpdata.json")}


def test_the_bytes_do_not_depend_on_the_number_of_workers_or_on_an_earlier_number_of_copies(dataset, tmp_path):
    other = shutil.copytree(dataset, tmp_path / "other")
    mark_repeated_lines(dataset, 1, Resources(1))
    mark_repeated_lines(other, 5, Resources(3))
    mark_repeated_lines(other, 1, Resources(3))
    assert digest(dataset) == digest(other)
    stamps = {path: path.stat().st_mtime_ns for path in (other / STEP).rglob("*.parquet")}
    again = mark_repeated_lines(other, 1, Resources(3))
    assert again.units_done_before == again.units == 3
    assert (again.lines, again.repeated) == (len(lines_of_all(other)), 2)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def test_a_run_that_was_killed_and_then_lost_a_worker_goes_on_to_the_same_bytes(dataset, tmp_path):
    other = shutil.copytree(dataset, tmp_path / "other")
    mark_repeated_lines(other, 2, Resources(2))
    command = ("dedup", dataset, "--lines", 2, "--workers", 2)
    assert rpdata(*command, RPDATA_KILL_AT="repeated lines found").returncode == SIGKILL
    done = rpdata(*command, "--json", RPDATA_KILL_AT=f"lines marked@{tmp_path / 'once'}")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "once").exists()
    assert json.loads(done.stdout)["repeated"] == 1
    assert digest(dataset) == digest(other)
    left = {path.name.partition("-")[0] for path in (dataset / "index" / "lines").iterdir()}
    assert left == {"counts", "state"}
    assert not list((dataset / "index").rglob("parts"))


def test_units_without_documents_are_told_and_counted_once_they_have_some(dataset):
    entries = [dataset / "ledger" / step / "books" / "0002.json" for step in OVERLAYS]
    kept = {path: path.read_bytes() for path in entries}
    for path in entries:
        path.unlink()
    told = rpdata("dedup", dataset, "--lines", 2)
    assert told.returncode == FINISHED_WITH_FAILURES, told.stderr
    assert "Not counted: 1 unit that is planned, but not annotated." in told.stdout
    for path, entry in kept.items():
        path.write_bytes(entry)
    assert "run rpdata dedup" in " ".join(Dataset.open(dataset).status().disagreements)
    summary = mark_repeated_lines(dataset, 2, Resources(2))
    assert (summary.units, summary.units_done_before, summary.repeated) == (3, 0, 1)
    frame = Dataset.open(dataset).scan().collect()
    assert frame[COLUMN].to_list() == expected_copies(frame["raw_content"].to_list(), 2)


def lines_of_all(root):
    texts = [text for path in (root / "documents").rglob("*.parquet") for text in pq.read_table(path)["raw_content"]]
    return [line for text in texts for line in lines_of(text.as_py())]


def test_status_card_and_datasets_know_the_overlay(dataset, tmp_path):
    mark_repeated_lines(dataset, 2, Resources(2))
    status = Dataset.open(dataset).status()
    assert status.complete
    assert {step.step: step.done for step in status.steps}[STEP] == 3
    card = (dataset / "README.md").read_text()
    assert f"- config_name: {STEP}" in card
    assert f"| `{STEP}/` | `{COLUMN}`: for each line in how many documents it is, if in more than 2, else 0 |" in card
    loaded = load_dataset(str(dataset), name=STEP, split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.column_names == ["doc_id", COLUMN]
    footer = find_document(dataset, "books/0.jsonl/1").as_dict()["lines"][5]
    assert (footer["text"], footer[COLUMN]) == (FOOTER, 12)


def test_a_number_that_would_mark_everything_and_a_folder_that_is_no_dataset_are_refused(annotated, tmp_path):
    with pytest.raises(UserError, match="--lines 0 would mark every line"):
        mark_repeated_lines(annotated, 0, Resources(1))
    with pytest.raises(UserError, match="is not a dataset"):
        mark_repeated_lines(tmp_path, 2, Resources(1))


def test_damaged_documents_are_named_and_nothing_is_marked(dataset):
    path = next((dataset / "documents").rglob("*.parquet"))
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match="are not as they were written, so their lines cannot be counted"):
        mark_repeated_lines(dataset, 2, Resources(1))
    assert not (dataset / STEP).exists()

"""`--lines N`: a number for each line of each document, which recipes can use; the text stays as it is."""

import json
import shutil
from collections import Counter
from hashlib import sha256

import pyarrow.parquet as pq
import pytest
import typer
from datasets import load_dataset

from rpdata.cli_dedup import mark_lines
from rpdata.dataset import Dataset
from rpdata.dedup import repeated_lines
from rpdata.dedup.repeated_lines import mark_repeated_lines
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.schema import OVERLAYS
from rpdata.show import find_document
from tests.command import rpdata
from tests.crawls import takes_long
from tests.dedup.annotated import annotated, here
from tests.dedup.test_line_keys import lines_of

FOOTER = "Subscribe to our newsletter"
COLUMN = "rpdata_lines_copies"
STEP = "repeated_lines"
ONE = Resources(1)
FINISHED_WITH_FAILURES, SIGKILL = 3, -9


def page(number, shared):
    """A page of its own lines, with blank ones, and lines that others have, some with white space around them."""
    if number == 15:
        return " "
    lines = [f"This is line {line} of page {number}." for line in range(3)]
    lines += ["", "  ", FOOTER if number % 2 else f"\t{FOOTER}\u3000"] if shared else [f"Page {number} ends."]
    return "\n".join([*lines, lines[0], *(["Pages of a pair"] if number < 2 else [])]) + "\n" * (number % 3 == 0)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Four units, one of them empty; a line that 12 documents have, one that two have."""
    folder = tmp_path_factory.mktemp("lines")
    units = {f"2023-06/000{file}/en_head": [page(10 * file + row, shared=row < 4) for row in range(10)]
             for file in range(3)}
    return annotated(folder / "out", folder / "crawl", {**units, "2023-06/0001/en_tail": []})


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(repeated_lines, "start", here)


@pytest.fixture
def dataset(pages, tmp_path):
    return shutil.copytree(pages, tmp_path / "out")


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
    summary = mark_repeated_lines(dataset, more_than, ONE)
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


def test_another_number_of_copies_leaves_nothing_of_the_one_before_and_again_is_nothing_to_do(dataset, tmp_path):
    other = shutil.copytree(dataset, tmp_path / "other")
    mark_repeated_lines(dataset, 1, ONE)
    mark_repeated_lines(other, 5, ONE)
    mark_repeated_lines(other, 1, ONE)
    assert digest(dataset) == digest(other)
    assert index_of(dataset) == index_of(other)
    stamps = {path: path.stat().st_mtime_ns for path in (other / STEP).rglob("*.parquet")}
    again = mark_repeated_lines(other, 1, ONE)
    assert again.units_done_before == again.units == 4
    assert (again.lines, again.repeated) == (len(lines_of_all(other)), 2)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def index_of(root):
    return sorted(str(path.relative_to(root)) for path in (root / "index").rglob("*"))


def lines_of_all(root):
    texts = [text for path in (root / "documents").rglob("*.parquet") for text in pq.read_table(path)["raw_content"]]
    return [line for text in texts for line in lines_of(text.as_py())]


@takes_long
def test_a_run_that_was_killed_and_then_lost_a_worker_goes_on_to_the_same_bytes(dataset, tmp_path):
    other = shutil.copytree(dataset, tmp_path / "other")
    mark_repeated_lines(other, 2, ONE)
    command = ("dedup", dataset, "--lines", 2, "--workers")
    assert rpdata(*command, 1, RPDATA_KILL_AT="repeated lines found").returncode == SIGKILL
    done = rpdata(*command, 2, "--json", RPDATA_KILL_AT=f"lines marked@{tmp_path / 'once'}")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "once").exists()
    assert json.loads(done.stdout)["repeated"] == 1
    assert digest(dataset) == digest(other)
    assert index_of(dataset) == index_of(other)


def test_units_without_documents_are_told_and_counted_once_they_have_some(dataset, capsys):
    entries = [dataset / "ledger" / step / "2023-06/0002/en_head.json" for step in OVERLAYS]
    kept = {path: path.read_bytes() for path in entries}
    for path in entries:
        path.unlink()
    with pytest.raises(typer.Exit) as ended:
        mark_lines(dataset, 2, ONE, quiet=True, as_json=False)
    assert ended.value.exit_code == FINISHED_WITH_FAILURES
    assert "Not counted: 1 unit that is planned, but not annotated." in capsys.readouterr().out
    for path, entry in kept.items():
        path.write_bytes(entry)
    assert "run rpdata dedup" in " ".join(Dataset.open(dataset).status().disagreements)
    summary = mark_repeated_lines(dataset, 2, ONE)
    assert (summary.units, summary.units_done_before, summary.repeated) == (4, 0, 1)
    frame = Dataset.open(dataset).scan().collect()
    assert frame[COLUMN].to_list() == expected_copies(frame["raw_content"].to_list(), 2)


def test_status_card_and_datasets_know_the_overlay(dataset, tmp_path):
    mark_repeated_lines(dataset, 2, ONE)
    status = Dataset.open(dataset).status()
    assert status.complete
    assert {step.step: step.done for step in status.steps}[STEP] == 4
    card = (dataset / "README.md").read_text()
    assert f"- config_name: {STEP}" in card
    assert f"| `{STEP}/` | `{COLUMN}`: for each line in how many documents it is, if in more than 2, else 0 |" in card
    loaded = load_dataset(str(dataset), name=STEP, split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded.column_names == ["doc_id", COLUMN]
    footer = find_document(dataset, "2023-06/0000/en_head.json.gz/1").as_dict()["lines"][5]
    assert (footer["text"], footer[COLUMN]) == (FOOTER, 12)


def test_a_number_that_would_mark_everything_and_a_folder_that_is_no_dataset_are_refused(pages, tmp_path):
    with pytest.raises(UserError, match="--lines 0 would mark every line"):
        mark_repeated_lines(pages, 0, ONE)
    with pytest.raises(UserError, match="is not a dataset"):
        mark_repeated_lines(tmp_path, 2, ONE)


def test_damaged_documents_are_named_and_nothing_is_marked(dataset):
    path = next((dataset / "documents").rglob("*.parquet"))
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match="are not as they were written, so their lines cannot be counted"):
        mark_repeated_lines(dataset, 2, ONE)
    assert not (dataset / STEP).exists()

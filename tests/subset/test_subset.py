"""What a recipe keeps, as a dataset of its own: the same rows, all accounted for, and the same bytes in every run."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from build_dataset import Builder
from crawls import PATIENT
from dedup.annotated import annotated
from keeping import DOCUMENTS, LONG, RECIPE, TEXTS, WORDY, digest, keeping, text

from rpdata import load_dataset
from rpdata.dataset import Dataset
from rpdata.decide import Recipe, all_of, col, quantile, rule
from rpdata.engine.commit import COMMIT_POINTS
from rpdata.engine.killpoint import VARIABLE
from rpdata.errors import CannotFinish, UserError
from rpdata.manifest import Manifest
from rpdata.report.views import write_views
from rpdata.show import find_document
from rpdata.sources.batches import Fill
from rpdata.subset.run import refuse_output, refuse_place

NOTHING = Recipe("nothing", rule("never", col("rps_doc_word_count") > 100_000))
PARTITION = "2023-06/0000/en_head"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents with signals and signatures, and signals of a user's own."""
    folder = tmp_path_factory.mktemp("made")
    root = annotated(folder / "out", folder / "crawl", TEXTS)
    for partition in TEXTS:
        with_own_signals(root, partition)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "out"))


def with_own_signals(root: Path, partition: str, *more: str) -> None:
    table = pq.read_table(root / f"documents/{partition}.parquet", columns=["doc_id", "length"])
    for name in more:
        table = table.append_column(name, table["length"])
    Builder(root, rows_per_group=1024).write("signals-own", partition, table.rename_columns(["doc_id", "mine", *more]))


def rows(root: Path, *overlays: str) -> dict[str, dict]:
    frame = Dataset.open(root).scan([*overlays] or None).collect()
    assert isinstance(frame, pl.DataFrame)
    return {row["doc_id"]: row for row in frame.to_dicts()}


def test_a_subset_has_the_rows_of_what_is_kept_in_the_same_order_in_every_overlay(root, tmp_path):
    summary = keeping(root, RECIPE, tmp_path / "kept")
    expected = {name: row for name, row in rows(root).items() if name in kept_of(root)}
    found = rows(tmp_path / "kept")
    assert found == expected
    assert list(found) == list(expected)
    assert 0 < len(found) < DOCUMENTS
    assert (summary.read, summary.written) == (DOCUMENTS, len(found))
    assert summary.dropped == {"not kept by some": DOCUMENTS - len(found)}
    status = Dataset.open(tmp_path / "kept").status()
    assert status.complete
    assert [step.balances for step in status.steps] == [True] * 4
    assert {step.step: step.written for step in status.steps}["signals-own"] == len(found)


def kept_of(root: Path) -> list[str]:
    """Whom RECIPE keeps, told without its decisions."""
    found = []
    for name, row in rows(root, "quality_signals").items():
        length = row["rps_doc_mean_word_length"]
        if row["rps_doc_word_count"] >= 40 and (length is None or 2 <= length <= 4.05):
            found.append(name)
    return found


def test_row_groups_close_as_if_no_other_documents_had_been_there(root, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[Fill.__module__], "ROWS_PER_BATCH", 4)
    keeping(root, RECIPE, tmp_path / "kept")
    for part in TEXTS:
        sizes = []
        for step in ("documents", "quality_signals", "minhash", "signals-own"):
            file = pq.read_metadata(tmp_path / "kept" / step / f"{part}.parquet")
            sizes.append([file.row_group(group).num_rows for group in range(file.num_row_groups)])
        assert sizes == [sizes[0]] * 4
        assert set(sizes[0][:-1]) <= {4}
        assert all(0 < size <= 4 for size in sizes[0])


def test_a_recipe_that_keeps_everything_gives_the_files_that_were_there(root, tmp_path):
    write_views(root)
    keeping(root, Recipe("all", all_of()), tmp_path / "kept")
    for step in ("documents", "quality_signals", "minhash", "signals-own", "sample"):
        assert digest(root / step) == digest(tmp_path / "kept" / step)


def test_the_manifest_and_the_card_say_of_what_it_was_made(root, tmp_path):
    recipe = Recipe("best", LONG & quantile("rps_doc_word_count", at_least=0.5))
    keeping(root, recipe, tmp_path / "kept")
    fitted = recipe.fit(Dataset.open(root))
    told = Manifest.load(tmp_path / "kept").subset
    assert (told["recipe"], told["hash"], told["edited"]) == ("best", fitted.hash, False)
    assert [each["name"] for each in told["rules"]] == [each.name for each in recipe.rules]
    card = (tmp_path / "kept" / "README.md").read_text()
    assert f"`best` keeps of {DOCUMENTS} documents" in " ".join(card.split())
    assert "| long | rps_doc_word_count >= 40 |" in card
    assert told["dataset_hash"][:12] in card
    keeping(tmp_path / "kept", Recipe("few", WORDY), tmp_path / "fewer")
    again = Manifest.load(tmp_path / "fewer").subset
    assert again["dataset_made_of"] == told
    assert again["dataset_hash"] != told["dataset_hash"]


MOMENTS = COMMIT_POINTS if PATIENT else ("one file renamed:7",)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_that_was_killed_goes_on_to_the_same_bytes(root, tmp_path, moment):
    keeping(root, RECIPE, tmp_path / "whole")       # and the decisions are there
    program = f"from keeping import *; keeping(Path({str(root)!r}), RECIPE, " \
              f"Path({str(tmp_path / 'torn')!r}))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), VARIABLE: moment}
    assert subprocess.run([sys.executable, "-c", program], env=environment).returncode == -signal.SIGKILL
    assert digest(tmp_path / "torn") != digest(tmp_path / "whole")
    keeping(root, RECIPE, tmp_path / "torn")
    assert digest(tmp_path / "torn") == digest(tmp_path / "whole")


def test_a_second_run_changes_nothing_and_what_was_deleted_comes_back(root, tmp_path):
    keeping(root, RECIPE, tmp_path / "kept")
    before = digest(tmp_path / "kept")
    summary = keeping(root, RECIPE, tmp_path / "kept")
    assert summary.units_done_before == summary.units == len(TEXTS)
    for step in ("minhash", "documents"):
        (tmp_path / "kept" / step / f"{PARTITION}.parquet").unlink()
        with pytest.raises(UserError, match=f"{step}/{PARTITION}.parquet is missing.\n.*rpdata filter {root}"):
            Dataset.open(tmp_path / "kept")
        assert keeping(root, RECIPE, tmp_path / "kept").units_done_before == len(TEXTS) - 1
    assert digest(tmp_path / "kept") == before


def test_documents_that_came_since_are_added_and_columns_too(root, tmp_path):
    less = tmp_path / "less"
    annotated(less, tmp_path / "crawl", {PARTITION: TEXTS[PARTITION]})
    with_own_signals(less, PARTITION)
    keeping(less, RECIPE, tmp_path / "kept")
    annotated(less, tmp_path / "crawl", TEXTS)
    for partition in TEXTS:
        with_own_signals(less, partition, "yours")
    summary = keeping(less, RECIPE, tmp_path / "kept")
    assert (summary.units, summary.units_done_before) == (len(TEXTS), 0)
    assert Dataset.open(tmp_path / "kept").columns("signals-own") == ["doc_id", "mine", "yours"]
    keeping(less, RECIPE, tmp_path / "again")
    assert digest(tmp_path / "again") == digest(tmp_path / "kept")


def test_another_recipe_or_another_state_of_what_is_there_is_refused_and_nothing_changes(root, tmp_path):
    keeping(root, RECIPE, tmp_path / "kept")
    before = digest(tmp_path / "kept")
    with pytest.raises(UserError, match=r"holds what the recipe some \w+ keeps, and other \w+ keeps other documents"):
        keeping(root, Recipe("other", LONG), tmp_path / "kept")
    third = Recipe("third", LONG)
    with pytest.raises(UserError, match="holds what the recipe some"):
        refuse_output(root, third, tmp_path / "kept")
    assert refuse_output(root, RECIPE, tmp_path / "kept").hash == RECIPE.hash
    assert not (root / third.folder).exists()       # nothing was decided for it
    other = annotated(tmp_path / "other", tmp_path / "crawl", {PARTITION: [text(3)]})
    with pytest.raises(UserError, match=r"is a dataset that was not kept of another one.*\n.*new folder"):
        keeping(root, RECIPE, other)
    with pytest.raises(UserError, match=r"has no documents of its unit 2023-06/0000/de_head"):
        keeping(other, RECIPE, tmp_path / "kept")
    signals = pq.read_table(root / f"quality_signals/{PARTITION}.parquet")
    place = signals.schema.get_field_index("rps_doc_word_count")
    fewer = pc.subtract(signals.column(place), 20).cast(signals.schema.field(place).type)
    changed = signals.set_column(place, signals.schema.field(place), fewer)
    Builder(root, rows_per_group=1024).write("quality_signals", PARTITION, changed, version="v2")
    for partition in set(TEXTS) - {PARTITION}:
        table = pq.read_table(root / f"quality_signals/{partition}.parquet")
        Builder(root, rows_per_group=1024).write("quality_signals", partition, table, version="v2")
    with pytest.raises(UserError, match=rf"another state of {root}, .*: {PARTITION} has, or keeps, other documents"):
        keeping(root, RECIPE, tmp_path / "kept")
    assert digest(tmp_path / "kept") == before


@pytest.mark.parametrize("place", ["out", "out/kept", "."])
def test_a_dataset_is_not_written_into_itself(root, tmp_path, place):
    with pytest.raises(UserError, match="a dataset neither holds another one nor itself"):
        refuse_place(root, tmp_path / place)


def test_a_folder_of_other_things_is_left_alone(root, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(UserError, match="not empty"):
        refuse_place(root, tmp_path / "mine")


def test_a_subset_without_documents_is_a_dataset(root, tmp_path):
    summary = keeping(root, NOTHING, tmp_path / "kept")
    assert (summary.written, summary.read) == (0, DOCUMENTS)
    opened = Dataset.open(tmp_path / "kept")
    assert opened.status().complete
    assert len(opened.scan().collect()) == 0
    assert keeping(tmp_path / "kept", Recipe("some", LONG), tmp_path / "again").read == 0
    assert pq.read_table(tmp_path / "kept" / "sample" / "sample.parquet").num_rows == 0
    assert len(load_dataset(str(tmp_path / "kept"), split="train", cache_dir=str(tmp_path / "cache"))) == 0


def test_values_that_failed_are_told_of_the_documents_that_are_kept(root, tmp_path):
    partition = PARTITION
    entry = root / "ledger" / "signals-own" / f"{partition}.json"
    failed = [{"signal": "mine", "doc_id": f"{partition}.json.gz/{row}", "exception": "E", "message": "m"}
              for row in range(50)]
    more = {"signal": "mine", "doc_id": None, "exception": None, "message": "more", "more": 5}
    entry.write_text(json.dumps({**json.loads(entry.read_text()), "failed_values": 55}, indent=1, sort_keys=True))
    errors = root / "errors" / "signals-own" / f"{partition}.jsonl"
    errors.parent.mkdir(parents=True)
    errors.write_text("".join(json.dumps(line) + "\n" for line in [*failed, more]))
    keeping(root, RECIPE, tmp_path / "kept")
    kept = rows(tmp_path / "kept")
    lines = [json.loads(line) for line in (tmp_path / "kept" / errors.relative_to(root)).read_text().splitlines()]
    assert lines[:-1] == [line for line in failed if line["doc_id"] in kept]
    assert lines[-1]["more"] == 0
    told = json.loads((tmp_path / "kept" / entry.relative_to(root)).read_text())
    assert 0 < told["failed_values"] == len(lines) - 1 < 50


def test_a_damaged_text_is_named(root, tmp_path):
    keeping(root, RECIPE, tmp_path / "first")       # decided
    path = root / f"documents/{PARTITION}.parquet"
    group = pq.read_metadata(path).row_group(0)
    place = group.column(group.num_columns - 1).data_page_offset
    data = bytearray(path.read_bytes())
    data[place:place + 400] = bytes(400)
    path.write_bytes(data)
    with pytest.raises(CannotFinish, match=r"documents/2023-06/0000/en_head.parquet is damaged"):
        keeping(root, RECIPE, tmp_path / "kept")


def test_a_document_of_a_subset_is_shown_and_one_that_was_not_kept_is_not(root, tmp_path):
    keeping(root, RECIPE, tmp_path / "kept")
    kept = kept_of(root)
    for name, row in [*rows(root, "quality_signals").items()][:20]:
        if name in kept:
            assert find_document(tmp_path / "kept", name).fields["url"] == row["url"]
        else:
            with pytest.raises(UserError, match="documents of its file were written, and it is not among them"):
                find_document(tmp_path / "kept", name)

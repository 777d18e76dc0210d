"""Deduplication against indexes that overlap, are out of date, or change meanwhile; and what dead workers leave."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from rpdata.dedup import comparison, stages
from rpdata.dedup import plan as plans
from rpdata.dedup import run as runs
from rpdata.dedup.clusters.preference import Preference
from rpdata.dedup.index.catalogue import Index
from rpdata.dedup.pairs import chosen
from rpdata.dedup.run import run
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.resources import Resources
from rpdata.errors import CannotFinish, UserError
from tests.dedup.annotated import annotated, here, marks
from tests.dedup.planted import Counts, plant

OLD, LATER, NEW = "2022-49/0000/en_head", "2022-50/0000/en_head", "2023-06/0000/en_head"


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(runs, "start", here)


@pytest.fixture(scope="module")
def texts():
    """A planted corpus, some of it twice."""
    found = plant(Counts(unrelated=5, edited=8, templates=1, quotations=1, translations=1, chains=4), seed=3).texts
    return [*found, *found[::5]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, texts):
    """A crawl, and three datasets by a third of the texts each; the first has an index."""
    folder = tmp_path_factory.mktemp("beside")
    parts = {name: texts[number::3] for number, name in enumerate((OLD, LATER, NEW))}
    roots = [annotated(folder / name[:7], folder / "crawl", {name: part}) for name, part in parts.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "start", here)
        deduplicated(roots[0])
    return folder


@pytest.fixture
def datasets(tmp_path, folder):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return [tmp_path / name[:7] for name in (OLD, LATER, NEW)]


def deduplicated(root: Path, *indexes: Path, fuzzy=(0.8,), exact="text", update=False) -> list[dict]:
    run(
        root, DedupSettings(exact=exact, fuzzy=fuzzy), Resources(workers=1), against=indexes, update_index=update,
        allow_large_clusters=True,
    )
    return marks(root)


def forgotten(root: Path) -> None:
    for name in ("index", "duplicates", "ledger/duplicates"):
        shutil.rmtree(root / name, ignore_errors=True)


def test_a_dataset_that_two_indexes_have_counts_once(datasets) -> None:
    old, later, new = datasets
    deduplicated(later, old / "index", update=True)
    expected = deduplicated(new, old / "index")
    assert not all(row["keep_sim0.8"] for row in expected)
    forgotten(new)
    assert deduplicated(new, old / "index", later / "index") == expected
    forgotten(new)
    assert deduplicated(new, old / "index", old / "index") == expected


def test_two_indexes_that_have_a_dataset_from_different_times_are_refused(datasets, folder, texts) -> None:
    old, later, new = datasets
    deduplicated(later, old / "index", update=True)
    annotated(later, folder / "crawl", {LATER: texts[1::3], "2022-50/0001/en_head": ["one more"]})
    deduplicated(later)
    with pytest.raises(UserError, match="from different times, and its documents would count twice"):
        deduplicated(new, old / "index", later / "index")


def test_a_dataset_that_is_not_any_more_what_the_index_has_of_it_is_refused(datasets, tmp_path, texts) -> None:
    old, _, new = datasets
    for name in ("documents", "minhash", "quality_signals", "ledger"):
        shutil.rmtree(old / name)
    (old / "rpdata.json").unlink()
    part = texts[0::3]
    annotated(old, tmp_path / "other", {OLD: [*part[1:], part[0]]})
    with pytest.raises(UserError, match="has changed since it was added to the index"):
        deduplicated(new, old / "index")
    assert not (new / "duplicates").exists()
    run(new, DedupSettings(fuzzy=()), Resources(workers=1), against=[old / "index"], allow_large_clusters=True)


def test_pairs_that_are_known_may_be_replaced_while_they_are_used_and_before_a_run_goes_on(
    datasets, monkeypatch
) -> None:
    old, _, new = datasets
    expected = deduplicated(new, old / "index")
    forgotten(new)
    passing = stages.passing

    def replaced(point: str) -> None:
        if point == "evidence done" and not (new / "replaced").exists():
            (new / "replaced").touch()
            deduplicated(old, fuzzy=(0.9,))

    monkeypatch.setattr(stages, "passing", replaced)
    assert deduplicated(new, old / "index") == expected

    def stopped(point: str) -> None:
        if point == "evidence done":
            raise KeyboardInterrupt

    forgotten(new)
    forgotten(old)
    monkeypatch.setattr(stages, "passing", passing)
    deduplicated(old)
    monkeypatch.setattr(stages, "passing", stopped)
    with pytest.raises(KeyboardInterrupt):
        deduplicated(new, old / "index")
    monkeypatch.setattr(stages, "passing", passing)
    deduplicated(old, fuzzy=(0.9,))
    assert deduplicated(new, old / "index") == expected


def test_known_pairs_of_which_some_are_gone_are_found_anew(datasets) -> None:
    old, _, new = datasets
    again = {"against": [old / "index"], "allow_large_clusters": True}
    expected = run(new, DedupSettings(), Resources(workers=1), **again).fuzzy
    rows = marks(new)
    forgotten(new)
    shutil.rmtree(old / "index" / "edges" / "text-jaccard" / "edges-0.8" / "keys-0.8")
    (found,) = run(new, DedupSettings(), Resources(workers=1), **again).fuzzy
    assert marks(new) == rows
    assert found.compared > expected[0].compared


def test_a_dataset_that_has_moved_is_the_one_that_its_index_knows(datasets) -> None:
    old, later, new = datasets
    expected = deduplicated(later, old / "index", update=True)
    moved = later.rename(later.with_name("moved"))
    forgotten(moved)
    assert deduplicated(moved, old / "index", update=True) == expected
    assert {each.dataset for each in Index.load(old / "index").segments} == {old, moved}
    assert deduplicated(new, old / "index")


def test_an_index_without_other_documents_is_refused(datasets) -> None:
    old, *_ = datasets
    with pytest.raises(UserError, match="there is nothing to compare with"):
        deduplicated(old, old / "index")


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_damaged_overlay_is_made_anew_and_does_not_stand_in_the_way(datasets, damage) -> None:
    old, *_ = datasets
    path = old / "duplicates" / f"{OLD}.parquet"
    content = path.read_bytes()
    damage(path)
    deduplicated(old)
    assert path.read_bytes() == content


def test_of_a_cluster_with_many_leaders_no_copy_is_kept_beside_its_original(tmp_path) -> None:
    words = [f"word{number}" for number in range(3000)]
    chain = [" ".join(words[start:start + 400]) for start in range(0, 2400, 12)]
    root = annotated(tmp_path / "out", tmp_path / "crawl", {OLD: [*chain, *chain]})
    found = run(root, DedupSettings(fuzzy=(0.7,)), Resources(workers=1), allow_large_clusters=True)
    assert found.fuzzy[0].unresolved > 0
    for row in marks(root):
        assert row["exact_keep"] or not row["keep_sim0.7"]


def test_what_is_done_is_not_refused_for_want_of_room(datasets, monkeypatch) -> None:
    old, _, new = datasets
    monkeypatch.setattr(plans, "free_bytes", lambda root: 1000)
    deduplicated(old)
    with pytest.raises(UserError, match="are free"):
        deduplicated(new)


@pytest.mark.parametrize(("point", "stage"), [("candidates done", "candidates"), ("edges done", "edges-0.8")])
def test_what_a_worker_that_died_left_half_written_is_passed_over(datasets, monkeypatch, point, stage) -> None:
    _, later, _ = datasets
    planted = []

    def left(name: str) -> None:
        if name == point:
            folder = next((later / "index" / "work").glob(f"*/{stage}/*/[!.]*"))
            planted.append(folder.with_name(f".{folder.name}.{'0' * 32}.tmp"))
            planted[-1].mkdir()

    monkeypatch.setattr(stages, "passing", left)
    deduplicated(later)
    assert planted


def test_a_file_of_the_overlay_that_is_gone_is_made_anew(datasets) -> None:
    (old, *_), name = datasets, f"duplicates/{OLD}.parquet"
    before = (old / name).read_bytes()
    (old / name).unlink()
    deduplicated(old)
    assert (old / name).read_bytes() == before


def test_a_dataset_that_was_moved_is_told_by_its_new_name(datasets) -> None:
    moved = datasets[0].rename(datasets[0].with_name("moved"))
    found = run(moved, DedupSettings(), Resources(workers=1))
    assert (found.output, found.units_done_before) == (str(moved), 1)


def test_what_decides_is_part_of_the_state(monkeypatch) -> None:
    seen = []
    monkeypatch.setattr(comparison, "hash_of", lambda path: seen.append(path.name) or "")
    comparison.code_hash.__wrapped__()
    assert {"settings.py", "duplicates_columns.py", "election.py", "band_keys.py"} <= set(seen)
    before = comparison.code_hash.__wrapped__()
    monkeypatch.setattr(comparison, "kernel_hash", lambda: "of other kernels")
    assert comparison.code_hash.__wrapped__() != before


def test_the_work_of_a_run_that_was_killed_at_its_very_end_is_removed_by_the_next(datasets) -> None:
    old, _, _ = datasets
    state = json.loads((old / "index" / "found.json").read_text())["state"]
    (old / "index" / "work" / state).mkdir(parents=True)
    deduplicated(old)
    assert not (old / "index" / "work" / state).exists()


def test_an_empty_digest_is_none(tmp_path) -> None:
    records = [{"raw_content": f"text {number}", "digest": digest} for number, digest in enumerate(["", "", "A", "A"])]
    root = annotated(tmp_path / "out", tmp_path / "crawl", {OLD: records})
    assert [row["exact_keep"] for row in deduplicated(root, exact="payload")] == [True, True, True, False]


def test_numbers_beyond_those_that_a_double_has_exactly_are_preferred_as_any() -> None:
    ranks = Preference("signal:x", "quality_signals", "x").ranks(pa.array([3, (1 << 60) + 1, None]))
    assert ranks[1] < ranks[0]
    assert np.isnan(ranks[2])


def test_evidence_that_does_not_fit_is_refused_before_it_is_written(datasets, monkeypatch) -> None:
    _, _, new = datasets
    usage = shutil.disk_usage(new)
    monkeypatch.setattr(chosen.shutil, "disk_usage", lambda folder: usage._replace(free=10_000))
    monkeypatch.setattr(runs, "refuse_what_cannot_end", lambda plan: None)
    with pytest.raises(CannotFinish, match="Make room and run the same command again"):
        deduplicated(new)
    assert not list((new / "index" / "work").glob("*/evidence"))
    monkeypatch.undo()
    monkeypatch.setattr(runs, "start", here)
    assert deduplicated(new)

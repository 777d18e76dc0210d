"""`rpdata dedup`: what is removed is like what is kept, and the bytes are the same however the work was done."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from rpdata.dataset import Dataset
from rpdata.dedup import run as runs
from rpdata.dedup.index.catalogue import Index
from rpdata.dedup.run import recluster, run
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from tests.command import contents, rpdata
from tests.crawls import PATIENT
from tests.dedup.annotated import annotated, here, marks
from tests.dedup.exact_jaccard import shingles
from tests.dedup.planted import Counts, plant

ONE = Resources(workers=1)
OLD, NEW = ("2022-49/0000/en_head", "2022-49/0001/en_head"), ("2023-06/0000/de_head", "2023-06/0000/en_head")
SHORT = "Only a few words."


@pytest.fixture(scope="module")
def texts():
    """A planted corpus with exact copies, short documents and empty ones."""
    planted = plant(Counts(unrelated=20, edited=25, templates=2, quotations=4, translations=4, chains=8), seed=3)
    found = planted.texts
    rng = np.random.default_rng(3)
    copies = [found[number] for number in rng.integers(0, len(found), 12)]
    mixed = [*found, *copies, SHORT, SHORT, SHORT.upper(), "", "", "Another short one."]
    return [mixed[number] for number in rng.permutation(len(mixed))]


@pytest.fixture(scope="module")
def parts(texts):
    """The texts dealt out to partitions of two snapshots."""
    names = (*OLD, *NEW)
    return {name: texts[number::len(names)] for number, name in enumerate(names)}


@pytest.fixture(scope="module")
def dataset(parts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dedup")
    return annotated(folder / "out", folder / "crawl", parts)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(runs, "start", here)


@pytest.fixture
def copy(dataset, tmp_path):
    shutil.copytree(dataset, tmp_path / "out")
    return tmp_path / "out"


def deduplicated(root: Path, **options) -> list[dict]:
    settings = DedupSettings(**options.pop("settings", {}))
    run(root, settings, ONE, allow_large_clusters=True, **options)
    return marks(root)


def in_order(parts, names=(*OLD, *NEW)) -> list[str]:
    return [text for name in names for text in parts[name]]


def similarity(one: str, other: str) -> float:
    sets = shingles(one), shingles(other)
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1]) if sets[0] | sets[1] else float(one == other)


@pytest.mark.parametrize("keep", ["first", "longest", "newest", "signal:rps_doc_word_count"])
def test_what_goes_is_as_similar_as_it_says_to_a_document_that_stays(copy, parts, keep) -> None:
    rows, texts = deduplicated(copy, settings={"keep": keep, "fuzzy": (0.7, 0.9)}), in_order(parts)
    for threshold in (0.7, 0.9):
        clusters: dict[int, list[int]] = {}
        for number, row in enumerate(rows):
            clusters.setdefault(row[f"cluster_id_sim{threshold}"], []).append(number)
        gone = [number for number, row in enumerate(rows) if not row[f"keep_sim{threshold}"]]
        assert len(gone) > 30
        for members in clusters.values():
            assert {rows[number][f"cluster_size_sim{threshold}"] for number in members} == {len(members)}
        for number in gone:
            told = rows[number][f"jaccard_to_kept_sim{threshold}"]
            kept = [n for n in clusters[rows[number][f"cluster_id_sim{threshold}"]] if rows[n][f"keep_sim{threshold}"]]
            assert told >= threshold
            assert told in {similarity(texts[number], texts[other]) for other in kept}
        for row in rows:
            assert (row[f"jaccard_to_kept_sim{threshold}"] is None) == row[f"keep_sim{threshold}"]


def test_exact_copies_are_those_of_equal_texts_and_the_first_stays(copy, parts) -> None:
    rows, texts = deduplicated(copy), in_order(parts)
    first: dict[str, int] = {}
    for number, text in enumerate(texts):
        first.setdefault(text, number)
        assert rows[number]["exact_keep"] == (first[text] == number)
        assert rows[number]["exact_group"] == rows[first[text]]["exact_group"]
    assert len({row["exact_group"] for row in rows}) == len(first)


def test_normalised_copies_and_payloads(tmp_path: Path) -> None:
    records = [
        {"raw_content": SHORT, "digest": "sha1:A"}, {"raw_content": SHORT.upper(), "digest": "sha1:B"},
        {"raw_content": "something else", "digest": "sha1:A"},
    ]
    root = annotated(tmp_path / "out", tmp_path / "crawl", {"2023-06/0000/en_head": records})
    assert [row["exact_keep"] for row in deduplicated(root, settings={"exact": "text"})] == [True, True, True]
    assert [row["exact_keep"] for row in deduplicated(root, settings={"exact": "normalised"})] == [True, False, True]
    payload = deduplicated(root, settings={"exact": "payload"})
    assert [row["exact_keep"] for row in payload] == [True, True, False]
    assert [row["keep_sim0.8"] for row in payload] == [True, True, True]     # the texts have nothing in common
    assert "exact_keep" not in deduplicated(root, settings={"exact": "none"})[0]


def test_unverified_clusters_keep_one_document_each(copy) -> None:
    rows = deduplicated(copy, settings={"verify": "none"})
    for row in rows:
        cluster = [other for other in rows if other["cluster_id_sim0.8"] == row["cluster_id_sim0.8"]]
        assert sum(other["keep_sim0.8"] for other in cluster) == 1
        assert row["jaccard_to_kept_sim0.8"] is None


def test_a_second_run_finds_the_work_done_and_another_question_is_worked_on(copy) -> None:
    settings = DedupSettings()
    first = run(copy, settings, ONE, allow_large_clusters=True)
    before = contents(copy), [path.stat().st_mtime_ns for path in sorted((copy / "duplicates").rglob("*.parquet"))]
    again = run(copy, settings, ONE, allow_large_clusters=True)
    after = contents(copy), [path.stat().st_mtime_ns for path in sorted((copy / "duplicates").rglob("*.parquet"))]
    assert before == after
    assert (first.units_done_before, again.units_done_before, again.units) == (0, 4, 4)
    assert (again.fuzzy, again.safety) == (first.fuzzy, first.safety)
    other = run(copy, DedupSettings(fuzzy=(0.9,)), ONE, allow_large_clusters=True)
    assert other.units_done_before == 0
    assert "keep_sim0.8" not in marks(copy)[0]


def test_other_values_of_the_signal_that_prefers_are_another_question(copy) -> None:
    words = DedupSettings(keep="signal:rps_doc_word_count")
    run(copy, words, ONE, allow_large_clusters=True)
    assert run(copy, words, ONE, allow_large_clusters=True).units_done_before == 4
    entry = copy / "ledger" / "quality_signals" / f"{NEW[0]}.json"
    told = json.loads(entry.read_text())
    told["partitions"][NEW[0]]["xxh3"] = "of a file with other values"
    entry.write_text(json.dumps(told))
    assert run(copy, words, ONE, allow_large_clusters=True).units_done_before == 0


def overlay(root: Path) -> dict[str, bytes]:
    folder = root / "duplicates"
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


@pytest.fixture(scope="module")
def expected(dataset, tmp_path_factory):
    """The overlay of the whole, as one process makes it."""
    root = tmp_path_factory.mktemp("expected") / "out"
    shutil.copytree(dataset, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "start", here)
        deduplicated(root)
    return overlay(root)


@pytest.mark.parametrize("workers", [1, 3])
def test_the_command_writes_the_same_bytes_with_any_number_of_workers(copy, expected, workers) -> None:
    result = rpdata("dedup", copy, "--workers", workers, "--allow-large-clusters", "--quiet")
    assert result.returncode == 0, result.stderr
    assert overlay(copy) == expected
    assert not (copy / "index" / "work").exists()


POINTS = ("keys done", "candidates done", "evidence done", "exact done", "edges done", "clusters done",
          "survivors done", "tallies done", "nothing marked yet", "one file renamed:2", "marks done")


@pytest.mark.parametrize("point", POINTS if PATIENT else ("edges done", "nothing marked yet", "one file renamed:2"))
def test_killed_after_any_stage_the_same_command_ends_with_the_same_bytes(copy, expected, point) -> None:
    options = ("dedup", copy, "--workers", 1, "--allow-large-clusters", "--quiet")
    killed = rpdata(*options, RPDATA_KILL_AT=f"{point}@{copy}.killed")
    if "renamed" not in point:      # that is in a worker, which is replaced
        assert killed.returncode == -9
    assert Path(f"{copy}.killed").exists()
    result = rpdata(*options)
    assert result.returncode == 0, result.stderr
    assert overlay(copy) == expected


@pytest.fixture(scope="module")
def halves(parts, tmp_path_factory):
    """The two snapshots as datasets of their own."""
    folder = tmp_path_factory.mktemp("halves")
    return (
        annotated(folder / "old", folder / "crawl", {name: parts[name] for name in OLD}),
        annotated(folder / "new", folder / "crawl", {name: parts[name] for name in NEW}),
    )


def test_against_an_index_new_documents_fare_as_in_a_joint_run(halves, expected, tmp_path) -> None:
    old, new, other = copies_of(halves, tmp_path)
    deduplicated(old)
    before = overlay(old)
    found = run(new, DedupSettings(), ONE, against=[old / "index"], allow_large_clusters=True)
    assert overlay(new) == {name: content for name, content in expected.items() if name.startswith("2023-06")}
    assert overlay(old) == before
    shutil.rmtree(old / "index" / "edges")
    anew = run(other, DedupSettings(), ONE, against=[old / "index"], allow_large_clusters=True)
    assert overlay(other) == overlay(new)
    assert found.fuzzy[0].clusters == anew.fuzzy[0].clusters
    assert found.fuzzy[0].compared < anew.fuzzy[0].compared     # what the index knows is not compared again


def copies_of(halves, folder: Path) -> list[Path]:
    """The older half, and the newer one twice."""
    names = {"old": halves[0], "new": halves[1], "other": halves[1]}
    return [Path(shutil.copytree(half, folder / name)) for name, half in names.items()]


def test_reclustering_an_updated_index_brings_all_datasets_to_the_joint_run(halves, expected, tmp_path) -> None:
    old, new = (Path(shutil.copytree(half, tmp_path / half.name)) for half in halves)
    deduplicated(new)
    deduplicated(old, against=[new / "index"], update_index=True)       # the older one comes second
    recluster(new / "index", DedupSettings(), ONE, allow_large_clusters=True)
    assert overlay(old) | overlay(new) == expected


def test_an_index_keeps_what_was_added_to_it_when_its_own_dataset_is_deduplicated_again(halves, tmp_path) -> None:
    old, new = (Path(shutil.copytree(half, tmp_path / half.name)) for half in halves)
    deduplicated(old)
    deduplicated(new, against=[old / "index"], update_index=True)
    deduplicated(old, settings={"fuzzy": (0.8, 0.9)})
    assert {each.dataset for each in Index.load(old / "index").segments} == {old, new}


def test_an_index_that_was_updated_serves_a_third_dataset_and_itself_again(halves, parts, tmp_path) -> None:
    old, new = (Path(shutil.copytree(half, tmp_path / half.name)) for half in halves)
    third = annotated(tmp_path / "third", tmp_path / "crawl", {"2024-10/0000/en_head": parts[NEW[1]]})
    deduplicated(old)
    deduplicated(new, against=[old / "index"], update_index=True)
    once = overlay(new)
    deduplicated(new, against=[old / "index"], update_index=True)
    assert overlay(new) == once
    rows = deduplicated(third, against=[old / "index"])
    assert not any(row["exact_keep"] for row in rows)
    assert not any(row["keep_sim0.8"] for row in rows)


def test_the_command_that_is_named_asks_for_what_was_asked_for(copy) -> None:
    chosen = {"fuzzy": (0.7, 0.9), "verify": "signature", "keep": "longest"}
    deduplicated(copy, settings=chosen)
    with pytest.raises(UserError, match=re.escape("--fuzzy 0.7,0.8,0.9 --verify signature --keep longest")):
        Dataset.open(copy).scan(deduplicated=0.8)
    next((copy / "duplicates").rglob("*.parquet")).unlink()
    named = f"rpdata dedup {copy} --fuzzy 0.7,0.9 --verify signature --keep longest"
    with pytest.raises(UserError, match=re.escape(named)):
        Dataset.open(copy)


def test_a_dataset_that_was_moved_is_called_as_it_is_now(copy) -> None:
    run(copy, DedupSettings(), ONE, allow_large_clusters=True)
    moved = copy.rename(copy.with_name("moved"))
    assert run(moved, DedupSettings(), ONE, allow_large_clusters=True).output == str(moved)


def test_no_more_pairs_are_confirmed_than_compared(copy) -> None:
    (found,) = run(copy, DedupSettings(), ONE, allow_large_clusters=True).fuzzy
    assert 0 < found.edges <= found.compared


def test_what_yields_to_others_has_to_be_kept_there(halves, tmp_path) -> None:
    old, new = (Path(shutil.copytree(half, tmp_path / half.name)) for half in halves)
    deduplicated(old)
    deduplicated(new, against=[old / "index"])
    with pytest.raises(UserError, match="was marked --against these documents"):
        deduplicated(old, against=[new / "index"])
    deduplicated(new)
    deduplicated(old, settings={"keep": "longest"})
    with pytest.raises(UserError, match="was marked with --keep longest"):
        deduplicated(new, against=[old / "index"])
    rows = [*deduplicated(old, against=[new / "index"]), *marks(new)]
    kept = {row["exact_group"] for row in rows if row["exact_keep"]}
    assert kept == {row["exact_group"] for row in rows}


def test_what_cannot_be_compared_is_refused_before_work(halves, dataset, tmp_path) -> None:
    old, new = (Path(shutil.copytree(half, tmp_path / half.name)) for half in halves)
    with pytest.raises(UserError, match="is not an index"):
        deduplicated(new, against=[old / "index"])
    deduplicated(old, settings={"exact": "none"})
    with pytest.raises(UserError, match=re.escape("has no exact-text, but ids, keys-0.8")):
        deduplicated(new, against=[old / "index"])
    with pytest.raises(UserError, match="always the one that stays"):
        deduplicated(new, against=[old / "index"], settings={"keep": "longest"})
    with pytest.raises(UserError, match="name one, --against INDEX"):
        deduplicated(new, update_index=True)
    deduplicated(old)
    shutil.copytree(old, tmp_path / "twin")
    with pytest.raises(UserError, match="duplicates of themselves"):
        deduplicated(tmp_path / "twin", against=[old / "index"])
    path = old / "index" / "index.json"
    path.write_text(path.read_text().replace('"sha1"', '"xxh3"'))
    with pytest.raises(UserError, match=r"with minhash_hash xxh3, .* dataset with minhash_hash sha1"):
        deduplicated(new, against=[old / "index"])
    path.write_text("{")
    with pytest.raises(UserError, match=r"index\.json cannot be read"):
        deduplicated(new, against=[old / "index"])
    assert not (new / "duplicates").exists()


def test_a_dataset_that_is_not_annotated_to_its_end_is_refused(copy) -> None:
    (copy / "ledger" / "minhash" / f"{NEW[1]}.json").unlink()
    with pytest.raises(UserError, match=r"1 of 4 units of .* are not annotated yet .*2023-06/0000/en_head"):
        deduplicated(copy)
    assert not (copy / "duplicates").exists()


def test_all_alike_none_alike_and_none_at_all(tmp_path: Path, texts) -> None:
    long = next(text for text in texts if len(text) > 500)
    alike = annotated(tmp_path / "alike", tmp_path / "a", {"2023-06/0000/en_head": [long] * 40})
    rows = deduplicated(alike)
    assert [row["keep_sim0.8"] for row in rows] == [True] + [False] * 39
    assert {row["cluster_size_sim0.8"] for row in rows} == {40}
    unlike = annotated(tmp_path / "unlike", tmp_path / "b", {"2023-06/0000/en_head": ["one", "two", long]})
    assert all(row["keep_sim0.8"] and row["exact_keep"] for row in deduplicated(unlike))
    empty = annotated(tmp_path / "empty", tmp_path / "c", {"2023-06/0000/en_head": []})
    with pytest.raises(UserError, match="has no documents"):
        deduplicated(empty)


def test_a_scan_leaves_out_what_is_not_kept(copy) -> None:
    rows = deduplicated(copy)
    kept = [row["doc_id"] for row in rows if row["keep_sim0.8"]]
    assert Dataset.open(copy).scan(columns=["doc_id"], deduplicated=0.8).collect()["doc_id"].to_list() == kept

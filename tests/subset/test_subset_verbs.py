"""A subset is a dataset: every verb works on it, and what would not be true of it is refused."""

import json
import shutil
from pathlib import Path
from unittest import mock

import datasets
import polars as pl
import pyarrow as pa
import pytest
from command import rpdata
from dedup.annotated import annotated, here
from keeping import LONG, SENTENCE, TEXTS, digest, keeping

import rpdata as package
from rpdata.annotate.refresh import refresh
from rpdata.annotate.run import run as annotate
from rpdata.annotate.settings import Settings
from rpdata.dataset import Dataset
from rpdata.decide import Recipe, all_of, drop_lines, line, rule
from rpdata.dedup.run import run as dedup
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.resources import Resources
from rpdata.errors import Refused, UserError
from rpdata.export import export_redpajama
from rpdata.filter import with_deduplication
from rpdata.hub.comparison import refuse_another_dataset
from rpdata.hub.push import obstacle
from rpdata.hub.selection import select
from rpdata.manifest import Manifest
from rpdata.redpajama_tree.import_run import import_redpajama
from rpdata.subset.edited import kept_lines, narrowed

ONE = Resources.of(1, None, None)
LANGUAGE = "2023-06/0000/en_head"
COPIES = {LANGUAGE: [*TEXTS[LANGUAGE][:8], *TEXTS[LANGUAGE][:4]], "2023-06/0001/de_head": TEXTS[LANGUAGE][1:3]}
MINE = 'from rpdata.decide import Recipe, col, rule\nmine = Recipe("m", rule("any", col("rps_doc_word_count") >= 1))\n'
WORDS = drop_lines("few words", line("rps_lines_num_words") < 5)
LONG_ONES = Recipe("long", LONG)
EDITED = Recipe("edited", WORDS & rule("enough", line("rps_lines_num_words").sum() >= 20))


def refreshed(root: Path) -> None:
    with mock.patch("rpdata.annotate.work.start", here):
        refresh(root, {}, resources=ONE)


def deduplicate(root: Path) -> None:
    with mock.patch("rpdata.dedup.run.start", here):
        dedup(root, DedupSettings(fuzzy=()), ONE)


def texts(root: Path) -> dict[str, str]:
    frame = Dataset.open(root).scan(["documents"]).select("doc_id", "raw_content").collect()
    assert isinstance(frame, pl.DataFrame)
    return dict(frame.iter_rows())


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verbs")
    return annotated(folder / "out", folder / "crawl", COPIES)


@pytest.fixture(scope="module")
def kept(out: Path) -> Path:
    """What the command keeps of each cluster, after copies were found."""
    (out.parent / "mine.py").write_text(MINE)
    deduplicate(out)
    run = rpdata("filter", out, "-r", f"{out.parent}/mine.py:mine", "--deduplicated", "exact", "-o", out.parent / "k",
                 "--workers", 1, "--json")
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert [each["rule"] for each in told["rules"]] == ["deduplicated.exact", "any"]
    assert told["subset"]["written"] == told["kept"]["documents"]
    return out.parent / "k"


@pytest.fixture(scope="module")
def edited(out: Path) -> Path:
    """A recipe that drops lines; and what is left has its signals."""
    keeping(out, EDITED, out.parent / "edited")
    return out.parent / "edited"


def test_the_command_keeps_one_document_of_every_cluster(out, kept):
    found = texts(kept)
    assert len(found) == len(set(found.values()))
    assert set(found.values()) == {text for text in texts(out).values() if text}
    assert Dataset.open(kept).overlays.keys() == {"quality_signals", "minhash"}
    assert Manifest.load(kept).subset["command"] == \
        f"rpdata filter {out} --recipe {out.parent}/mine.py:mine --deduplicated exact"


def test_signals_are_up_to_date_and_another_run_computes_none(kept):
    before = digest(kept)
    refreshed(kept)
    assert digest(kept) == before


def test_it_is_deduplicated_filtered_and_kept_of_again(kept, tmp_path):
    deduplicate(kept)
    keeping(kept, with_deduplication(LONG_ONES, "exact"), tmp_path / "again")
    assert set(texts(tmp_path / "again")) < set(texts(kept))


def test_it_is_loaded_as_any_dataset(kept, tmp_path):
    found = texts(kept)
    rows = package.load_dataset(str(kept), split="train", cache_dir=str(tmp_path / "cache"))
    assert {row["doc_id"]: row["raw_content"] for row in rows} == found
    documents = datasets.load_dataset(str(kept), name="documents", split="train", cache_dir=str(tmp_path / "hub"))
    assert documents["doc_id"] == list(found)


def test_it_is_exported_and_published_but_not_over_the_dataset_that_it_is_of(out, kept, tmp_path):
    assert export_redpajama(kept, tmp_path / "rp").documents == len(texts(kept))
    selection = select(kept)
    assert obstacle(selection, incomplete=False) is None
    repository = mock.Mock(manifest=lambda: Manifest.load(out))
    repository.name = "user/name"
    with pytest.raises(Refused, match="what a recipe keeps of a dataset, and that dataset, do not share a repository"):
        refuse_another_dataset(repository, kept, selection, {"rpdata.json": mock.Mock(sha256="0")})


def test_nothing_is_read_into_it(out, kept, tmp_path):
    file = out.parent / "crawl" / f"{LANGUAGE}.json.gz"
    (tmp_path / "tree" / "documents" / LANGUAGE).parent.mkdir(parents=True)
    shutil.copy(file, tmp_path / "tree" / "documents" / f"{LANGUAGE}.json.gz")
    before = digest(kept)
    command = rf"rpdata filter {out} --recipe {out.parent}/mine.py:mine --deduplicated exact --output {kept}"
    message = rf"is what mine keeps of {out}: its documents come from there.\n.* keep again: {command}\n"
    with pytest.raises(UserError, match=message):
        annotate([str(file)], Settings(kept), resources=ONE)
    with pytest.raises(UserError, match=message):
        import_redpajama(tmp_path / "tree", kept, resources=ONE)
    assert digest(kept) == before


def test_what_was_published_stays_so_but_of_edited_text_it_is_measured(out, tmp_path):
    root = Path(shutil.copytree(out, tmp_path / "out"))
    manifest = Manifest.load(root)
    for step in ("documents from ccnet", "quality_signals", "minhash"):
        manifest.replace(step, {**manifest.configurations[step], "imported": "redpajama"})
    manifest.save(root)
    keeping(root, LONG_ONES, tmp_path / "kept")
    with pytest.raises(UserError, match=rf"comes back with: rpdata filter {root} --recipe r --output {tmp_path}/kept"):
        refreshed(tmp_path / "kept")
    keeping(root, EDITED, tmp_path / "edited")
    refreshed(tmp_path / "edited")
    assert Dataset.open(tmp_path / "edited").status().complete


@pytest.mark.parametrize("level", ["0.85", "copies", "true"])
def test_a_level_that_nothing_was_found_for_is_refused(level):
    with pytest.raises(UserError, match=r"neither 'exact' nor a similarity: 0.7, 0.8, 0.9, 1.0"):
        with_deduplication(LONG_ONES, level)


def test_edited_text_has_the_lines_that_are_left_and_says_where_they_were(out, edited):
    before = texts(out)
    frame = Dataset.open(edited).scan(["documents"]).collect()
    assert isinstance(frame, pl.DataFrame)
    assert len(frame) > 5
    for row in frame.to_dicts():
        text = before[row["doc_id"]]
        lines = [each for each in text.splitlines(keepends=True) if SENTENCE in each]
        assert row["raw_content"] == "".join(lines)
        spans = zip(row["kept_start"], row["kept_end"], strict=True)
        assert "".join(text[start:end] for start, end in spans) == row["raw_content"]
        assert (row["length"], row["nlines"]) == (len(row["raw_content"]), len(lines))
        assert (row["original_length"], row["original_nlines"]) == (len(text.encode()), text.count("\n") + 1)


def test_what_models_said_of_a_text_is_not_said_of_a_part_of_it(tmp_path):
    root = annotated(tmp_path / "out", tmp_path / "crawl", {LANGUAGE: [f"Menu\n{SENTENCE}\n{SENTENCE}", SENTENCE]})
    keeping(root, Recipe("bare", all_of(WORDS)), tmp_path / "kept")
    frame = Dataset.open(tmp_path / "kept").scan(["documents"]).collect()
    assert isinstance(frame, pl.DataFrame)
    assert frame.select("language", "language_score", "perplexity", "bucket").rows() == [
        ("en", None, None, None), ("en", 0.9, 100.0, "head")      # which lost no line
    ]


def test_a_document_without_a_line_left_is_dropped_and_counted(out, tmp_path):
    summary = keeping(out, Recipe("bare", all_of(WORDS)), tmp_path / "bare")
    bare = sum(SENTENCE not in text for text in texts(out).values())
    assert summary.dropped == {"no line left by bare": bare}
    assert bare > 0
    assert summary.written == summary.read - bare


def test_edited_text_is_measured_as_it_is_and_edited_again(out, edited, tmp_path):
    card = (edited / "README.md").read_text()
    assert "config_name: documents\n  data_files: documents/**/*.parquet\n  default: true" in card
    assert "quality_signals" not in card
    assert obstacle(select(edited), incomplete=False) is None
    with pytest.raises(UserError, match=rf"rps_doc_word_count.*\n?.*rpdata compute-signals {edited}"):
        keeping(edited, LONG_ONES, tmp_path / "no")
    refreshed(edited)
    assert Dataset.open(edited).status().complete
    assert "config_name: quality_signals" in (edited / "README.md").read_text()
    measured = annotated(tmp_path / "fresh", tmp_path / "crawl", {
        part: [{"raw_content": text} for name, text in texts(edited).items() if name.startswith(part)]
        for part in COPIES
    })
    one, other = (
        Dataset.open(each).scan(["quality_signals"]).select("rps_doc_word_count", "line_end").collect()
        for each in (edited, measured)
    )
    assert one.equals(other)
    first = drop_lines("first", line("line_start") == 0)
    keeping(edited, Recipe("twice", all_of(first)), tmp_path / "twice")
    before = texts(out)
    frame = Dataset.open(tmp_path / "twice").scan(["documents"]).collect()
    assert isinstance(frame, pl.DataFrame)
    assert len(frame) > 3
    for row in frame.to_dicts():
        spans = zip(row["kept_start"], row["kept_end"], strict=True)
        assert "".join(before[row["doc_id"]][start:end] for start, end in spans) == row["raw_content"]
    keeping(out, EDITED, edited)        # again: what was computed since stays
    assert Dataset.open(edited).status().complete


def test_lines_that_were_numbered_before_keep_their_numbers():
    kept = kept_lines(pl.Series([[0, 5, 9], [0], None]), pa.array([[0, 9], [], None], pa.list_(pa.int32())))
    told = narrowed(pa.array([[2, 4, 7, 8], [0], None], pa.list_(pa.int32())), kept)
    assert told.to_pylist() == [[2, 7, 8], [], None]

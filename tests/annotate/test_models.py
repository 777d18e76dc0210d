"""Artefacts that feed signals: the columns that they feed are computed, whenever they come, and no others."""

import json

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from rpdata.annotate import Settings, run, scorers, unit
from rpdata.annotate.models import Models, put, what
from rpdata.annotate.refresh import refresh_unit, settings_of
from rpdata.artefacts.folder import collected, store
from rpdata.dataset import Dataset
from rpdata.engine.resources import Resources
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest
from rpdata.signals import CATALOGUE
from rpdata.sources import ReadOptions
from tests.command import contents, rpdata

FED = {"rps_doc_ldnoobw_words", "rpdata_doc_ldnoobw_words"}
BUCKETS = 100


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    """Lists of words in two languages, and an importance of one."""
    folder = tmp_path_factory.mktemp("artefacts")
    for language, words in {"en": "water\nthe house\n", "de": "wasser\n"}.items():
        (folder / "words.txt").write_text(words)
        store(
            folder / "models", f"bad_words.{language}", "bad_words", language, {"words.txt": folder / "words.txt"},
            facts={}, made={},
        )
    for seed, name in enumerate(("target", "source")):
        np.save(folder / f"{name}.npy", np.random.default_rng(seed).integers(1, 99, BUCKETS))
    (folder / "means.json").write_text('{"target": 90.0, "source": 110.0}')
    files = {name: folder / name for name in ("target.npy", "source.npy", "means.json")}
    facts = {"hash": "xxh3", "buckets": BUCKETS}
    store(folder / "models", "importance.books.en", "importance", "en", files, facts=facts, made={})
    return folder / "models"


@pytest.fixture(scope="module")
def crawl(repository):
    """English and German pages, and some in other languages."""
    return [
        *[next((repository / "sample_data/wet").glob(f"*-{language}.*")) for language in ("en", "de", "other")],
        "--snapshot", "2026-34", "--languages", "de,all",
        "--language-model", repository / "sample_data/artefacts/languages.bin",
    ]


@pytest.fixture(scope="module")
def from_the_start(crawl, collection, tmp_path_factory):
    output = tmp_path_factory.mktemp("start") / "out"
    result = rpdata("compute-signals", *crawl, "--output", output, "--artefacts", collection)
    assert result.returncode == 0, result.stderr
    return output


def counts(root):
    columns = ["doc_id", "language", "raw_content", *FED, "rps_doc_books_importance"]
    return Dataset.open(root).scan(["documents", "quality_signals"], columns=columns).collect()


def test_documents_are_measured_by_the_artefacts_of_their_language(from_the_start):
    found = counts(from_the_start)
    water = {"en": r"\bwater\b", "de": r"\bwasser\b"}
    for language, pattern in water.items():
        pages = found.filter(language=language)
        words = pages["raw_content"].str.to_lowercase().str.count_matches(pattern)
        assert words.sum() > 0
        assert (pages["rps_doc_ldnoobw_words"] >= words).all()
    others = found.filter(~pl.col("language").is_in(["en", "de"]))
    assert others.height > 0
    assert others["rpdata_doc_ldnoobw_words"].null_count() == others.height
    assert (others["rps_doc_ldnoobw_words"] == 0).all()
    by_language = found.group_by("language").agg(pl.col("rps_doc_books_importance").null_count() == pl.len())
    assert {language for language, absent in by_language.iter_rows() if not absent} == {"en"}


def test_the_card_names_the_artefacts(from_the_start, collection):
    card = (from_the_start / "README.md").read_text()
    for name, stored in collected(collection).items():
        assert f"| `{name}` | `{stored.sha256[:12]}` |" in card


def test_an_artefact_that_comes_later_gives_the_same_bytes_and_leaves_documents_alone(
    crawl, collection, from_the_start, tmp_path
):
    output = tmp_path / "out"
    assert rpdata("compute-signals", *crawl, "--output", output).returncode == 0
    steps = ("documents", "minhash")
    files = {path: path.stat().st_mtime_ns for step in steps for path in (output / step).rglob("*")}
    for given in (collection / "bad_words.en", collection):
        result = rpdata("compute-signals", output, "--artefacts", given)
        assert result.returncode == 0, result.stderr
    assert {path: path.stat().st_mtime_ns for path in files} == files
    assert contents(output) == contents(from_the_start)


def test_only_what_an_artefact_feeds_is_computed(crawl, collection, from_the_start, tmp_path, monkeypatch):
    asked = []
    compute = unit.compute

    def noting(names, *rest):
        asked.append(list(names))
        return compute(names, *rest)

    monkeypatch.setattr(unit, "compute", noting)
    monkeypatch.setattr(unit, "measure", None)      # which nothing of this needs
    output = tmp_path / "out"
    assert rpdata("compute-signals", *crawl, "--output", output).returncode == 0
    manifest = Manifest.load(output)
    settings = settings_of(manifest, output, {"bad_words.en": collected(collection)["bad_words.en"]})
    report = refresh_unit(manifest.units[0], settings)
    assert report.documents > 0
    assert {tuple(names) for names in asked} == {tuple(name for name in CATALOGUE if name in FED)}


def test_another_artefact_of_the_name_takes_its_place(crawl, collection, tmp_path):
    output = tmp_path / "out"
    assert rpdata("compute-signals", *crawl, "--output", output, "--artefacts", collection).returncode == 0
    before = counts(output)
    (tmp_path / "words.txt").write_text("zzzz\n")
    files = {"words.txt": tmp_path / "words.txt"}
    other = store(tmp_path / "models", "bad_words.en", "bad_words", "en", files, facts={}, made={})
    alone = rpdata("compute-signals", output, "--artefacts", tmp_path / "models")
    assert alone.returncode == 2, "the column is of all languages, and the German list is not here"
    assert "bad_words.de" in alone.stderr
    result = rpdata("compute-signals", output, "--artefacts", collection, "--artefacts", tmp_path / "models")
    assert result.returncode == 0, result.stderr
    told = next(line for line in result.stdout.splitlines() if line.startswith("Artefacts: "))
    assert told.startswith("Artefacts: bad_words.de, bad_words.en, importance.books.en (3); replaced: ")
    assert f"bad_words.en of {collection}, bad_words.en of the dataset" in told
    after = counts(output)
    assert (after.filter(language="en")["rps_doc_ldnoobw_words"] == 0).all()
    assert after.filter(language="de").equals(before.filter(language="de"))
    told = json.loads((output / "rpdata.json").read_text())["configurations"]["quality_signals"]["artefacts"]
    assert told["bad_words.en"] == other.sha256


def test_units_that_come_later_need_what_the_dataset_was_begun_with(crawl, repository, collection, from_the_start):
    before = contents(from_the_start)
    french = next((repository / "sample_data/wet").glob("*-fr.*"))
    result = rpdata("compute-signals", french, *crawl[3:], "--output", from_the_start)
    assert result.returncode == 2
    assert "bad_words.de" in result.stderr
    assert "--artefacts" in result.stderr
    assert contents(from_the_start) == before
    again = rpdata("compute-signals", *crawl, "--output", from_the_start)
    assert again.returncode == 0, again.stderr
    assert contents(from_the_start) == before


def test_a_damaged_artefact_stops_the_run_before_it_begins(crawl, collection, tmp_path):
    (tmp_path / "words.txt").write_text("x\n")
    files = {"words.txt": tmp_path / "words.txt"}
    stored = store(tmp_path / "models", "bad_words.en", "bad_words", "en", files, facts={}, made={})
    (stored.folder / "words.txt").write_text("y\n")
    result = rpdata("compute-signals", *crawl, "--output", tmp_path / "out", "--artefacts", tmp_path / "models")
    assert result.returncode == 2
    assert "words.txt is damaged or was replaced" in result.stderr
    assert not list(Ledger(tmp_path / "out").entries())


def test_values_are_put_where_their_rows_are():
    before = pa.array([None, 1, None, 3], pa.int32())
    assert put(pa.array([7, 8], pa.int32()), np.array([0, 2]), before).to_pylist() == [7, 1, 8, 3]
    assert what("importance.books.en") == "importance.books"
    assert what("domains.ut1") == "domains.ut1"
    assert what("lm.de") == "lm"


def test_no_artefacts_feed_nothing():
    assert Models().fed() == {}


def test_the_code_of_a_kind_is_that_of_all_modules_that_it_scores_with(monkeypatch):
    read = []
    content = scorers.content
    monkeypatch.setattr(scorers, "content", lambda path: read.append(path.stem) or content(path))
    scorers.code.__wrapped__("classifier")
    assert {"scorers", "classifier", "fasttext_model", "fasttext_scan", "fasttext_words", "fasttext_file"} <= set(read)
    read.clear()
    scorers.code.__wrapped__("lm")
    assert {"scorers", "perplexity", "cutoffs", "kenlm_model", "pieces"} <= set(read)
    assert not {"folder", "registry", "store"} & set(read)


def test_an_artefact_that_another_run_brought_meanwhile_stays(tmp_path, collection, monkeypatch):
    (tmp_path / "t.jsonl").write_text('{"text": "the house and the water"}\n' * 3)
    given = [str(tmp_path / "t.jsonl")], Settings(tmp_path / "out", ReadOptions(language="en"))
    options = {"snapshot": "s", "resources": Resources(1)}
    run(*given, **options)
    with_model = Settings.with_model

    def slowly(settings, *rest):
        other = rpdata("compute-signals", tmp_path / "out", "--artefacts", collection / "bad_words.en")
        assert other.returncode == 0, other.stderr
        return with_model(settings, *rest)

    monkeypatch.setattr(Settings, "with_model", slowly)
    run(*given, **options)
    assert "bad_words.en" in Manifest.load(tmp_path / "out").configurations["quality_signals"]["artefacts"]
    assert "rps_doc_ldnoobw_words" in Dataset.open(tmp_path / "out").columns("quality_signals")

"""`compute-signals --for-recipe`: models see fewer documents, and the recipe decides as if they had seen all."""

import json
import shutil
from dataclasses import replace

import polars as pl
import pytest

from rpdata.annotate.cascade import Cascade
from rpdata.annotate.refresh import refresh_unit, settings_of
from rpdata.annotate.saving import Saving
from rpdata.artefacts.folder import collected
from rpdata.dataset import Dataset
from rpdata.decide import Recipe, any_of, col, drop_lines, line, quantile, rule
from rpdata.decide.columns import kinds_of, scan_columns, sources_of
from rpdata.decide.evaluate import decide
from rpdata.decide.tune import tune
from rpdata.errors import UserError
from rpdata.for_recipe import limits, recipe_of
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest
from rpdata.recipe_names import recipe_named
from rpdata.redpajama_tree.load import load_dataset
from tests.command import contents, rpdata

LONG = rule("long", col("rps_doc_word_count") >= 150)
GERMAN = rule("german", col("language").is_in(["de"]))
CLEAN = rule("clean", col("rps_doc_frac_no_alph_words") <= 0.2)
PALM = rule("palm", col("rps_doc_ml_palm_score") >= 0.5)
WIKIPEDIA = rule("wikipedia", col("rps_doc_ml_wikipedia_score") >= 0.5)
NEAR = rule("near", col("ccnet_perplexity") <= 1000)
LINES = rule("lines", col("rps_lines_ending_with_terminal_punctution_mark").sum() / col("ccnet_nlines") >= 0.3)
BOOKS = rule("books", col("rps_doc_books_importance") / col("rps_doc_word_count") >= -1)
SHORT_LINES = drop_lines("short", line("rps_lines_num_words") < 3)
AFTER = rule("after", line("rps_lines_num_words").sum() >= 160)

RECIPES = [
    Recipe("joined", LONG & PALM),
    Recipe("either", (LONG | PALM) & CLEAN & (LINES | WIKIPEDIA)),
    Recipe("opposites", ~(PALM & LONG) & ~(WIKIPEDIA | ~LONG)),
    Recipe("languages", (LONG & PALM).for_language("de", WIKIPEDIA & LINES)),
    Recipe("edited", PALM & SHORT_LINES & AFTER),
    Recipe("certain", LONG & PALM & any_of(BOOKS, NEAR & LINES, GERMAN), unknown="drop"),
]
FILE = """
from rpdata.decide import Recipe, col, rule
LONG = rule("long", col("rps_doc_word_count") >= 150)
joined = Recipe("any_name", LONG & rule("palm", col("rps_doc_ml_palm_score") >= 0.5))
"""


@pytest.fixture(scope="module")
def artefacts(repository):
    return repository / "sample_data/artefacts/models"


@pytest.fixture(scope="module")
def ran(repository, artefacts, tmp_path_factory):
    """A crawl with models for a recipe: the folder, and what was printed."""
    folder = tmp_path_factory.mktemp("cascade")
    (folder / "mine.py").write_text(FILE)
    crawl = [repository / f"sample_data/cc_net/2026-34/0000/{name}.json.gz" for name in ("en_tail", "de_head")]
    result = rpdata(
        "compute-signals", *crawl, "--output", folder / "out", "--artefacts", artefacts, "--workers", 1, "--json",
        "--for-recipe", f"{folder / 'mine.py'}:joined",
    )
    assert result.returncode == 0, result.stderr
    return folder / "out", json.loads(result.stdout)


def brought_up_to_date(ran, artefacts, folder, recipe=None):
    """A copy of the dataset, computed for another recipe, or for all documents; and what that spared."""
    root = folder / "out"
    shutil.copytree(ran[0], root)
    manifest = Manifest.load(root)
    settings = settings_of(manifest, root, collected(artefacts))["ccnet"]
    settings = replace(settings, for_recipe=recipe)
    manifest.replace("quality_signals", settings.signals_configuration())
    manifest.save(root)
    saving = Saving()
    for unit in manifest.units:
        saving.add(refresh_unit(unit, {"ccnet": settings}).saving)
    return root, saving


@pytest.fixture(scope="module")
def whole(ran, artefacts, tmp_path_factory):
    """The same dataset with every document measured."""
    return brought_up_to_date(ran, artefacts, tmp_path_factory.mktemp("whole"))[0]


def kept(root, recipe):
    columns = {**kinds_of(recipe.steps), "doc_id": "text"}
    frame = Dataset.open(root).scan(["quality_signals"], list(columns), for_recipe=recipe.hash).collect()
    return decide(recipe, frame).keep.tolist()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_the_recipe_keeps_what_it_keeps_where_models_saw_every_document(ran, whole, artefacts, tmp_path, recipe):
    root, saving = brought_up_to_date(ran, artefacts, tmp_path, recipe)
    assert kept(root, recipe) == kept(whole, recipe)
    assert saving.skipped > 0 or recipe == RECIPES[0]       # which is as it was: nothing is done
    entries = list(Ledger(root).entries("quality_signals"))
    everything = Dataset.open(whole).scan(["quality_signals"]).collect()
    now = Dataset.open(root).scan(["quality_signals"], for_recipe=recipe.hash).collect()
    limited = [name for name, version in entries[0].columns.items() if recipe_of(version)]
    assert {"rps_doc_ml_palm_score", "ccnet_perplexity"} <= {*limited}
    others = [name for name in now.columns if name not in limited]
    assert now.select(others).equals(everything.select(others))
    spared = now["rps_doc_books_importance"].is_null() & everything["rps_doc_books_importance"].is_not_null()
    assert 0 < spared.sum() <= sum(entry.skipped for entry in entries)
    assert not (spared.to_numpy() & kept(whole, recipe)).any()
    same = now.filter(~spared).select(limited), everything.filter(~spared).select(limited)
    assert same[0]["rps_doc_ml_palm_score"].equals(same[1]["rps_doc_ml_palm_score"])


def test_a_run_from_the_start_spares_what_a_later_one_does(ran, artefacts, tmp_path, whole):
    told = ran[1]
    assert told["for_recipe"] == "joined"
    assert 0 < told["skipped"] == told["saving"]["skipped"] < told["written"]
    again, _ = brought_up_to_date((whole, {}), artefacts, tmp_path, RECIPES[0])
    assert {name: value for name, value in contents(again).items() if "sample" not in name and "README" not in name} \
        == {name: value for name, value in contents(ran[0]).items() if "sample" not in name and "README" not in name}


def test_columns_for_one_recipe_are_refused_to_others_and_to_those_that_ask_for_none(ran, tmp_path):
    root = ran[0]
    dataset = Dataset.open(root)
    way_out = r"computed for the recipe joined .*(?s:.*)rpdata compute-signals .* without --for-recipe"
    other = RECIPES[0].replace("long", low=100)
    for read in (
        lambda: dataset.scan(),
        lambda: dataset.scan(columns=["rps_doc_ml_palm_score"]),
        lambda: scan_columns(dataset, PALM.columns),
        lambda: Recipe("fit", quantile("ccnet_perplexity", at_most=0.5)).fit(dataset),
        lambda: dataset.scan(["quality_signals"], for_recipe=other.hash),
    ):
        with pytest.raises(UserError, match=way_out):
            read()
    assert dataset.scan(columns=["doc_id", "rps_doc_word_count"]).collect().height == ran[1]["written"]
    with pytest.raises(UserError, match=way_out):
        tune(dataset, RECIPES[0], "long")       # which would let documents in that no model has seen
    assert tune(dataset, RECIPES[0], "palm").curves
    stricter = GERMAN & RECIPES[0]
    assert sources_of(dataset, kinds_of(stricter.rules), stricter.readers)
    export = rpdata("export", root, "--output", tmp_path / "exported")
    assert export.returncode == 2
    assert "cannot export" in export.stderr


def test_status_card_and_sample_tell(ran):
    root = ran[0]
    assert Manifest.load(root).configurations["quality_signals"]["for_recipe"]["hash"] == RECIPES[0].hash
    [sentence] = Dataset.open(root).status().limits
    assert f"for the recipe joined ({RECIPES[0].hash[:12]}) only" in sentence
    assert f"about {ran[1]['skipped']:,} of {ran[1]['written']:,} documents" in sentence
    assert sentence in (root / "README.md").read_text()
    sample = pl.read_parquet(root / "sample/sample.parquet")["quality_signals"]
    assert all("rps_doc_word_count" in row and "rps_doc_ml_palm_score" not in row for row in sample)
    rows = load_dataset(str(root), languages=["de"], streaming=True)["train"]
    assert all("rps_doc_ml_palm_score" not in row["quality_signals"] for row in rows)


def test_what_could_spare_nothing_is_refused(ran, tmp_path):
    fed = {"classifier.palm": "x"}
    columns = ["line_start", "rps_doc_word_count", "rps_doc_ml_palm_score"]
    with pytest.raises(UserError, match=r"has to|depends on all documents .*(?s:.*)recipe.fit"):
        Cascade.of(Recipe("best", LONG & quantile("rps_doc_ml_palm_score", at_least=0.9)), columns, fed)
    with pytest.raises(UserError, match=r"no model feeds a signal"):
        Cascade.of(RECIPES[0], columns, {})
    with pytest.raises(UserError, match=r"none of its rules can be told without models \(palm\)"):
        Cascade.of(Recipe("late", PALM), columns, fed)
    (tmp_path / "mine.py").write_text(FILE)
    assert recipe_named(f"{tmp_path / 'mine.py'}:joined") == RECIPES[0]


def test_of_a_subset_nobody_says_how_many_documents_no_model_was_asked_about(ran):
    manifest, entries = Manifest.load(ran[0]), list(Ledger(ran[0]).entries())
    (whole,) = limits(manifest, entries)
    manifest.configurations["subset"] = {"recipe": "cheap"}
    (part,) = limits(manifest, entries)
    assert whole.skipped
    assert part.skipped is None
    assert f"no model was asked about some of {part.documents:,} documents" in str(part)

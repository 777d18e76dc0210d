"""The sample's own models fill every signal, and are what their script makes of the sample's texts."""

import json

import polars as pl
import pytest
from command import rpdata

from rpdata.artefacts.folder import collected
from rpdata.dataset import Dataset
from rpdata.signals import CATALOGUE

LANGUAGES = {"de", "en", "es", "fr", "it"}
SPAM, ARTICLE = "-spam.example", "-journal.example"


@pytest.fixture(scope="module")
def models(repository):
    return repository / "sample_data" / "artefacts" / "models"


@pytest.fixture(scope="module")
def output(repository, models, tmp_path_factory):
    output = tmp_path_factory.mktemp("sample") / "out"
    language_model = repository / "sample_data" / "artefacts" / "languages.bin"
    options = ("--snapshot", "2026-34", "--language-model", language_model, "--artefacts", models)
    result = rpdata("compute-signals", repository / "sample_data" / "wet", *options, "--output", output)
    assert result.returncode == 0, result.stderr
    assert "Not computed" not in result.stdout
    return output


@pytest.fixture(scope="module")
def signals(output):
    return Dataset.open(output).scan(["documents", "quality_signals"]).collect()


def test_every_signal_has_values_in_the_languages_that_it_is_of(signals):
    for name, signal in CATALOGUE.items():
        for language in LANGUAGES & set(signal.languages or LANGUAGES):
            values = signals.filter(language=language)[name]
            assert values.null_count() < len(values) or name == "rps_doc_ut1_blacklist", (name, language)
    assert signals["rps_doc_ut1_blacklist"].drop_nulls().n_unique() > 1


def test_every_language_has_pages_in_head_middle_and_tail(signals):
    found = set(signals.select("language", "ccnet_bucket").unique().iter_rows())
    assert found >= {(language, bucket) for language in LANGUAGES for bucket in (0, 1, 2)}


def test_models_tell_articles_from_advertisements(signals):
    of = [signals.filter(pl.col("source_domain").str.ends_with(end), language="en") for end in (ARTICLE, SPAM)]
    for name, articles_have_more in {
        "ccnet_perplexity": False, "rps_doc_ml_palm_score": True, "rps_doc_ml_wikiref_score": True,
        "rpdata_doc_wikipedia_importance_per_word": True, "rps_doc_ldnoobw_words": False,
    }.items():
        articles, advertisements = (pages[name].median() for pages in of)
        assert (articles > advertisements) == articles_have_more, name
    assert set(of[1]["rpdata_doc_ut1_categories"].explode()) == {"phishing"}


def test_a_document_is_shown_with_what_its_models_say(output, signals):
    spam = signals.filter(pl.col("source_domain").str.ends_with(SPAM)).row(0, named=True)
    shown = rpdata("show", output, spam["doc_id"])
    assert shown.returncode == 0, shown.stderr
    assert "rpdata_doc_ut1_categories" in shown.stdout
    told = json.loads(rpdata("show", output, spam["doc_id"], "--json").stdout)["signals"]
    assert told["rpdata_doc_ut1_categories"]["value"] == ["phishing"]
    assert told["ccnet_perplexity"]["value"] == spam["ccnet_perplexity"]


def test_the_artefacts_are_what_their_script_makes(models, repository, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(repository / "sample_data")
    from train_artefacts import main

    main(tmp_path)
    made, kept = collected(tmp_path), collected(models)
    assert set(made) == set(kept)
    for name, artefact in kept.items():
        artefact.verify()
        if artefact.kind != "classifier":       # whose last digits depend on the processor
            assert made[name].sha256 == artefact.sha256, name

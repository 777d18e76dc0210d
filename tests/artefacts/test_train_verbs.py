"""`rpdata artefacts train`: what is typed reaches the trainers, and what can't be is refused with a sentence."""

import json

import pytest

from rpdata.artefacts.folder import collected
from tests.command import rpdata


@pytest.fixture(scope="module")
def texts(repository):
    return repository / "sample_data" / "texts"


@pytest.fixture(scope="module")
def pages(repository):
    return repository / "sample_data" / "cc_net" / "2026-34" / "0000"


def test_a_language_model_of_several_files(texts, tmp_path):
    result = rpdata(
        "artefacts", "train", "lm", "--language", "en", "--text", texts / "en.txt", texts / "de.txt",
        "--cutoffs-from", texts / "en.txt", "--vocabulary", 200, "--order", 2, "--prune", "0,1", "-o", tmp_path,
    )
    assert result.returncode == 0, result.stderr
    assert f"--artefacts {tmp_path}" in result.stdout.replace("\n", "")
    made = collected(tmp_path)["lm.en"].made
    assert f"from {made['cutoff_documents']} reference documents" in result.stdout
    assert "Warning: those are fewer than 100" in result.stdout
    assert [file["name"] for file in made["texts"]] == ["en.txt", "de.txt"]
    assert made["options"] | {"vocabulary": 200, "order": 2, "prune": [0, 1]} == made["options"]
    assert made["cutoffs_from"] == "reference documents"


def test_a_classifier(pages, tmp_path):
    result = rpdata(
        "artefacts", "train", "classifier", "--language", "de", "--name", "wikipedia", "-o", tmp_path, "--json",
        "--positive", f"wiki={pages}/de_head*", "--negative", f"cc={pages}/de_tail.json.gz", "--epochs", 2,
    )
    assert result.returncode == 0, result.stderr
    (told,) = json.loads(result.stdout)["artefacts"]
    assert told["name"] == "classifier.wikipedia.de"
    assert told["facts"] == {"negative": "__label__cc"}
    assert told["made"]["options"]["epochs"] == 2


def test_importance_of_two_targets(pages, texts, tmp_path):
    result = rpdata(
        "artefacts", "train", "importance", "--language", "en", "-o", tmp_path, "--buckets", 50,
        "--target", f"books={texts}/en.txt", "--target", f"wikipedia={pages}/en_head.json.gz",
        "--source", f"cc={pages}/en_tail.json.gz",
    )
    assert result.returncode == 0, result.stderr
    found = collected(tmp_path)
    assert {name: stored.facts for name, stored in found.items()} == {
        f"importance.{name}.en": {"hash": "xxh3", "buckets": 50} for name in ("books", "wikipedia")
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("lm", "--text", "nowhere.txt"), "nowhere.txt"),
        (("lm", "--text", "README.md"), "README.md"),
        (("lm", "--text", "sample_data/texts/en.txt", "--prune", "many"), "cannot read --prune 'many'"),
        (("lm", "--text", "sample_data/texts/en.txt", "--memory", "lots"), "cannot read the size 'lots'"),
        (("classifier", "--name", "x", "--positive", "wiki", "--negative", "cc=README.md"), "--positive 'wiki'"),
        (("importance", "--target", "books=nowhere.txt", "--source", "cc=nowhere.txt"), "nowhere.txt"),
        (("importance", "--target", "b=README.md", "--source", "c=README.md", "--hash", "xxh"), "did you mean xxh3"),
    ],
)
def test_what_can_not_be_is_refused(repository, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(repository)
    kind, *options = arguments
    result = rpdata("artefacts", "train", kind, "--language", "en", "-o", tmp_path / "models", *options)
    assert result.returncode == 2, result.stdout
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "models").exists() or not list((tmp_path / "models").iterdir())


@pytest.mark.parametrize(
    ("language", "said"),
    [("EN", "lower-case letters"), ("eng", "write en"), ("xx", "unknown language 'xx'"), ("de", "is a dataset")],
)
def test_names_and_places_that_can_not_be_are_refused_before_the_texts_are_read(tmp_path, language, said):
    (tmp_path / "rpdata.json").write_text("{}")
    result = rpdata("artefacts", "train", "lm", "--language", language, "-o", tmp_path, "--text", "nowhere.txt")
    assert result.returncode == 2
    assert said in result.stderr
    assert "nowhere" not in result.stderr


def test_lmplz_that_is_not_there_is_told(texts, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    options = ("--language", "en", "--text", texts / "en.txt", "--vocabulary", 100, "-o", tmp_path / "models")
    result = rpdata("artefacts", "train", "lm", *options, "--with", "lmplz")
    assert result.returncode == 2
    assert "there is no lmplz on the PATH" in result.stderr

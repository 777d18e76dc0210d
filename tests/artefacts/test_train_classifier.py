"""Training classifiers: the same bytes from the same texts, and a clear word where there is nothing to learn."""

import json
import random

import fasttext
import numpy as np
import pyarrow as pa
import pytest

from rpdata.artefacts.classifier import Classifier
from rpdata.artefacts.train_classifier import Options, train
from rpdata.errors import UserError

OPTIONS = Options(dimensions=8, epochs=15, learning_rate=0.5)
GOOD = [f"good{i}" for i in range(200)]
BAD = [f"bad{i}" for i in range(200)]


def write_texts(path, words, texts=200, seed=1):
    draw = random.Random(seed)
    rows = ({"text": " ".join(draw.choices(words, k=12)).replace(" ", "\n", 2)} for _ in range(texts))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [path]


@pytest.fixture
def corpora(tmp_path):
    return {
        "positive": {"wiki": write_texts(tmp_path / "good.jsonl", GOOD)},
        "negative": {"cc": write_texts(tmp_path / "bad.jsonl", BAD)},
    }


def trained(corpora, output, **changes):
    arguments = {"language": "en", "name": "wikiref", "options": OPTIONS, "held_out": 0.2} | changes
    return train(**corpora, output=output, **arguments)


@pytest.mark.parametrize("quantise", [False, True])
def test_the_same_texts_and_seed_give_the_same_bytes_and_weights_that_are_numbers(corpora, tmp_path, quantise):
    first, again = (trained(corpora, tmp_path / name, quantise=quantise) for name in ("one", "two"))
    assert first.files == again.files
    assert first.name == "classifier.wikiref.en"
    assert first.facts == {"negative": "__label__cc"}
    model = fasttext.load_model(str(first.file("model.ftz" if quantise else "model.bin")))
    assert model.is_quantized() == quantise
    if not quantise:
        weights = model.get_input_matrix(), model.get_output_matrix()
        assert all(np.isfinite(matrix).all() and np.abs(matrix).max() < 100 for matrix in weights)
    scores = Classifier.load(first).scores(pa.array([" ".join(GOOD[:9]), " ".join(BAD[:9]), ""])).to_pylist()
    assert scores[0] > 0.9
    assert scores[1] < 0.1
    assert scores[2] is None


def test_another_seed_or_order_of_the_same_texts_gives_other_weights(corpora, tmp_path):
    files = [trained(corpora, tmp_path / str(seed), options=Options(dimensions=8, seed=seed)).files for seed in (1, 2)]
    assert files[0] != files[1]


def test_the_account_tells_how_well_the_texts_held_out_are_told(corpora, tmp_path):
    made = trained(corpora, tmp_path / "models", quantise=True).made
    assert made["texts"] == {"wiki": 200, "cc": 200, "train": 320, "held_out": 80}
    assert set(made["held_out"]) == {"dense", "quantised"}
    for report in made["held_out"].values():
        assert report["texts"] == 80
        assert report["accuracy"] > 0.95
        assert set(report["labels"]) == {"__label__cc", "__label__wiki"}
    assert [entry["name"] for entry in made["files"]["wiki"]] == ["good.jsonl"]
    assert "held_out" not in trained(corpora, tmp_path / "all", held_out=0).made["held_out"]


def test_a_word_like_a_label_is_no_label(tmp_path, corpora):
    rows = [{"text": f"__label__cc __label__sneaky {word}"} for word in GOOD]
    path = tmp_path / "sneaky.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    stored = trained(corpora | {"positive": {"wiki": [path]}}, tmp_path / "models")
    assert set(fasttext.load_model(str(stored.file("model.bin"))).labels) == {"__label__wiki", "__label__cc"}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"negative": {}}, "one --negative"),
        ({"positive": {}}, "one or more --positive"),
        ({"positive": {"cc": []}}, "both positive and negative"),
        ({"positive": {"a b": []}}, "'a b' is no label"),
        ({"positive": {"wiki": []}}, "no text to train on"),
        ({"name": "Wiki"}, "is no name"),
        ({"held_out": 0.9}, "cannot hold out 0.9"),
        ({"options": Options(learning_rate=1e30)}, "lower learning rate"),
    ],
)
def test_what_cannot_be_trained_is_refused(corpora, tmp_path, changes, complaint):
    arguments = {**corpora, "language": "en", "name": "wikiref", "output": tmp_path / "models"} | changes
    with pytest.raises(UserError, match=complaint):
        train(**arguments)
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": 2**31}, {"epochs": 0}, {"learning_rate": float("nan")}])
def test_numbers_that_cannot_be_are_refused(wrong):
    with pytest.raises(UserError, match="fastText cannot train with"):
        Options(**wrong)


def test_texts_of_white_space_are_no_texts(corpora, tmp_path):
    blank = tmp_path / "blank.jsonl"
    blank.write_text(json.dumps({"text": " \n "}) + "\n")
    with pytest.raises(UserError, match="no text with the label wiki"):
        trained(corpora | {"positive": {"wiki": [blank]}}, tmp_path / "models")


def test_a_label_whose_texts_are_all_held_out_is_told(corpora, tmp_path):
    one = write_texts(tmp_path / "one.jsonl", GOOD, texts=1)
    deals_it_out = Options(dimensions=8, seed=1)
    with pytest.raises(UserError, match="no text of __label__wiki is left to train on"):
        trained(corpora | {"positive": {"wiki": one}}, tmp_path, options=deals_it_out, held_out=0.5)


def test_too_few_words_to_quantise_are_told(tmp_path):
    corpora = {
        "positive": {"wiki": write_texts(tmp_path / "good.jsonl", GOOD[:9])},
        "negative": {"cc": write_texts(tmp_path / "bad.jsonl", BAD[:9])},
    }
    with pytest.raises(UserError, match="needs 256 different words"):
        trained(corpora, tmp_path / "models", quantise=True)

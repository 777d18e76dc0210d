"""Our reader of fastText's models answers as the library does, whatever the model and whatever the text."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import fasttext
import numpy as np
import pyarrow as pa
import pytest
from golden import edge_documents, edge_golden
from hypothesis import example, given
from hypothesis import strategies as st
from text.nasty import ALPHABETS, texts

from rpdata.artefacts.fasttext_file import NotAModelError, read
from rpdata.artefacts.fasttext_model import FastText, warm_up
from rpdata.artefacts.fasttext_words import LONGEST_REMEMBERED, REMEMBERED_WORDS, ROWS_AT_ONCE
from rpdata.errors import UserError
from tests.artefacts.tiny_models import LABELS, SHAPES, VOCABULARY

CLOSE = 1e-5
JOINS = {"delete": lambda text: text.replace("\n", ""), "space": lambda text: " ".join(text.splitlines()).strip()}
CLASSIFIERS = {"en": "wikiref", "de": "wikipedia", "es": "wikipedia", "fr": "wikipedia", "it": "wikipedia"}


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    """A folder with one model of each shape."""
    folder = tmp_path_factory.mktemp("models")
    script = Path(__file__).with_name("tiny_models.py")
    subprocess.run([sys.executable, script, folder], env=os.environ | {"MALLOC_PERTURB_": "255"}, check=True)
    return folder


@pytest.fixture(scope="module")
def pairs(models):
    """Of each shape our reader and the library's."""
    return {name: (FastText.load(models / name), fasttext.load_model(str(models / name))) for name in SHAPES}


def check(ours: FastText, library, documents: Iterable[str], join: str) -> None:
    """Equal labels, unless the library's best two are as good as equal; equal probabilities, what it adds included."""
    documents = list(documents)
    labels, probabilities = ours.predict(pa.array(documents, pa.string()), join)
    assert (labels.dtype, probabilities.dtype) == (np.int32, np.float32)
    for text, label, probability in zip(documents, labels, probabilities, strict=True):
        best = library.f.predict(JOINS[join](text) + "\n", 2, 0.0, "strict") if text else []
        if not best:
            assert (label, probability) == (-1, 0)
            continue
        assert abs(probability - best[0][0]) <= CLOSE, text
        if len(best) == 1 or best[0][0] - best[1][0] > CLOSE:
            assert ours.labels[label] == best[0][1], text


words = st.one_of(
    st.sampled_from(VOCABULARY),
    st.sampled_from(["</s>", "__label__1", "__label__", "__label__nobody", "</s", "<", ">", "_", "</s>x"]),
    st.text("".join(ALPHABETS.values()), min_size=1, max_size=12),
    st.text("ba漢", min_size=50, max_size=90),      # on both sides of what is remembered
)
white_space = st.sampled_from([*" \n\t\0\v\f\x1c\x1f\x85\xa0\u2028", "\r\n", " \n"])
lines = st.lists(st.tuples(words, white_space), max_size=25).map(lambda parts: "".join(w + s for w, s in parts))


@given(st.lists(st.one_of(lines, texts), min_size=1, max_size=6))
@example(["", "\n", " ", "\0", "\u3000", "a", "</s>", "a </s> b", "__label__1", "<", "\n\na\nb", "\u2029a\u3000\x1f"])
@example([VOCABULARY[3] + "\n" + VOCABULARY[4], "a" * LONGEST_REMEMBERED, "a" * (LONGEST_REMEMBERED + 1)])
@example(["ba" * ROWS_AT_ONCE + " x", "ba " * ROWS_AT_ONCE, "\n" * 100 + "ba"])
def test_labels_and_probabilities_are_those_of_the_library(pairs, documents):
    for ours, library in pairs.values():
        for join in JOINS:
            check(ours, library, documents, join)


def test_the_models_have_the_shapes_that_they_are_for(models):
    files = {name: read(models / name) for name in SHAPES}
    assert {file.loss for file in files.values()} == {1, 2, 3, 4}
    assert {file.words_together for file in files.values()} == {1, 2, 3}
    assert {name for name, file in files.items() if file.kept is not None} == {"pruned.ftz", "words-alone.ftz"}
    assert len(files["words-alone.ftz"].kept) == 0 < len(files["pruned.ftz"].kept)
    assert files["output.ftz"].output.norms is not None
    assert files["norms-tree.ftz"].input.norms is not None
    assert all(len(file.entries.labels) == LABELS for file in files.values())


def test_more_words_than_are_remembered_change_nothing(pairs):
    ours, library = pairs["tree.bin"]
    many = [" ".join(f"{n:x}{n % 7}" for n in range(i, REMEMBERED_WORDS * 5 // 4, 40)) for i in range(40)]
    check(ours, library, [*many, *many[:5]], "delete")


def test_batches_are_independent_of_how_arrow_keeps_them_and_of_threads(pairs):
    ours, _ = pairs["pruned.ftz"]
    documents = [f"{a} {b}" for a, b in pairwise(VOCABULARY)]
    whole = ours.predict(pa.array(documents), "space")
    large = ours.predict(pa.array(documents, pa.large_string()), "space")
    np.testing.assert_array_equal(whole, large)
    with ThreadPoolExecutor(4) as threads:
        slices = [pa.array(documents).slice(i, 10) for i in range(0, len(documents), 10)]
        parts = list(threads.map(lambda texts: ours.predict(texts, "space"), slices))
    np.testing.assert_array_equal(whole, np.concatenate(parts, axis=1))
    assert [len(column) for column in ours.predict(pa.array([], pa.string()), "space")] == [0, 0]


def test_what_is_warmed_up_is_what_every_model_needs(pairs):
    """Kernels are compiled for the types of one call: another type would be an error."""
    warm_up()
    for ours, library in pairs.values():
        check(ours, library, VOCABULARY[:3], "space")


@pytest.mark.parametrize("name", ["tree.bin", "output.ftz", "pruned.ftz"])
def test_a_model_that_was_cut_short_or_goes_on_is_refused(name, models, tmp_path):
    content = (models / name).read_bytes()
    torn = tmp_path / "torn"
    for size in {*range(120), *range(120, len(content), 1009), len(content) - 1}:
        torn.write_bytes(content[:size])
        with pytest.raises(UserError, match="torn is not a model of fastText, or not a whole one"):
            FastText.load(torn)
    torn.write_bytes(content + b"\0")
    with pytest.raises(NotAModelError, match="goes on behind its weights"):
        read(torn)


@given(st.data())
def test_a_model_with_wrong_bytes_is_refused_or_answers(models, tmp_path_factory, data):
    """No byte of a file makes a kernel look where there is nothing."""
    name = data.draw(st.sampled_from(["norms-tree.ftz", "pruned.ftz", "ngrams.bin"]))
    content = bytearray((models / name).read_bytes())
    places = st.one_of(st.integers(0, 200), st.integers(0, len(content) - 1))
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=3)):
        content[place] = byte
    path = tmp_path_factory.getbasetemp() / "odd"
    path.write_bytes(content)
    try:
        ours = FastText.load(path)
    except UserError:
        return
    labels, probabilities = ours.predict(pa.array([" ".join(VOCABULARY[:50]), "", "a"]), "delete")
    assert labels[1] == -1
    assert ((labels >= -1) & (labels < len(ours.labels))).all()
    assert np.isfinite(probabilities).all()


def test_weights_that_are_no_numbers_are_refused_before_a_text_is_asked_about(models, tmp_path):
    content = bytearray((models / "words.bin").read_bytes())
    content[-4:] = np.float32(np.nan).tobytes()
    (tmp_path / "nan.bin").write_bytes(content)
    with pytest.raises(UserError, match="its weights are not all numbers"):
        FastText.load(tmp_path / "nan.bin")


def test_word_vectors_and_other_files_are_refused_by_name(tmp_path):
    with pytest.raises(UserError, match=r"gone\.bin cannot be read: No such file"):
        FastText.load(tmp_path / "gone.bin")
    with pytest.raises(UserError, match="does not begin like one of fastText"):
        FastText.load(Path(__file__))


def as_signal(ours: FastText, documents: list[str]) -> list[float | None]:
    """The reference's score: the probability of what is not the common crawl, in 8 decimals."""
    labels, probabilities = ours.predict(pa.array(documents, pa.string()), "space")
    return [
        None if label < 0 else round(float(1 - p if ours.labels[label] == "__label__cc" else p), 8)
        for label, p in zip(labels, probabilities, strict=True)
    ]


@pytest.mark.parametrize("language", CLASSIFIERS)
def test_the_references_classifiers_give_the_references_scores(language, shared):
    name = CLASSIFIERS[language]
    golden = shared / "golden"
    ours = FastText.load(golden / "artifacts" / "classifiers" / language / f"{name}.model.bin")
    documents, wanted = [], []
    for document, expected in reference(golden, language):
        documents.append(document["raw_content"])
        [[_, _, value]] = expected["quality_signals"][f"rps_doc_ml_{name}_score"]
        wanted.append(value)
    assert len(wanted) > 100
    for found, value in zip(as_signal(ours, documents), wanted, strict=True):
        assert found == value or abs(found - value) < 1e-6


def reference(golden: Path, language: str):
    """Documents with what the reference made of them: the hand-made ones and the real ones."""
    for document, expected in zip(edge_documents(), edge_golden(), strict=True):
        if document["language"] == language and "error" not in expected:
            yield document, expected
    for path in sorted((golden / "real" / "input").glob(f"*/*/{language}_*")):
        expected = golden / "real" / "golden" / path.relative_to(golden / "real" / "input")
        [expected] = expected.parent.glob(f"{path.name.partition('.')[0]}.*")
        with gzip.open(path, "rt", encoding="utf-8") as left, gzip.open(expected, "rt", encoding="utf-8") as right:
            yield from zip(map(json.loads, left), map(json.loads, right), strict=True)

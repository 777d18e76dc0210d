"""Pieces are those of the SentencePiece library, for any line and any model, also where two ways are as good."""

import io
import random

import numpy as np
import pyarrow as pa
import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st

from rpdata.artefacts import pieces as pieces_module
from rpdata.artefacts.pieces import PieceModel
from rpdata.text.lm_normalise import normalise_lines
from tests.artefacts.conftest import sentences
from tests.text.nasty import texts

MODELS = {
    "as CCNet's": {},
    "without rules": {"normalization_rule_name": "identity"},
    "few pieces": {"vocab_size": 90},
    "with Hangul and Han": {"character_coverage": 1.0},
    "byte pairs": {"model_type": "bpe"},
    "with a user's symbols": {"user_defined_symbols": ["the", "of the"]},
    "bytes for what is unknown": {"byte_fallback": True, "vocab_size": 600},
    "spaces behind words": {"treat_whitespace_as_suffix": True},
    "pieces across words": {"split_by_whitespace": False},
    "spaces as they are": {"remove_extra_whitespaces": False},
    "no space before the first word": {"add_dummy_prefix": False},
}
BY_WORDS = {"as CCNet's", "without rules", "few pieces", "with Hangul and Han"}
LINE_ALPHABET = "aeiotn th .,'0▁\u00a0\u2003\u3000\u200b\u00ad\ufeffﬁＡ漢각\u1112\u1161\u11ab★½\ufdfa\ufffd"

lines = st.one_of(texts, st.text(LINE_ALPHABET, max_size=60), st.text("012 ", max_size=200))


@pytest.fixture(scope="session")
def models(tmp_path_factory, repository):
    """Each of MODELS, and the library's."""
    folder = repository / "sample_data" / "texts"
    corpus = [line for name in ("en", "fr", "de") for line in sentences(folder / f"{name}.txt")]
    corpus += [f"{i * i} {i:03}" for i in range(300)]
    place = tmp_path_factory.mktemp("pieces")
    loaded = {}
    for name, options in MODELS.items():
        content = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(normalise_lines(pa.array(corpus)).to_pylist()), model_writer=content, minloglevel=2,
            num_threads=1, **{"vocab_size": 500, "character_coverage": 0.9995, **options},
        )
        path = place / f"{len(loaded)}.model"
        path.write_bytes(content.getvalue())
        loaded[name] = (PieceModel(path), sentencepiece.SentencePieceProcessor(model_proto=content.getvalue()))
    return loaded


def library(processor, documents):
    return [b" ".join(processor.encode(line, out_type=bytes)) for line in documents]


def check(models, name, documents):
    model, processor = models[name]
    assert model.split(pa.array(documents, pa.large_string())) == library(processor, documents)


@pytest.mark.parametrize("name", MODELS)
@given(documents=st.lists(lines, min_size=1, max_size=3))
def test_every_line_has_the_pieces_of_the_library(models, name, documents):
    check(models, name, documents)
    check(models, name, normalise_lines(pa.array(documents)).to_pylist())


def test_which_models_are_cut_word_by_word(models):
    assert {name for name, (model, _) in models.items() if model.by_words} == BY_WORDS


@pytest.mark.parametrize("name", sorted(BY_WORDS))
def test_long_lines_have_the_library_s_pieces_where_sums_lose_their_last_digits(models, name):
    """With float32 sums of 100,000 and more, ways that differ by a hundredth are as good; then it counts anew."""
    rng = random.Random(2)
    numbers = " ".join("".join(rng.choices("01234567", k=rng.randrange(1, 9))) for _ in range(60_000))
    letters = "".join(rng.choices("etaoinshr  ", k=400_000))
    check(models, name, [numbers, "a b", letters, letters.replace(" ", ""), "★漢" * 50_000])


def test_real_text_has_the_pieces_of_the_library_again_and_again(models, repository):
    documents = [path.read_text("utf-8") for path in sorted((repository / "sample_data" / "texts").iterdir())]
    for _ in range(2):
        check(models, "as CCNet's", [*documents, "", "\n".join(documents), " "])
        check(models, "as CCNet's", normalise_lines(pa.array([*documents, ""])).to_pylist())


def test_a_memory_that_is_full_changes_nothing(models, monkeypatch):
    rng = random.Random(7)
    documents = [" ".join("".join(rng.choices("etaoin", k=9)) for _ in range(200)) for _ in range(30)]
    model, processor = models["as CCNet's"]
    expected = library(processor, documents)
    monkeypatch.setattr("rpdata.artefacts.piece_words.WORDS", 64)
    monkeypatch.setattr("rpdata.artefacts.piece_words.PIECES_OF_WORDS", 200)
    model.forget()
    try:
        for start in range(0, 30, 7):
            assert model.split(pa.array(documents[start : start + 7], pa.large_string())) == expected[start:][:7]
    finally:
        monkeypatch.undo()
        model.forget()


def test_parts_slices_and_odd_lines_keep_their_places(models, monkeypatch):
    model, processor = models["as CCNet's"]
    documents = ["first", "with ▁ in it", "", "x" * 300, "▁", "last one"] * 20
    expected = library(processor, documents)
    monkeypatch.setattr(pieces_module, "CHUNK_BYTES", 40)
    array = pa.array(documents, pa.large_string())
    assert model.split(array) == expected
    assert model.split(array[7:90]) == expected[7:90]
    assert model.split(array[:0]) == []
    rows = np.concatenate([rows for rows, _ in model.cut(array)])
    assert sorted(rows.tolist()) == list(range(len(documents)))

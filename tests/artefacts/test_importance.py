"""Importance weights: the reference's values, what can't go together, and artefacts trained here."""

import io
import json
import math
import re
import struct
from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from reference_pages import pages

from rpdata.artefacts.folder import store
from rpdata.artefacts.import_folder import import_folder
from rpdata.artefacts.importance import ImportanceTables
from rpdata.artefacts.train_importance import train
from rpdata.errors import UserError

LANGUAGES = {"en": ["books", "openwebtext", "wikipedia"], "de": ["wikipedia"], "it": ["wikipedia"]}
BUCKETS = 97
BOOKS = ["It was the best of times, it was the worst of times.", "Call me Ishmael.", ""]
CRAWL = ["Buy now! Best price!", "Best price of the times.", "Call us."]


@pytest.fixture(scope="module")
def reference(shared, tmp_path_factory):
    """The reference's artefacts by name."""
    report = import_folder(shared / "golden/artifacts", tmp_path_factory.mktemp("models"))
    return {artefact.name: artefact for artefact in report.stored}


@pytest.mark.parametrize("language", LANGUAGES)
def test_weights_equal_the_references(shared, reference, language):
    targets = LANGUAGES[language]
    tables = ImportanceTables.load({target: reference[f"importance.{target}.{language}"] for target in targets})
    texts, golden = zip(*pages(shared, language), strict=True)
    scores = tables.score(pa.array(texts))
    is_empty = np.array([not text for text in texts])
    assert np.array_equal(scores.code_points == 0, is_empty)
    for target in targets:
        ours = scores.log_ratios[target]
        theirs, corrected = (column(golden, f"rps_doc_{target}_importance{end}") for end in ("", "_length_correction"))
        assert np.array_equal(np.isnan(theirs), is_empty)
        assert np.nanmax(np.abs(ours - theirs)) < 1e-6
        assert np.nanmax(np.abs(ours + scores.length_corrections[target] - corrected)) < 1e-6
        assert np.nanmax(np.abs(theirs - corrected)) > 0


def column(golden, name):
    return np.array([signals[name] for signals in golden], np.float64)      # NaN for None


def write_lines(path, texts):
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return path


@pytest.fixture
def corpora(tmp_path):
    return {"books": [write_lines(tmp_path / "b.jsonl", BOOKS)]}, [write_lines(tmp_path / "c.jsonl", CRAWL)]


def features(text):
    hashes = [xxhash.xxh3_64_intdigest(word.encode()) for word in re.findall(r"\w+|[^\w\s]+", text)]
    return hashes + [xxhash.xxh3_64_intdigest(struct.pack("<2Q", *pair)) for pair in pairwise(hashes)]


def shares(texts):
    counts = Counter(feature % BUCKETS for text in texts for feature in features(text))
    return {bucket: counts[bucket] / counts.total() for bucket in range(BUCKETS)}


def test_what_is_trained_here_scores_by_the_definition(corpora, tmp_path):
    targets, source = corpora
    (books,) = train(targets, source, language="en", output=tmp_path / "models", buckets=BUCKETS)
    assert books.name == "importance.books.en"
    assert books.facts == {"hash": "xxh3", "buckets": BUCKETS}
    assert json.loads(books.file("means.json").read_text()) == {"target": 18 / 3, "source": 15 / 3}
    texts = ["Best of books!", "", " \n", "zzz qqq", "It was the best of times."]
    scores = ImportanceTables.load({"books": books}).score(pa.array(texts))
    ours, theirs = shares(BOOKS), shares(CRAWL)
    expected = [
        sum(math.log(ours[f % BUCKETS] + 1e-8) - math.log(theirs[f % BUCKETS] + 1e-8) for f in features(text))
        for text in texts
    ]
    assert scores.log_ratios["books"] == pytest.approx(expected, abs=1e-9)
    assert scores.raw_words.tolist() == [4, 0, 0, 2, 7]
    per_word = [value / max(words, 1) for value, words in zip(expected, [4, 0, 0, 2, 7], strict=True)]
    assert scores.per_word("books") == pytest.approx(per_word, abs=1e-9)


def test_a_text_repeated_has_the_same_weight_per_word_and_not_the_same_weight(corpora, tmp_path):
    targets, source = corpora
    (books,) = train(targets, source, language="en", output=tmp_path / "models", buckets=BUCKETS)
    once = "the best of times . "
    scores = ImportanceTables.load({"books": books}).score(pa.array([once * 50, once * 5000]))
    assert scores.log_ratios["books"][1] > 90 * scores.log_ratios["books"][0] > 0
    assert scores.per_word("books")[0] == pytest.approx(scores.per_word("books")[1], rel=0.02)


def test_training_again_gives_the_same_artefact_whatever_the_order(corpora, tmp_path):
    targets, source = corpora
    more = write_lines(tmp_path / "d.jsonl", ["One more of the crawl."])
    (first,) = train(targets, [*source, more], language="en", output=tmp_path / "one")
    (again,) = train(targets, [more, *source], language="en", output=tmp_path / "two")
    assert first.sha256 == again.sha256


def test_the_hash_of_the_reference_can_be_asked_for(corpora, tmp_path, shared):
    targets, source = corpora
    (books,) = train(targets, source, language="en", output=tmp_path, buckets=10_000, algorithm="siphash13-seed42")
    counts = np.load(books.file("target.npy"))
    assert counts[2820] == 2        # "the" with PYTHONHASHSEED=42, as the reference has it
    assert counts.sum() == 18 + 16


def test_artefacts_of_another_kind_are_not_mixed(reference, corpora, tmp_path):
    targets, source = corpora
    ours = {"hash function": {}, "number of buckets": {"algorithm": "siphash13-seed42", "buckets": 5000}}
    for what, options in ours.items():
        (books,) = train(targets, source, language="en", output=tmp_path / what[:3], **options)
        with pytest.raises(UserError, match=f"their {what} differs"):
            ImportanceTables.load({"wikipedia": reference["importance.wikipedia.en"], "books": books})
    with pytest.raises(UserError, match="their language differs"):
        ImportanceTables.load({name: reference[f"importance.wikipedia.{name}"] for name in ("en", "de")})


def header(shape):
    """What an array of that shape begins with; nothing follows."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<i8", "fortran_order": False, "shape": shape})
    return file.getvalue()


def spoilt(folder, *, target=None, source=None, means='{"target": 2, "source": 3}', facts=None):
    """An artefact of four buckets, one part of which is wrong."""
    for name, counts in (("target", target), ("source", source)):
        if isinstance(counts, bytes):
            (folder / name).write_bytes(counts)
        else:
            with (folder / name).open("wb") as file:
                np.save(file, np.array([1, 2, 0, 4]) if counts is None else counts)
    (folder / "means").write_text(means)
    files = {"target.npy": folder / "target", "source.npy": folder / "source", "means.json": folder / "means"}
    facts = {"hash": "xxh3", "buckets": 4} | (facts or {})
    return store(folder / "models", "importance.books.en", "importance", "en", files, facts=facts, made={})


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        ({"target": np.arange(5)}, "holds 5 buckets, where the artefact says 4"),
        ({"source": np.arange(5)}, "holds 5 buckets"),
        ({"target": np.zeros(4, np.int64)}, "none is above 0"),
        ({"target": np.array([-1, 2, 3, 4])}, "some are below"),
        ({"target": np.ones((2, 2), np.int64)}, "in one dimension"),
        ({"target": np.ones(4)}, "whole numbers"),
        ({"target": b"\x93NUMPY"}, "no whole array"),
        ({"target": b""}, "no whole array"),
        ({"target": b"PK\x03\x04 an archive"}, "no whole array"),
        ({"target": header((2**50,))}, "no whole array"),
        ({"means": '{"target": 2}'}, "does not hold the two means"),
        ({"means": "[]"}, "does not hold the two means"),
        ({"means": '{"target": 2, "source": 0}'}, "a corpus without words"),
        ({"facts": {"hash": "siphash"}}, "unknown hash function.*did you mean siphash13-seed42"),
        ({"facts": {"buckets": None}}, "the artefact says None"),
    ],
)
def test_an_artefact_that_is_damaged_is_refused(tmp_path, part, complaint):
    artefact = spoilt(tmp_path, **part)
    with pytest.raises(UserError, match=complaint):
        ImportanceTables.load({"books": artefact})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"buckets": 0}, "can't be counted in 0 buckets"),
        ({"algorithm": "xxh64"}, "did you mean xxh3"),
        ({"targets": {}}, "no target"),
        ({"targets": {"Books!": []}}, "is no name"),
        ({"targets": {"books": []}}, "no text to train on"),
        ({"blank": " \n\t"}, "no words to count"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anything_is_written(corpora, tmp_path, change, complaint):
    targets, source = corpora
    if blank := change.pop("blank", None):
        targets = {"books": [write_lines(tmp_path / "blank.jsonl", [blank])]}
    arguments = {"targets": targets, "source": source, "language": "en", "output": tmp_path / "models"} | change
    with pytest.raises(UserError, match=complaint):
        train(**arguments)
    assert not (tmp_path / "models").exists()

"""Hashed features of raw words, against `re` with CPython's own hash, and with the xxhash package."""

import struct
from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import reference
import xxhash
from cpython_hash import CPython
from hypothesis import given
from hypothesis import strategies as st
from nasty import texts

from rpdata.text.codepoints import tables
from rpdata.text.compiled import EntryPoint
from rpdata.text.features import (
    REMEMBERED_WORDS,
    SIPHASH,
    XXH3,
    count_features,
    make_hashing,
    make_raw_scratch,
    score_features,
)
from rpdata.text.hashing import draw_secret
from rpdata.text.siphash import keys_of_seed
from rpdata.text.utf8 import utf8_of
from rpdata.text.xxh3_short import xxh3_any

BUCKETS = 1009
MORE_WORDS_THAN_ARE_REMEMBERED = " ".join(f"w{n % (REMEMBERED_WORDS + 999)}" for n in range(3 * REMEMBERED_WORDS))


@EntryPoint
def run_xxh3(data, start, length):
    return xxh3_any(data, start, length)


@pytest.fixture(scope="module")
def cpython():
    with CPython() as child:
        yield child


def as_kernels_take(documents):
    text, offsets = utf8_of(pa.array(documents, pa.string()))
    return text, offsets, tables().properties


def hashing(algorithm):
    return make_hashing(algorithm, keys_of_seed(42), draw_secret())


def counted(documents, algorithm, buckets=BUCKETS):
    counts = np.zeros(buckets, np.int64)
    text, offsets, properties = as_kernels_take(documents)
    scratch = make_raw_scratch(int(np.diff(offsets).max(initial=0)))
    words = count_features(text, offsets, properties, hashing(algorithm), scratch, counts)
    return {bucket: count for bucket, count in enumerate(counts.tolist()) if count}, words


def xxh3_buckets(text, buckets):
    hashes = [xxhash.xxh3_64_intdigest(word.encode()) for word in reference.RAW_WORD.findall(text)]
    pairs = [xxhash.xxh3_64_intdigest(struct.pack("<2Q", *pair)) for pair in pairwise(hashes)]
    return [feature % buckets for feature in hashes + pairs]


def raw_words(documents):
    return sum(len(reference.RAW_WORD.findall(text)) for text in documents)


@given(st.lists(texts, max_size=5))
def test_buckets_are_those_of_cpythons_hash(cpython, documents):
    assert counted(documents, SIPHASH) == (cpython.buckets(documents, BUCKETS), raw_words(documents))


@given(st.lists(texts, max_size=5))
def test_buckets_are_those_of_xxh3(documents):
    expected = Counter(bucket for text in documents for bucket in xxh3_buckets(text, BUCKETS))
    assert counted(documents, XXH3) == (expected, raw_words(documents))


@pytest.mark.parametrize("buckets", [1, 2, 10_000, 1 << 20])
def test_any_number_of_buckets_and_words_that_were_forgotten_are_counted_right(cpython, buckets):
    text = MORE_WORDS_THAN_ARE_REMEMBERED
    assert counted([text], SIPHASH, buckets)[0] == cpython.buckets([text], buckets)
    assert counted([text], XXH3, buckets)[0] == Counter(xxh3_buckets(text, buckets))


@pytest.mark.parametrize("length", range(1, 40))
def test_xxh3_of_any_length_is_that_of_the_package(length):
    data = bytes((7 * i + length) % 256 for i in range(length))
    room = np.frombuffer(b"\xff" + data + b"\xff" * 64, np.uint8)
    assert int(run_xxh3(room, 1, length)) == xxhash.xxh3_64_intdigest(data)


@given(st.lists(texts, min_size=1, max_size=5))
def test_a_score_is_the_sum_of_the_weights_and_the_same_in_any_batch(documents):
    weights = np.random.default_rng(1).normal(size=(BUCKETS, 3))

    def scored(documents):
        text, offsets, properties = as_kernels_take(documents)
        scores = np.empty((len(documents), 3))
        words, code_points = (np.empty(len(documents), np.int64) for _ in range(2))
        scratch = make_raw_scratch(int(np.diff(offsets).max(initial=0)))
        score_features(text, offsets, properties, hashing(XXH3), scratch, weights, scores, words, code_points)
        return scores, words, code_points

    scores, words, code_points = scored(documents)
    for row, document in enumerate(documents):
        buckets = xxh3_buckets(document, BUCKETS)
        assert scores[row] == pytest.approx(weights[buckets].sum(axis=0), abs=1e-9)
        assert words[row] == raw_words([document])
        assert code_points[row] == len(document)
        assert scored([document])[0].tobytes() == scores[row].tobytes()

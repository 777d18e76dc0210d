"""Sets of shingles equal those of tuples of words, hashed one by one."""

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import example, given
from hypothesis import strategies as st
from nasty import texts
from reference import SHINGLE_WORDS, ngrams, normalise

from rpdata.text import StopLists, measure
from rpdata.text.compiled import kernel
from rpdata.text.minhash import permutations
from rpdata.text.permute import PERMUTATIONS, STEP, minima
from rpdata.text.shingle_sets import NO_WORDS, shingle_sets, sort_distinct

SENTENCE = "The quick brown fox jumps over the lazy dog, while a dozen ÉCLAIRS wait in Ὀδυσσεύς' kitchen: eat them. "


def sets_of(documents: list[str]) -> list[list[int]]:
    offsets, hashes = shingle_sets(pa.array(documents, pa.string()))
    return [part.tolist() for part in np.split(hashes, offsets[1:-1])] if documents else []


def slow_set(text: str) -> list[int]:
    words = normalise(text).split()
    shingles = set(ngrams(words, SHINGLE_WORDS)) or {tuple(words)}
    return sorted(xxhash.xxh3_64_intdigest(" ".join(each).encode()) if each else NO_WORDS for each in shingles)


@given(st.lists(texts, max_size=8))
@example([SENTENCE * 3, SENTENCE, "", "...", "one"])
def test_sets_are_those_of_tuples_of_words(documents):
    assert sets_of(documents) == list(map(slow_set, documents))


def test_long_documents_have_sets_of_their_distinct_shingles_only():
    assert sets_of([SENTENCE * 500]) == [slow_set(SENTENCE * 500)]
    numbers = " ".join(map(str, range(20_000)))
    assert sets_of([numbers]) == [slow_set(numbers)]


def test_signatures_are_the_minima_of_the_sets():
    """Both are made of the same shingles: the xxh3 family's base hashes are the low halves of ours."""
    document = SENTENCE * 2 + "and once more " + SENTENCE
    (hashes,) = sets_of([document])
    _, signatures = measure(pa.array([document]), [None], StopLists({}), "xxh3")
    room = np.concatenate([np.array(hashes, np.uint64).astype(np.uint32), np.zeros(STEP, np.uint32)])
    signature = np.empty(PERMUTATIONS, np.uint32)
    run_minima(room, len(hashes), permutations(), np.empty(PERMUTATIONS, np.uint64), signature)
    assert signatures[0].as_py() == signature.astype(">u4").tobytes()


@kernel
def run_minima(hashes, count, permutations, least, signature):
    minima(hashes, count, permutations, least, signature)


@kernel
def run_sort(hashes):
    return sort_distinct(hashes)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 31, 32, 33, 64, 1000, 20_000])
@pytest.mark.parametrize("bits", [1, 4, 12, 64])
def test_hashes_that_are_not_spread_at_all_are_sorted_too(size, bits):
    random = np.random.default_rng(size)
    low = random.integers(0, 2**bits, size, np.uint64)
    for hashes in (low, ~low):
        expected = np.unique(hashes).tolist()
        assert hashes[: run_sort(hashes)].tolist() == expected


def test_a_short_text_is_like_one_with_the_same_words_and_like_no_other():
    twelve = " ".join("abcdefghijkl")
    one, same, other, longer = sets_of([twelve, twelve.upper() + "!", twelve[:-2], twelve + " m"])
    assert one == same
    assert len({*one, *other, *longer}) == 3


def test_texts_of_any_arrow_array_are_read():
    documents = ["skipped", SENTENCE, "x"]
    expected = sets_of(documents[1:])
    for kind in (pa.string(), pa.large_string()):
        offsets, hashes = shingle_sets(pa.array(documents, kind)[1:])
        assert [part.tolist() for part in np.split(hashes, offsets[1:-1])] == expected
    with pytest.raises(ValueError, match="null"):
        shingle_sets(pa.array(["a", None]))

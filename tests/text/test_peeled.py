"""What a peeled token is, by examples; that the kernels find the same in any text."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.text import StopLists, measure
from tests.text.compare import check
from tests.text.peeled_reference import peel

WORDS = {
    "don't": "do n't", "it’s": "it ’s", "'s": "' s", "n't": "n't", "they'd've": "they'd 've",
    "(well),": "( well ) ,", "U.S.": "U.S.", "J.": "J.", "USA.": "USA .", "É.": "É.", "end.": "end .",
    "...and": "... and", "so....": "so ....", "wait…what": "wait … what", ".net": ". net",
    "well-known": "well - known", "and/or": "and / or", "1990-95": "1990 - 95", "COVID-19": "COVID-19",
    "word—word": "word — word", "a--b": "a -- b", "10:30": "10:30", "-she": "-she", "“-she”": "“ -she ”",
    "@user": "@user", "com/": "com/", "--": "--", "):": ") :", "(-)": "( - )",
    "10g": "10 g", "10G.": "10 G .", "350°F": "350 ° F", "10gs": "10gs", "10gn't": "10 g n't", "I❤you": "I ❤ you",
    "_a_b_": "_ a_b _",
}  # fmt: skip


@pytest.mark.parametrize(("word", "tokens"), WORDS.items())
def test_a_word_falls_into_the_tokens_that_its_definition_says(word, tokens):
    assert peel(word) == tokens.split()
    statistics, _ = measure(pa.array([word, f"a {word}\n"]), [None, None], StopLists({}), None)
    assert statistics.tokens.tolist() == [len(tokens.split()), len(tokens.split()) + 1]


@given(st.lists(st.text("'’nNtTsSdmrevl019gGkm.-/@:…–—\"_(★° aéÉ\n", max_size=200), max_size=6))
def test_tokens_equal_their_definition_where_signs_and_contractions_meet(texts):
    check(texts, ["en"] * len(texts))


@pytest.mark.parametrize("word", ["don't", "U.S.", "10g", "well-known", "“a”", "so...", "word—word", "it’s,", "É."])
def test_a_word_falls_apart_alike_wherever_it_crosses_64_bytes(word):
    documents = [f"{'x' * before} {word} y" for before in range(52, 66)]
    statistics = check(documents, ["en"] * len(documents))
    assert len(set(statistics.tokens.tolist())) == 1

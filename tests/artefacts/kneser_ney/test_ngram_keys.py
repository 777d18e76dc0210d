"""Keys of n-grams are numbers of 128 bits, whose order is that of the n-grams read backwards."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.artefacts.kneser_ney.buckets import contexts_of
from rpdata.artefacts.kneser_ney.count import beginning, push_words
from rpdata.artefacts.kneser_ney.keys import BEGIN, COLUMNS, COUNT, END, HIGH, KEY_BITS, LOW, WORD_BITS
from rpdata.artefacts.kneser_ney.sort import digits, sort_rows

ORDERS = range(1, 9)


def words_of(row: np.ndarray, order: int, bits: int) -> tuple[int, ...]:
    """First to last, by Python's numbers."""
    key = int(row[HIGH]) << 64 | int(row[LOW])
    return tuple(key >> position * bits & (1 << bits) - 1 for position in range(order))


@pytest.mark.parametrize("order", ORDERS)
@given(st.data())
def test_every_position_has_the_words_up_to_it_and_begins_anew_behind_an_end(order: int, data: st.DataObject) -> None:
    bits = min(WORD_BITS, KEY_BITS // order)
    word = st.integers(END, (1 << bits) - 1) | st.just(END)
    numbers = data.draw(st.lists(word, max_size=20))
    cut = data.draw(st.integers(0, len(numbers)))
    rows = np.zeros((len(numbers), COLUMNS), np.uint64)
    context = beginning(order, bits)
    for start, stop in ((0, cut), (cut, len(numbers))):
        push_words(np.array(numbers[start:stop], np.uint32), context, order, bits, rows[start:stop])

    history = [BEGIN] * order
    for number, row in zip(numbers, rows, strict=True):
        history = [*history[1:], number]
        assert words_of(row, order, bits) == tuple(history)
        assert row[COUNT] == 1
        if number == END:
            history = [BEGIN] * order
    for row, key in zip(rows, contexts_of(rows, order, bits), strict=True):
        assert words_of(key, order - 1, bits) == words_of(row, order, bits)[:-1]


@pytest.mark.parametrize("words", [3, 2048, 2049, 1 << 16, 1 << 20, 1 << 24])
@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_sorting_brings_equal_ends_together_and_adds_up(order: int, words: int) -> None:
    bits = min(WORD_BITS, KEY_BITS // order)
    random = np.random.default_rng(words + order)
    grams = [tuple(gram) for gram in random.integers(0, words, (500, order)).tolist()]
    grams += [(*gram[:-1], grams[0][-1]) for gram in grams[:200]] + grams[:100]
    rows = np.zeros((len(grams), COLUMNS), np.uint64)
    for row, gram in zip(rows, grams, strict=True):
        key = sum(word << position * bits for position, word in enumerate(gram))
        row[:] = key >> 64, key & 2**64 - 1, 1

    found = [(words_of(row, order, bits), int(row[COUNT])) for row in sort_rows(rows, digits(order, bits, words))]
    assert found == sorted(Counter(grams).items(), key=lambda gram: gram[0][::-1])

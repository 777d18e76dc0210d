"""Words that someone chose are told apart, and numbered as fast as any others."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pyarrow as pa
import pytest

from rpdata.text import StopLists, TextStats, measure
from rpdata.text.compiled import kernel
from rpdata.text.hashing import Secret, draw_secret, hash_bytes, make_secret, mix
from rpdata.text.numbering import table_size

KNOWN = make_secret(0xA0761D6478BD642F, 0x8EBC6AF09C88C6E3, 0xE7037ED1A0B428DB, 0x9E3779B97F4A7C15)
DIGITS = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz0123456789", np.uint8)
LETTERS = 7


@pytest.fixture
def measure_with(monkeypatch) -> Callable[[Secret, str], TextStats]:
    def run(secret: Secret, text: str) -> TextStats:
        monkeypatch.setitem(measure.__globals__, "_secret", lambda: secret)
        return measure(pa.array([text]), ["en"], StopLists({"en": ["the", "a"]}), None)[0]

    return run


@kernel
def combine(a, b):
    return mix(a, b)


@kernel
def hash_word(data, start, length, secret):
    return hash_bytes(data, start, length, secret)


@kernel
def words_that_crowd(bits, wanted, digits, secret, found):
    """Write the first words of seven digits whose home is in one part of 512 of a table of 2**bits slots."""
    count = 0
    counter = 0
    word = np.zeros(64, np.uint8)
    while count < wanted:
        rest = counter
        for i in range(LETTERS):
            word[i] = digits[rest % digits.size]
            rest //= digits.size
        home = hash_bytes(word, 0, LETTERS, secret) & np.uint64((1 << bits) - 1)
        if home < np.uint64(1 << (bits - 9)):
            found[count] = word[:LETTERS]
            count += 1
        counter += 1


def test_a_zero_in_the_hash_does_not_swallow_what_it_is_multiplied_with():
    """Who knows the secret can make a word whose bytes 24 .. 31 equal what its first 16 bytes come to."""
    start = b"sixteen bytes..."
    low, high = (int.from_bytes(part, "little") for part in (start[:8], start[8:]))
    seed = combine(np.uint64(low) ^ KNOWN.low, np.uint64(high) ^ KNOWN.high ^ np.uint64(40))
    words = [start + b"%08d" % i + int(seed).to_bytes(8, "little") + b"the tail" for i in range(2000)]
    data = np.frombuffer(b"".join(words) + bytes(64), np.uint8)
    assert len({hash_word(data, 40 * i, 40, KNOWN) for i in range(2000)}) == 2000


def test_words_that_crowd_one_part_of_a_table_are_quick_where_the_secret_is_another(measure_with):
    found = np.empty((20_000, LETTERS), np.uint8)
    words_that_crowd(table_size(len(found)).bit_length() - 1, len(found), DIGITS, KNOWN, found)
    text = b" ".join(word.tobytes() for word in found).decode()

    def seconds(secret: Secret) -> float:
        start = time.thread_time()
        assert measure_with(secret, text).unique_words.tolist() == [20_000]
        return time.thread_time() - start

    seconds(KNOWN)      # the kernels are compiled or loaded
    assert min(seconds(draw_secret()) for _ in range(5)) < seconds(KNOWN) / 5


def test_no_result_depends_on_the_secret(measure_with):
    rng = np.random.default_rng(1)
    words = np.array(["the", "a", "The", "été", "x" * 17, "y" * 40, *map(str, range(50))])
    text = "\n".join(" ".join(rng.choice(words, 9)) for _ in range(300)) + " the end" * 20
    first, *others = map(partial(measure_with, text=text), [KNOWN, *(draw_secret() for _ in range(5))])
    for other in others:
        np.testing.assert_equal(vars(other) | {"lines": vars(other.lines)}, vars(first) | {"lines": vars(first.lines)})


def test_each_process_draws_its_own_secret():
    assert draw_secret() != draw_secret()

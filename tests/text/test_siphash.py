"""CPython's hash of strings and pairs, against CPython."""

import numpy as np
import pytest
from cpython_hash import CPython
from hypothesis import given
from hypothesis import strategies as st
from nasty import texts

from rpdata.text.compiled import EntryPoint
from rpdata.text.siphash import PAIR, PRIME_1, PRIME_2, PRIME_5, Keys, hash_pair, hash_string, keys_of_seed, magnitude

MARGIN = bytes(64)
LENGTHS = [text * count for text in ("a", "é", "漢", "😀", "aé", "a漢", "é😀", "aaaé漢") for count in range(1, 33)]
uint64 = st.integers(0, 2**64 - 1)


@EntryPoint
def run_hash_string(data, start, length, keys):
    return hash_string(data, start, length, keys)


@EntryPoint
def run_hash_pair(first, second):
    return hash_pair(first, second)


@EntryPoint
def run_magnitude(digest):
    return magnitude(digest)


@pytest.fixture(scope="module")
def cpython():
    with CPython() as child:
        yield child


def signed(number):
    return number - 2**64 if number >> 63 else number


def ours(text):
    data = text.encode()
    room = np.frombuffer(b"\xff" + data + MARGIN, np.uint8)
    return signed(int(run_hash_string(room, 1, len(data), keys_of_seed(42))))


def test_the_keys_of_a_seed_are_those_that_cpython_draws():
    assert keys_of_seed(42) == Keys(0xDC504FD368CD90AF, 0xB920BB9FFE99E9C1)


def test_strings_of_any_length_and_width_have_cpythons_hash(cpython):
    assert list(map(ours, LENGTHS)) == cpython.hashes(LENGTHS)
    edges = ["\x7f", "\x80", "ÿ", "\u0100", "\uffff", "\U00010000", "\U0010ffff", "a" * 300, "é" * 300, "a" * 99 + "é"]
    assert list(map(ours, edges)) == cpython.hashes(edges)


@given(st.lists(texts.filter(bool), max_size=20))
def test_any_string_has_cpythons_hash(cpython, strings):
    assert list(map(ours, strings)) == cpython.hashes(strings)


class Hashed:
    """An object with the hash that we want."""

    def __init__(self, value):
        self._value = value

    def __hash__(self):
        return self._value


@given(uint64, uint64)
def test_any_pair_has_the_hash_of_cpythons_tuple(first, second):
    expected = hash((Hashed(signed(first)), Hashed(signed(second))))
    if {first, second} & {2**64 - 1}:       # no hash is -1
        return
    assert signed(int(run_hash_pair(np.uint64(first), np.uint64(second)))) == expected


def test_a_pair_whose_hash_would_be_minus_1_has_cpythons_other_one():
    modulus = 2**64
    mixed = (modulus - 1 - PAIR) * pow(PRIME_1, -1, modulus) % modulus
    before = (mixed >> 31 | mixed << 33) % modulus
    first = 12345
    lane = (PRIME_5 + first * PRIME_2) % modulus
    lane = (lane << 31 | lane >> 33) % modulus * PRIME_1 % modulus
    second = (before - lane) * pow(PRIME_2, -1, modulus) % modulus
    expected = hash((Hashed(first), Hashed(signed(second))))
    assert expected == 1546275796
    assert int(run_hash_pair(np.uint64(first), np.uint64(second))) == expected


@pytest.mark.parametrize("number", [0, 1, -2, 2**63 - 1, -(2**63), -(2**63) + 1])
def test_the_magnitude_is_that_of_the_signed_number(number):
    assert int(run_magnitude(np.uint64(number % 2**64))) == abs(number)

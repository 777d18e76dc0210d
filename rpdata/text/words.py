"""Normalised words: where they are, how long, and their hashes; and the few words that are looked for by name."""

from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bytes, Counts, Hashes
from rpdata.text.classify import is_byte
from rpdata.text.compiled import borrowing_kernel, int64, uint64
from rpdata.text.hashing import Secret, hash_bytes
from rpdata.text.vectors import BLOCK, between, load64, lowest, popcount

BLANK = ord(" ")
LOREM = int.from_bytes(b"lorem ", "little")
IPSUM = int.from_bytes(b"ipsum", "little")
JAVASCRI = int.from_bytes(b"javascri", "little")
PT_BLANK = int.from_bytes(b"pt ", "little")
THREE_BYTES = (1 << 24) - 1
FIVE_BYTES = (1 << 40) - 1
SIX_BYTES = (1 << 48) - 1


class Words(NamedTuple):
    """The words of a document. Word i is normalised[start[i] : start[i + 1] - 1]."""

    start: Counts
    code_points_before: Counts   # in the words before word i, blanks excluded
    hash: Hashes
    number: Counts               # equal for equal words: 1, 2, ... in order of first appearance


def make_words(words: int) -> Words:
    """Room for up to so many words."""
    starts, code_points, numbers = (np.empty(words + 1, np.int32) for _ in range(3))
    return Words(starts, code_points, np.empty(words, np.uint64), numbers)


@borrowing_kernel
def split_words(normalised: Bytes, size: int, words: Words, secret: Secret) -> tuple[int, bool, bool]:
    """Fill `start`, `code_points_before` and `hash` from the normalised text: words, each followed by one blank.

    One more start, and the code points of all words, stand behind the last. Returns the number of words, and whether
    any may be `javascript`, and whether any starts with `ipsum`.
    """
    javascript = False
    ipsum = False
    count = 0
    start = 0
    continuation_before = 0
    words.start[0] = 0
    words.code_points_before[0] = 0
    for at in range(0, size, BLOCK):
        blanks = is_byte(normalised, at, BLANK)
        continuation = between(normalised, at, 0x80, 0xBF)
        if at + BLOCK > size:
            blanks &= (uint64(1) << uint64(size - at)) - uint64(1)
        while blanks != 0:
            below = (blanks & (uint64(0) - blanks)) - uint64(1)
            end = at + lowest(blanks)
            blanks &= blanks - uint64(1)
            first_bytes = load64(normalised, start)
            javascript |= first_bytes == uint64(JAVASCRI)
            ipsum |= first_bytes & uint64(FIVE_BYTES) == uint64(IPSUM)
            words.hash[count] = hash_bytes(normalised, start, end - start, secret)
            count += 1
            start = end + 1
            words.start[count] = start
            words.code_points_before[count] = start - count - (continuation_before + popcount(continuation & below))
        continuation_before += popcount(continuation)
    return count, javascript, ipsum


@borrowing_kernel
def count_javascript(normalised: Bytes, words: Words, first: int, last: int) -> int:
    """How many of the words first : last are `javascript`."""
    found = 0
    for word in range(first, last):
        start = int64(words.start[word])
        same_start = load64(normalised, start) == uint64(JAVASCRI)
        same_end = load64(normalised, start + 8) & uint64(THREE_BYTES) == uint64(PT_BLANK)
        found += int64(same_start and same_end)
    return found


@borrowing_kernel
def count_lorem_ipsums(normalised: Bytes, words: Words, count: int) -> int:
    """'lorem ipsum' in the normalised text, also as part of longer words ('dolorem ipsum')."""
    found = 0
    for word in range(1, count):
        start = int64(words.start[word])
        if start >= 6 and load64(normalised, start) & uint64(FIVE_BYTES) == uint64(IPSUM):
            found += int64(load64(normalised, start - 6) & uint64(SIX_BYTES) == uint64(LOREM))
    return found

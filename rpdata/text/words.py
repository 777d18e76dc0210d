"""Normalised words: where they are, how long, their hashes, and ids that are equal if and only if the words are."""

from numba import int64, uint64

from rpdata.text.compiled import kernel
from rpdata.text.hashing import hash_bytes
from rpdata.text.vectors import BLOCK, between, load64, lowest, popcount

BLANK = 0x20
LOREM = int.from_bytes(b"lorem ", "little")
IPSUM = int.from_bytes(b"ipsum", "little")
JAVASCRI = int.from_bytes(b"javascri", "little")
PT = int.from_bytes(b"pt", "little")
FIVE_BYTES = (1 << 40) - 1
SIX_BYTES = (1 << 48) - 1
TWO_BYTES = (1 << 16) - 1


@kernel
def split_words(normalised, size, words):
    """Fill `start`, `code_points_before` and `hash` from the normalised text, in which every word is followed by one blank.

    One more start, and the code points of all words, stand behind the last. Returns the number of words, and whether any
    may be `javascript`, or start with `ipsum`.
    """
    javascript = False
    ipsum = False
    count = 0
    start = 0
    continuation_before = 0
    words.start[0] = 0
    words.code_points_before[0] = 0
    for at in range(0, size, BLOCK):
        blanks = between(normalised, at, BLANK, BLANK)
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
            words.hash[count] = hash_bytes(normalised, start, end - start)
            count += 1
            start = end + 1
            words.start[count] = start
            words.code_points_before[count] = start - count - (continuation_before + popcount(continuation & below))
        continuation_before += popcount(continuation)
    return count, javascript, ipsum


@kernel
def count_javascript(normalised, words, first, last):
    """Which of the words first : last are `javascript`."""
    found = 0
    for word in range(first, last):
        start = int64(words.start[word])
        ten_bytes = words.start[word + 1] - 1 - start == 10
        found += int64(ten_bytes and load64(normalised, start) == uint64(JAVASCRI)
                       and load64(normalised, start + 8) & uint64(TWO_BYTES) == uint64(PT))
    return found


@kernel
def count_lorem_ipsums(normalised, words, count):
    """'lorem ipsum' in the normalised text, also as part of longer words ('dolorem ipsum')."""
    found = 0
    for word in range(1, count):
        start = int64(words.start[word])
        if start >= 6 and load64(normalised, start) & uint64(FIVE_BYTES) == uint64(IPSUM):
            found += int64(load64(normalised, start - 6) & uint64(SIX_BYTES) == uint64(LOREM))
    return found

"""The peeled tokens of a document: their hashes and lengths, how many have a letter, which common words are there."""

from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bits, Bytes, Counts, Hashes
from rpdata.text.bitmaps import Bitmaps, count_set, run_length, runs_with
from rpdata.text.compiled import borrowing_kernel, int64, uint64
from rpdata.text.hashing import Secret, hash_bytes
from rpdata.text.numbering import table_size
from rpdata.text.vectors import BLOCK, lowest, popcount


class Tokens(NamedTuple):
    """The peeled tokens of a document, and what n-grams need of each."""

    code_points_before: Counts   # in the tokens before token i
    hash: Hashes
    inside: Bits                 # a bitmap: the bytes of a token but its first
    seen: Bytes                  # how often a pair of tokens was seen that falls there, as 0, 1, 3, 7, ... 255


def make_tokens(largest: int) -> Tokens:
    """Room for those of a document of so many bytes."""
    inside = np.zeros(largest // BLOCK + 3, np.uint64)
    seen = np.empty(2 * table_size(largest), np.uint8)
    return Tokens(np.empty(largest + 1, np.int32), np.empty(largest + 1, np.uint64), inside, seen)


@borrowing_kernel
def split_tokens(raw: Bytes, blocks: int, bitmaps: Bitmaps, tokens: Tokens, secret: Secret) -> int:
    """Fill `tokens`; one more number of code points stands behind the last. Returns how many there are."""
    inside = tokens.inside
    for block in range(blocks):
        inside[block] = ~(bitmaps.space[block] | bitmaps.token[block])
    count = 0
    code_points_before = 0
    for block in range(1, blocks):
        first_bytes = ~(bitmaps.space[block] | bitmaps.continuation[block])
        starts = bitmaps.token[block]
        while starts != 0:
            below = (starts & (uint64(0) - starts)) - uint64(1)
            start = block * BLOCK + lowest(starts)
            starts &= starts - uint64(1)
            length = 1 + run_length(inside, start + 1)
            tokens.hash[count] = hash_bytes(raw, start, length, secret)
            tokens.code_points_before[count] = code_points_before + popcount(first_bytes & below)
            count += 1
        code_points_before += popcount(first_bytes)
    tokens.code_points_before[count] = code_points_before
    return count


@borrowing_kernel
def count_with_letter(blocks: int, bitmaps: Bitmaps, inside: Bits) -> int:
    """Tokens with a letter: those that start with one, and those with one inside.

    Tokens may touch. So that a run is part of one token only, it is looked at without its first byte, whose letter
    is passed on to the second.
    """
    count = 0
    passed_on = carry = uint64(0)
    for block in range(1, blocks):
        within = inside[block]
        letter = bitmaps.token[block] & bitmaps.alphabetic[block]
        single = ~(within >> uint64(1) | inside[block + 1] << uint64(63))
        members = bitmaps.alphabetic[block] | letter << uint64(1) | passed_on
        passed_on = letter >> uint64(63)
        with_letter, carry = runs_with(within, members, carry)
        count += popcount(with_letter) + popcount(letter & single)
    return count


@borrowing_kernel
def count_only_signs(blocks: int, bitmaps: Bitmaps, inside: Bits) -> tuple[int, int]:
    """Tokens of signs alone, and their code points."""
    count = code_points = 0
    for block in range(1, blocks):
        starts = bitmaps.token[block] & bitmaps.sign[block]
        longer = starts & (inside[block] >> uint64(1) | inside[block + 1] << uint64(63))
        singles = popcount(starts & ~longer)
        count += singles
        code_points += singles
        while longer != 0:
            start = block * BLOCK + lowest(longer)
            longer &= longer - uint64(1)
            length = 1 + run_length(inside, start + 1)
            only_signs = int64(count_set(bitmaps.sign, start, length) == length)
            count += only_signs
            code_points += only_signs * (length - count_set(bitmaps.continuation, start, length))
    return count, code_points


@borrowing_kernel
def count_common(tokens: Tokens, count: int, common: Hashes) -> int:
    """How many of some words, given as hashes, are among the tokens; a hash of 0 is no word."""
    found = 0
    for word_hash in common:
        times = 0
        for i in range(count):
            times += int64(tokens.hash[i] == word_hash)
        found += int64(times > 0 and word_hash != 0)
    return found


@borrowing_kernel
def count_spaced_words(blocks: int, bitmaps: Bitmaps) -> tuple[int, int, int]:
    """White-space words, those of them with a letter, and newlines."""
    words = with_letter = newlines = 0
    before = carry = uint64(0)
    for block in range(1, blocks):
        text = ~bitmaps.space[block]
        words += popcount(text & ~(text << uint64(1) | before))
        before = text >> uint64(63)
        has_letter, carry = runs_with(text, bitmaps.alphabetic[block], carry)
        with_letter += popcount(has_letter)
        newlines += popcount(bitmaps.newline[block])
    return words, with_letter, newlines

"""What the peeled tokens of a document are: where, how long, how many have a letter; and the first words asked for."""

from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bits, Bytes, Counts, Hashes
from rpdata.text.bitmaps import Bitmaps, count_set, run_length, runs_with
from rpdata.text.compiled import int64, kernel, uint64
from rpdata.text.hashing import Secret, hash_bytes
from rpdata.text.stop_words import MOST_COMMON
from rpdata.text.vectors import BLOCK, lowest, popcount


class Tokens(NamedTuple):
    """The peeled tokens of a document, and what n-grams need of each."""

    code_points_before: Counts   # in the tokens before token i
    hash: Hashes
    inside: Bits                 # a bitmap: the bytes of a token but its first


def make_tokens(largest: int) -> Tokens:
    """Room for those of a document of so many bytes."""
    return Tokens(
        np.empty(largest + 1, np.int32), np.empty(largest + 1, np.uint64), np.zeros(largest // BLOCK + 3, np.uint64)
    )


@kernel
def split_tokens(
    raw: Bytes, blocks: int, bitmaps: Bitmaps, tokens: Tokens, searched: Hashes, secret: Secret
) -> tuple[int, int, int, int, int]:
    """Fill `tokens`; one more number of code points stands behind the last.

    searched: hashes of MOST_COMMON tokens, zeros among them. Returns how many tokens there are, how many of them have a letter,
    how many are of signs alone, and of how many code points those are; and how many of the searched are there.
    """
    inside = tokens.inside
    for block in range(blocks):
        inside[block] = ~(bitmaps.space[block] | bitmaps.token[block])
    count = alphabetic = signs = sign_code_points = 0
    code_points_before = 0
    found = uint64(0)
    for block in range(1, blocks):
        text = ~(bitmaps.space[block] | bitmaps.continuation[block])
        starts = bitmaps.token[block]
        while starts != 0:
            bit = lowest(starts)
            below = (starts & (uint64(0) - starts)) - uint64(1)
            starts &= starts - uint64(1)
            start = block * BLOCK + bit
            length = 1 + run_length(inside, start + 1)
            token_hash = hash_bytes(raw, start, length, secret)
            tokens.hash[count] = token_hash
            tokens.code_points_before[count] = code_points_before + popcount(text & below)
            for k in range(MOST_COMMON):
                found |= uint64(token_hash == searched[k]) << uint64(k)
            alphabetic += int64(count_set(bitmaps.alphabetic, start, length) > 0)
            only_signs = int64(count_set(bitmaps.sign, start, length) == length)
            signs += only_signs
            sign_code_points += only_signs * (length - count_set(bitmaps.continuation, start, length))
            count += 1
        code_points_before += popcount(text)
    tokens.code_points_before[count] = code_points_before
    return count, alphabetic, signs, sign_code_points, popcount(found)


@kernel
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

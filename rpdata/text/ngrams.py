"""Repeated words and n-grams: entropy, most frequent n-grams, text under n-grams that occur twice.

An n-gram can only repeat if its first n - 1 words repeat and its last n - 1 words do. So repeated (n-1)-grams are
extended: only where one is followed at once by another is there anything to count. The key of an n-gram is (number of
its first n - 1 words, number of its last n - 1), so two n-grams never share a key; work shrinks with n.
"""

import math
from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Counts, Hashes, Ints
from rpdata.text.compiled import borrowing_kernel, int64, uint64
from rpdata.text.hashing import Secret
from rpdata.text.numbering import Numbering, number_keys
from rpdata.text.words import Words

TOP_ORDERS = (2, 3, 4)
DUPLICATE_ORDERS = (5, 6, 7, 8, 9, 10)


class Repeats(NamedTuple):
    """The n-grams that occur more than once, for the n that is being worked at; in order of position."""

    position: Counts             # of their first word
    number: Counts               # equal for equal n-grams
    key: Hashes                  # of those for the next n that may repeat


def make_repeats(words: int) -> Repeats:
    """Room for those of so many words."""
    return Repeats(np.empty(words, np.int32), np.empty(words, np.int32), np.empty(words, np.uint64))


@borrowing_kernel
def entropy(counts: Counts, distinct: int, total: int) -> float:
    """Of the distribution of words in nats, summed in order of first appearance as the reference does."""
    result = 0.0
    last_count, last_term = 0, 0.0
    for number in range(1, distinct + 1):
        count = counts[number]
        if count != last_count:
            share = count / total
            last_count, last_term = count, -share * math.log(share)
        result += last_term
    return result


@borrowing_kernel
def repeated_words(words: Words, count: int, counts: Counts, repeats: Repeats) -> int:
    """The words that occur more than once are the repeated 1-grams; returns how many positions they have."""
    repeated = 0
    for i in range(count):
        number = words.number[i]
        repeats.position[repeated] = i
        repeats.number[repeated] = number
        repeated += int64(counts[number] > 1)
    return repeated


@borrowing_kernel
def extend_repeats(
    repeats: Repeats, repeated: int, numbering: Numbering, secret: Secret
) -> tuple[int, int]:
    """From the repeated n-grams of one order make all those of the next that may repeat, and number and count them.

    Rewrites `repeats` in place; returns how many positions may repeat, and how many different n-grams they have.
    """
    candidates = 0
    for x in range(repeated - 1):
        start = repeats.position[x]
        key = uint64(repeats.number[x]) << uint64(32) | uint64(repeats.number[x + 1])
        mixed = key * secret.odd
        repeats.position[candidates] = start
        repeats.key[candidates] = mixed ^ mixed >> uint64(32)
        candidates += int64(repeats.position[x + 1] == start + 1)      # if not, the key is written over
    return candidates, number_keys(repeats.key, candidates, numbering, repeats.number)


@borrowing_kernel
def keep_repeated(repeats: Repeats, candidates: int, counts: Counts) -> int:
    """Keep the positions whose n-gram did occur more than once; returns how many."""
    repeated = 0
    for x in range(candidates):
        number = repeats.number[x]
        repeats.position[repeated] = repeats.position[x]
        repeats.number[repeated] = number
        repeated += int64(counts[number] > 1)
    return repeated


@borrowing_kernel
def top_code_points(words: Words, repeats: Repeats, counts: Counts, distinct: int, order: int) -> int:
    """Code points of the most frequent n-gram, the first on ties, times its count; 0 if none occurs twice."""
    top = 0
    most = 1
    for number in range(1, distinct + 1):
        if counts[number] > most:
            top = number
            most = counts[number]
    if top == 0:
        return 0
    x = 0
    while repeats.number[x] != top:
        x += 1
    start = repeats.position[x]
    return int64(words.code_points_before[start + order] - words.code_points_before[start]) * int64(most)


@borrowing_kernel
def covered_code_points(words: Words, repeats: Repeats, repeated: int, order: int) -> int:
    """Code points of the words under a repeated n-gram, each word once."""
    covered = 0
    end = 0
    for x in range(repeated):
        start = max(int64(repeats.position[x]), end)
        end = int64(repeats.position[x]) + order
        covered += int64(words.code_points_before[end] - words.code_points_before[start])
    return covered


@borrowing_kernel
def measure_ngrams(
    words: Words,
    count: int,
    repeats: Repeats,
    numbering: Numbering,
    secret: Secret,
    row: int,
    top: Ints,
    duplicate: Ints,
) -> None:
    """Fill a document's column of `top` (a row for each of TOP_ORDERS) and `duplicate` (of DUPLICATE_ORDERS).

    The words are numbered, and `numbering` has their counts.
    """
    repeated = repeated_words(words, count, numbering.counts, repeats)
    for order in range(2, DUPLICATE_ORDERS[-1] + 1):
        if repeated == 0:
            break
        candidates, distinct = extend_repeats(repeats, repeated, numbering, secret)
        if order <= TOP_ORDERS[-1]:
            code_points = top_code_points(words, repeats, numbering.counts, distinct, order)
            top[order - TOP_ORDERS[0], row] = code_points
        repeated = keep_repeated(repeats, candidates, numbering.counts)
        if order >= DUPLICATE_ORDERS[0]:
            covered = covered_code_points(words, repeats, repeated, order)
            duplicate[order - DUPLICATE_ORDERS[0], row] = covered

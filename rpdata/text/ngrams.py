"""Repeated words and n-grams: entropy, most frequent n-grams, text under n-grams that occur twice.

An n-gram can only repeat if its first n - 1 words repeat and its last n - 1 words do. So repeated (n-1)-grams are
extended: only where one is followed at once by another is there anything to count. The key of an n-gram is (id of its
first n - 1 words, id of its last word), so two n-grams never share a key; work shrinks with n.
"""

import math

from numba import int64, uint64

from rpdata.text.compiled import kernel
from rpdata.text.numbering import number_keys

TOP_ORDERS = (2, 3, 4)
DUPLICATE_ORDERS = (5, 6, 7, 8, 9, 10)
GOLDEN_RATIO = 0x9E3779B97F4A7C15           # 2**64 / phi: odd, so that multiplying by it loses nothing


@kernel
def entropy(counts, distinct, total):
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


@kernel
def repeated_words(words, count, counts, repeats):
    """The words that occur more than once are the repeated 1-grams; returns how many positions they have."""
    repeated = 0
    for i in range(count):
        number = words.number[i]
        repeats.position[repeated] = i
        repeats.number[repeated] = number
        repeated += int64(counts[number] > 1)
    return repeated


@kernel
def extend_repeats(words, count, repeats, repeated, order, numbering):
    """From the repeated n-grams of order - 1 make all those of `order` that may repeat, and number and count them.

    Rewrites `repeats` in place; returns how many positions may repeat, and how many different n-grams they have.
    """
    candidates = 0
    for x in range(repeated - 1):
        start = int64(repeats.position[x])
        last = min(start + order - 1, count - 1)
        key = uint64(repeats.number[x]) << uint64(32) | uint64(words.number[last])
        mixed = key * uint64(GOLDEN_RATIO)
        repeats.position[candidates] = start
        repeats.key[candidates] = mixed ^ mixed >> uint64(32)
        candidates += int64(repeats.position[x + 1] == start + 1)
    return candidates, number_keys(repeats.key, candidates, numbering, repeats.number)


@kernel
def keep_repeated(repeats, candidates, counts):
    """Keep the positions whose n-gram did occur more than once; returns how many."""
    repeated = 0
    for x in range(candidates):
        number = repeats.number[x]
        repeats.position[repeated] = repeats.position[x]
        repeats.number[repeated] = number
        repeated += int64(counts[number] > 1)
    return repeated


@kernel
def top_code_points(words, repeats, counts, distinct, order):
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


@kernel
def covered_code_points(words, repeats, repeated, order):
    """Code points of the words under a repeated n-gram, each word once."""
    covered = 0
    end = 0
    for x in range(repeated):
        start = max(int64(repeats.position[x]), end)
        end = int64(repeats.position[x]) + order
        covered += int64(words.code_points_before[end] - words.code_points_before[start])
    return covered


@kernel
def measure_ngrams(words, count, repeats, numbering, row, documents):
    """Fill the row of a document with what its n-grams say; the words are numbered and counted."""
    repeated = repeated_words(words, count, numbering.count, repeats)
    for order in range(2, DUPLICATE_ORDERS[-1] + 1):
        if repeated == 0:
            break
        candidates, distinct = extend_repeats(words, count, repeats, repeated, order, numbering)
        if order <= TOP_ORDERS[-1]:
            top = top_code_points(words, repeats, numbering.count, distinct, order)
            documents.top_ngram_code_points[order - TOP_ORDERS[0], row] = top
        repeated = keep_repeated(repeats, candidates, numbering.count)
        if order >= DUPLICATE_ORDERS[0]:
            covered = covered_code_points(words, repeats, repeated, order)
            documents.duplicate_ngram_code_points[order - DUPLICATE_ORDERS[0], row] = covered

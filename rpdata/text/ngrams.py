"""Repeated words and n-grams: entropy, most frequent n-grams, text under n-grams that occur twice.

An n-gram can only repeat if its first n - 1 words repeat and its last n - 1 words do. So repeated (n-1)-grams are
extended: only where one is followed at once by another is there anything to count. The key of an n-gram is (id of its
first n - 1 words, id of its last word), so two n-grams never share a key; work shrinks with n.
"""

import math

from numba import int64, uint64

from rpdata.text.compiled import kernel
from rpdata.text.scratch import table_size as python_table_size

table_size = kernel(python_table_size)

TOP_ORDERS = (2, 3, 4)
DUPLICATE_ORDERS = (5, 6, 7, 8, 9, 10)
GOLDEN_RATIO = 0x9E3779B97F4A7C15           # 2**64 / phi, for multiplicative hashing


@kernel
def intern_words(words, count, grams):
    """Give words their ids and count them; returns the number of different words."""
    size = table_size(count)
    mask = uint64(size - 1)
    grams.slots[:size] = 0
    distinct = 0
    for i in range(count):
        key = words.hash[i]
        slot = int64(key & mask)
        while True:
            number = int64(grams.slots[slot])
            if number == 0:
                grams.slots[slot] = distinct + 1
                grams.key[distinct] = key
                grams.count[distinct] = 1
                words.id[i] = distinct
                distinct += 1
                break
            if grams.key[number - 1] == key:
                grams.count[number - 1] += 1
                words.id[i] = number - 1
                break
            slot = int64(uint64(slot + 1) & mask)
    return distinct


@kernel
def entropy(counts, distinct, total):
    """Of the distribution of words in nats, summed in order of first appearance as the reference does."""
    result = 0.0
    last_count, last_term = 0, 0.0
    for i in range(distinct):
        count = counts[i]
        if count != last_count:
            share = count / total
            last_count, last_term = count, -share * math.log(share)
        result += last_term
    return result


@kernel
def repeated_words(words, count, grams):
    """The positions of words that occur more than once, and their ids: the repeated 1-grams."""
    repeated = 0
    for i in range(count):
        grams.position[repeated] = i
        grams.id[repeated] = words.id[i]
        repeated += int64(grams.count[words.id[i]] > 1)
    return repeated


@kernel
def extend_repeats(words, count, grams, repeated, order):
    """From the repeated n-grams of order - 1 make those of `order`: grams.position and .id are rewritten in place.

    Returns how many there are, and the number of different n-grams that were counted in grams.count and .first.
    """
    size = table_size(repeated)
    mask = uint64(size - 1)
    grams.slots[:size] = 0
    distinct = 0
    candidates = 0
    for x in range(repeated - 1):
        i = int64(grams.position[x])
        if grams.position[x + 1] != i + 1 or i + order > count:
            continue
        key = uint64(grams.id[x]) << uint64(32) | uint64(words.id[i + order - 1])
        hashed = key * uint64(GOLDEN_RATIO)
        slot = int64((hashed ^ hashed >> uint64(32)) & mask)
        while True:
            number = int64(grams.slots[slot])
            if number == 0:
                grams.slots[slot] = distinct + 1
                grams.key[distinct] = key
                grams.count[distinct] = 1
                grams.first[distinct] = i
                number = distinct + 1
                distinct += 1
                break
            if grams.key[number - 1] == key:
                grams.count[number - 1] += 1
                break
            slot = int64(uint64(slot + 1) & mask)
        grams.position[candidates] = i
        grams.id[candidates] = number - 1
        candidates += 1
    kept = 0
    for x in range(candidates):
        grams.position[kept] = grams.position[x]
        grams.id[kept] = grams.id[x]
        kept += int64(grams.count[grams.id[x]] > 1)
    return kept, distinct


@kernel
def top_code_points(words, grams, distinct, order):
    """Code points of the most frequent n-gram, the first on ties, times its count; 0 if none occurs twice."""
    top = 0
    for i in range(1, distinct):
        if grams.count[i] > grams.count[top]:
            top = i
    if distinct == 0 or grams.count[top] < 2:
        return 0
    first = int64(grams.first[top])
    length = words.code_points_before[first + order] - words.code_points_before[first]
    return int64(length) * int64(grams.count[top])


@kernel
def covered_code_points(words, grams, repeated, order):
    """Code points of the words under a repeated n-gram, each word once."""
    covered = 0
    end = 0
    for x in range(repeated):
        start = max(int64(grams.position[x]), end)
        end = int64(grams.position[x]) + order
        covered += int64(words.code_points_before[end] - words.code_points_before[start])
    return covered


@kernel
def measure_ngrams(words, count, grams, row, documents):
    """Fill the row of a document with what its n-grams say."""
    repeated = repeated_words(words, count, grams)
    for order in range(2, DUPLICATE_ORDERS[-1] + 1):
        if repeated == 0:
            break
        repeated, distinct = extend_repeats(words, count, grams, repeated, order)
        if order <= TOP_ORDERS[-1]:
            documents.top_ngram_code_points[order - TOP_ORDERS[0], row] = top_code_points(words, grams, distinct, order)
        if order >= DUPLICATE_ORDERS[0]:
            documents.duplicate_ngram_code_points[order - DUPLICATE_ORDERS[0], row] = covered_code_points(
                words, grams, repeated, order
            )

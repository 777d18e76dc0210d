"""Hashed features of raw words: every raw word and every pair of neighbours falls into one of some thousand buckets.

The features of DSIR (Xie et al. 2023): what a model of unigrams and bigrams counts, without a vocabulary.
"""

from typing import Any, NamedTuple

import numpy as np

from rpdata.text.arrays import Bytes, Counts, Floats, Hashes, Ints, Words32
from rpdata.text.bitmaps import FIRST, Bitmaps, Ranks, make_bitmaps
from rpdata.text.classify import classify
from rpdata.text.compiled import EntryPoint, int64, kernel, uint64
from rpdata.text.hashing import Secret, hash_bytes
from rpdata.text.scan import load_document
from rpdata.text.siphash import Keys, hash_pair, hash_string, magnitude
from rpdata.text.vectors import BLOCK, lowest
from rpdata.text.xxh3_short import xxh3_any, xxh3_of_two

SIPHASH, XXH3 = 0, 1
PAIR_BYTES = 16
REMEMBERED_WORDS = 1 << 14      # fits the cache of a core together with the text


class Hashing(NamedTuple):
    """How features get their buckets.

    SIPHASH: abs(hash(feature)) % buckets in CPython, of a string or of a tuple of two. XXH3: that of the UTF-8, and
    of a pair that of the 16 bytes of its words' hashes, little-endian.
    """

    algorithm: int
    keys: Keys                  # of SIPHASH
    secret: Secret
    word: Hashes                # the words whose hash is remembered, by a quicker hash that also tells their place ...
    word_hash: Hashes           # ... and what is remembered


def make_hashing(algorithm: int, keys: Keys, secret: Secret) -> Hashing:
    """Nothing is remembered yet."""
    word, word_hash = (np.zeros(REMEMBERED_WORDS, np.uint64) for _ in range(2))
    return Hashing(algorithm, keys, secret, word, word_hash)


class RawScratch(NamedTuple):
    """Working memory for the raw words of one document after another."""

    raw: Bytes
    bitmaps: Bitmaps
    ranks: Ranks
    start: Counts
    end: Counts
    hash: Hashes


def make_raw_scratch(largest: int) -> RawScratch:
    """For documents of up to `largest` bytes: about 20 bytes for each."""
    blocks = largest // BLOCK + 3
    bitmaps, ranks = make_bitmaps(blocks)
    start, end = (np.empty(largest + 1, np.int32) for _ in range(2))
    raw = np.full((blocks + 1) * BLOCK, ord(" "), np.uint8)
    return RawScratch(raw, bitmaps, ranks, start, end, np.empty(largest + 1, np.uint64))


@kernel
def find_raw_words(blocks: int, bitmaps: Bitmaps, scratch: RawScratch) -> int:
    """Fill `start` and `end`: runs of word characters, and of what is neither that nor white space. Returns how many.

    A run can begin where one of the other kind ends, never where one of its own does.
    """
    started = ended = 0
    word_before = other_before = uint64(0)
    for block in range(1, blocks):
        at = block * BLOCK
        word = bitmaps.word[block]
        other = ~(word | bitmaps.space[block])
        after_word = word << uint64(1) | word_before
        after_other = other << uint64(1) | other_before
        word_before = word >> uint64(63)
        other_before = other >> uint64(63)
        starts = word & ~after_word | other & ~after_other
        ends = after_word & ~word | after_other & ~other
        while starts != 0:
            scratch.start[started] = at + lowest(starts)
            starts &= starts - uint64(1)
            started += 1
        while ends != 0:
            scratch.end[ended] = at + lowest(ends)
            ends &= ends - uint64(1)
            ended += 1
    return ended


@kernel
def hash_words(raw: Bytes, start: Counts, end: Counts, words: int, hashing: Hashing, hashes: Hashes) -> None:
    """Fill `hashes`. That of a word that came before is remembered: most are among the last few thousand.

    (For 1 MB of English: 1.3 ms, and 2.4 ms for XXH3 without that. Named once outside of the loop, for numba counts
    references to what it takes out of a tuple: 10 ms.)
    """
    algorithm, keys, secret, seen, remembered = hashing
    for i in range(words):
        first = int64(start[i])
        length = int64(end[i]) - first
        word = hash_bytes(raw, first, length, secret)
        place = int64(word & uint64(REMEMBERED_WORDS - 1))
        if seen[place] != word:
            seen[place] = word
            if algorithm == XXH3:
                remembered[place] = xxh3_any(raw, first, length)
            else:
                remembered[place] = hash_string(raw, first, length, keys)
        hashes[i] = remembered[place]


@kernel
def load_words(text: Bytes, start: int, end: int, properties: Words32, hashing: Hashing, scratch: RawScratch) -> Any:
    """Fill `hash` with those of the document's raw words; returns how many there are, and its code points."""
    size = load_document(text, start, end, scratch.raw)
    blocks = (FIRST + size) // BLOCK + 1
    classify(scratch.raw, blocks, properties, scratch.bitmaps, scratch.ranks)
    words = find_raw_words(blocks, scratch.bitmaps, scratch)
    hash_words(scratch.raw, scratch.start, scratch.end, words, hashing, scratch.hash)
    return words, size - int64(scratch.ranks.continuation[blocks])


@kernel
def bucket_of(feature: int, hashing: Hashing, buckets: int) -> int:
    return int64((feature if hashing.algorithm == XXH3 else magnitude(feature)) % uint64(buckets))


@kernel
def pair_of(first: int, second: int, hashing: Hashing) -> int:
    if hashing.algorithm == XXH3:
        return xxh3_of_two(first, second, PAIR_BYTES)
    return hash_pair(first, second)


@EntryPoint
def score_features(
    text: Bytes,
    offsets: Ints,
    properties: Words32,
    hashing: Hashing,
    scratch: RawScratch,
    weights: Floats,
    scores: Floats,
    words: Ints,
    code_points: Ints,
) -> None:
    """Fill the columns of a batch: sums of the weights of all features, raw words, code points.

    weights: (buckets, targets). scores: (documents, targets). A sum goes along the text, so that a document has the
    same in any batch.
    """
    buckets, targets = weights.shape
    for row in range(offsets.size - 1):
        start, end = offsets[row], offsets[row + 1]
        words[row], code_points[row] = load_words(text, start, end, properties, hashing, scratch)
        scores[row] = 0.0
        for i in range(words[row]):
            bucket = bucket_of(scratch.hash[i], hashing, buckets)
            for target in range(targets):
                scores[row, target] += weights[bucket, target]
            if i > 0:
                bucket = bucket_of(pair_of(scratch.hash[i - 1], scratch.hash[i], hashing), hashing, buckets)
                for target in range(targets):
                    scores[row, target] += weights[bucket, target]


@EntryPoint
def count_features(
    text: Bytes, offsets: Ints, properties: Words32, hashing: Hashing, scratch: RawScratch, counts: Ints
) -> int:
    """Add the features of a batch to the counts of their buckets; returns how many raw words it has."""
    total = 0
    for row in range(offsets.size - 1):
        words, _ = load_words(text, offsets[row], offsets[row + 1], properties, hashing, scratch)
        total += words
        for i in range(words):
            counts[bucket_of(scratch.hash[i], hashing, counts.size)] += 1
            if i > 0:
                counts[bucket_of(pair_of(scratch.hash[i - 1], scratch.hash[i], hashing), hashing, counts.size)] += 1
    return total

"""The sets of shingles that signatures are made of, for the exact Jaccard similarity of two documents."""

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from rpdata.text.arrays import Bytes, Hashes, Ints
from rpdata.text.codepoints import Tables, tables
from rpdata.text.compiled import EntryPoint, int64, kernel, uint64
from rpdata.text.hashing import Secret, draw_secret
from rpdata.text.minhash import SHINGLE_WORDS, hash_shingle
from rpdata.text.normalised_texts import normalise_document
from rpdata.text.scratch import Scratch, make_scratch
from rpdata.text.utf8 import utf8_of
from rpdata.text.vectors import leading_zeros
from rpdata.text.words import split_words
from rpdata.text.xxh3_short import xxh3_any

NO_WORDS = 0                    # stands for the hash of no words at all
FEW = 32                        # hashes, up to which sorting by insertion is as fast as any
BYTES_PER_SHINGLE = 2           # a shingle begins with each word, and a word takes two bytes, one of them white space

_secret = cache(draw_secret)    # one for each process; no result depends on it


class ShingleSets(NamedTuple):
    """The set of document i is hashes[offsets[i] : offsets[i + 1]]: distinct, ascending."""

    offsets: Ints
    hashes: Hashes


def shingle_sets(texts: pa.StringArray) -> ShingleSets:
    """XXH3-64 of the distinct shingles of 13 normalised words (joined by blanks, in UTF-8) of each text.

    A text of fewer words, which has no signature, has one shingle: all of its words. So it is like another if they
    have the same words in the same order, and like no other.

    texts: without nulls, none above MAX_DOCUMENT_BYTES (see `utf8`). Takes up to 4 bytes for each byte of text.
    """
    text, text_offsets = utf8_of(texts)
    sizes = np.diff(text_offsets)
    offsets = np.zeros(len(texts) + 1, np.int64)
    hashes = np.empty(int(sizes.sum()) // BYTES_PER_SHINGLE + len(texts), np.uint64)
    find_sets(text, text_offsets, tables(), _secret(), make_scratch(int(sizes.max(initial=0))), offsets, hashes)
    return ShingleSets(offsets, hashes[: offsets[-1]].copy())


@EntryPoint
def find_sets(
    text: Bytes, text_offsets: Ints, tables: Tables, secret: Secret, scratch: Scratch, offsets: Ints, hashes: Hashes
) -> None:
    """Fill the arrays of `ShingleSets`; `hashes` has room for a shingle in every two bytes, and one for each text."""
    end = 0
    for row in range(text_offsets.size - 1):
        size = normalise_document(text, text_offsets[row], text_offsets[row + 1], tables, scratch)
        words = split_words(scratch.normalised, size, scratch.words, secret)[0]
        shingles = max(words - SHINGLE_WORDS + 1, 1)
        if words == 0:
            hashes[end] = uint64(NO_WORDS)
        elif words < SHINGLE_WORDS:
            hashes[end] = xxh3_any(scratch.normalised, 0, size - 1)
        else:
            for i in range(shingles):
                hashes[end + i] = hash_shingle(scratch.normalised, scratch.words.start, i)
        end += sort_distinct(hashes[end : end + shingles])
        offsets[row + 1] = end


@kernel
def sort_distinct(hashes: Hashes) -> int:
    """Sort, and move the distinct ones to the front; returns how many."""
    sort_hashes(hashes)
    distinct = 0
    for i in range(hashes.size):
        if i == 0 or hashes[i] != hashes[distinct - 1]:
            hashes[distinct] = hashes[i]
            distinct += 1
    return distinct


@kernel
def sort_hashes(hashes: Hashes) -> None:
    """Hashes are spread evenly: the leading bits of each tell nearly its place, and a few neighbours are left to sort.

    A text of one sentence over and over, or made to have such hashes, fills some places: those are sorted as usual.
    (Of web pages, all from text to set: 92 -> 59 ns/shingle.)
    """
    shift = min(leading_zeros(uint64(hashes.size)), 63)
    ends = np.zeros(1 << (64 - shift), np.int64)
    unsorted = hashes.copy()
    for value in unsorted:
        ends[value >> uint64(shift)] += 1
    before = 0
    for place in range(ends.size):
        before += ends[place]
        ends[place] = before - ends[place]
    for value in unsorted:
        place = int64(value >> uint64(shift))
        hashes[ends[place]] = value
        ends[place] += 1
    start = 0
    for place in range(ends.size):
        end = int64(ends[place])
        if end - start > FEW:
            hashes[start:end].sort()
        else:
            sort_few(hashes, start, end)
        start = end


@kernel
def sort_few(hashes: Hashes, start: int, end: int) -> None:
    """Sort hashes[start:end] by insertion."""
    for i in range(start + 1, end):
        value = hashes[i]
        place = i
        while place > start and hashes[place - 1] > value:
            hashes[place] = hashes[place - 1]
            place -= 1
        hashes[place] = value

"""Lists of words and phrases, looked for among the normalised words: at how many positions one of the list stands."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bytes, Hashes, Ints
from rpdata.text.bitmaps import FIRST, Bitmaps, Ranks, make_bitmaps
from rpdata.text.classify import classify
from rpdata.text.codepoints import MAX_GROWTH, Tables
from rpdata.text.compiled import EntryPoint, int64, kernel
from rpdata.text.hashing import Secret, hash_bytes
from rpdata.text.normalise import normalise
from rpdata.text.scan import load_document
from rpdata.text.stop_words import PackedLists, StopLists, is_stop_word, stop_table
from rpdata.text.vectors import BLOCK
from rpdata.text.words import Words, make_words, split_words

ENTRIES, FIRST_WORDS = 0, 1         # the lists of `PhraseLists.packed`


class PhraseLists(NamedTuple):
    """A list of phrases, each of normalised words with single blanks between them, as kernels take it."""

    packed: PackedLists             # all entries; the first words of those that have more than one
    orders: Ints                    # the numbers of words that entries have, above 1


def make_phrase_list(phrases: Collection[str]) -> PhraseLists:
    """One that is empty, or has blanks elsewhere than between its words, stands nowhere."""
    entries = [phrase for phrase in phrases if all(phrase.split(" "))]
    longer = [phrase.split(" ") for phrase in entries if " " in phrase]
    lists = StopLists({"entries": entries, "first words": [words[0] for words in longer]})
    return PhraseLists(lists.packed(), np.array(sorted({len(words) for words in longer}), np.int64))


class WordScratch(NamedTuple):
    """Working memory for the normalised words of one document after another."""

    raw: Bytes
    normalised: Bytes
    bitmaps: Bitmaps
    ranks: Ranks
    words: Words


def make_word_scratch(largest: int) -> WordScratch:
    """For documents of up to `largest` bytes: about 15 bytes for each."""
    blocks = largest // BLOCK + 3
    raw = np.full((blocks + 1) * BLOCK, ord(" "), np.uint8)
    normalised = np.empty(MAX_GROWTH * largest + 3 * BLOCK, np.uint8)
    return WordScratch(raw, normalised, *make_bitmaps(blocks), make_words(largest // 2 + 2))


@kernel
def count_positions(
    normalised: Bytes, words: Words, count: int, entries: Hashes, first_words: Hashes, orders: Ints, secret: Secret
) -> int:
    """At each position: 1 for a word that is an entry, and 1 for each length in which the words from there are one.

    Equal words have equal hashes, and so have phrases: in the normalised text, too, blanks are between their words.
    """
    start, hashes = words.start, words.hash
    found = 0
    for i in range(count):
        found += int64(is_stop_word(hashes[i], entries))
        if is_stop_word(hashes[i], first_words):
            for order in orders:
                if i + order <= count:
                    length = int64(start[i + order]) - 1 - int64(start[i])
                    phrase = hash_bytes(normalised, int64(start[i]), length, secret)
                    found += int64(is_stop_word(phrase, entries))
    return found


@EntryPoint
def count_phrases(
    text: Bytes,
    offsets: Ints,
    as_written: PhraseLists,
    repaired: PhraseLists,
    tables: Tables,
    secret: Secret,
    scratch: WordScratch,
    counts: Ints,
) -> None:
    """Fill `counts` (documents, 2): positions of each of the two lists."""
    raw, normalised, bitmaps, ranks, words = scratch
    entries, _ = stop_table(as_written.packed, ENTRIES, secret)
    first_words, _ = stop_table(as_written.packed, FIRST_WORDS, secret)
    repaired_entries, _ = stop_table(repaired.packed, ENTRIES, secret)
    repaired_first_words, _ = stop_table(repaired.packed, FIRST_WORDS, secret)
    for row in range(offsets.size - 1):
        size = load_document(text, offsets[row], offsets[row + 1], raw)
        blocks = (FIRST + size) // BLOCK + 1
        classify(raw, blocks, tables.properties, bitmaps, ranks)
        normalised_size = normalise(raw, blocks, tables, bitmaps, ranks, normalised)
        count, _, _ = split_words(normalised, normalised_size, words, secret)
        counts[row, 0] = count_positions(
            normalised, words, count, entries, first_words, as_written.orders, secret
        )
        counts[row, 1] = count_positions(
            normalised, words, count, repaired_entries, repaired_first_words, repaired.orders, secret
        )

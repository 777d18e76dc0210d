"""Lists of words and phrases, looked for among the normalised words: at how many positions one of the list stands."""

from collections.abc import Collection, Sequence
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

NEVER = 2**62        # more words than any text has


class PhraseLists(NamedTuple):
    """Lists of phrases, each of normalised words with single blanks between them, as kernels take them.

    packed: two for each list: all its entries; the first words of those that have more than one.
    orders: (lists, most) the numbers of words that the entries of a list have, above 1; NEVER where there are less.
    """

    packed: PackedLists
    orders: Ints


def make_phrase_lists(lists: Sequence[Collection[str]]) -> PhraseLists:
    """A phrase that is empty, or has blanks elsewhere than between its words, stands nowhere."""
    packed: dict[str, list[str]] = {}
    orders = []
    for number, phrases in enumerate(lists):
        entries = [phrase for phrase in phrases if all(phrase.split(" "))]
        longer = [phrase.split(" ") for phrase in entries if " " in phrase]
        packed[f"{number}: entries"] = entries
        packed[f"{number}: first words"] = [words[0] for words in longer]
        orders.append(sorted({len(words) for words in longer}))
    most = max(map(len, orders))
    padded = [of_list + [NEVER] * (most - len(of_list)) for of_list in orders]
    return PhraseLists(StopLists(packed).packed(), np.array(padded, np.int64).reshape(len(lists), most))


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
    lists: PhraseLists,
    tables: Tables,
    secret: Secret,
    scratch: WordScratch,
    counts: Ints,
) -> None:
    """Fill `counts` (documents, lists): positions of each of the lists."""
    raw, normalised, bitmaps, ranks, words = scratch
    stop_tables = [stop_table(lists.packed, number, secret)[0] for number in range(2 * len(lists.orders))]
    for row in range(offsets.size - 1):
        size = load_document(text, offsets[row], offsets[row + 1], raw)
        blocks = (FIRST + size) // BLOCK + 1
        classify(raw, blocks, tables.properties, bitmaps, ranks)
        normalised_size = normalise(raw, blocks, tables, bitmaps, ranks, normalised)
        count, _, _ = split_words(normalised, normalised_size, words, secret)
        for number in range(len(lists.orders)):
            entries, first_words = stop_tables[2 * number], stop_tables[2 * number + 1]
            counts[row, number] = count_positions(
                normalised, words, count, entries, first_words, lists.orders[number], secret
            )

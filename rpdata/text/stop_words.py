"""Stop lists as hash tables in which every lookup reads one fixed window of slots and takes no branch."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bytes, Hashes, Ints
from rpdata.text.compiled import int64, kernel, uint64
from rpdata.text.hashing import Secret, hash_bytes
from rpdata.text.vectors import BLOCK

MOST_COMMON = 8     # words of a list of common words: one vector of hashes
WINDOW = 4          # a word is in one of this many slots from its home on


class PackedLists(NamedTuple):
    """All lists as arrays: word w is text[start[w] : start[w + 1]]; list l has the words first[l] : first[l + 1]."""

    text: Bytes
    start: Ints
    first: Ints


class StopLists:
    """The stop words of each language, exactly as they are written; picklable.

    A raw word is taken for a stop word if their 64-bit hashes agree. For any other word the odds of that are at most
    WINDOW in 2**64, or 2e-19.
    """

    def __init__(self, lists: Mapping[str, Collection[str]], common: "StopLists | None" = None) -> None:
        """common: lists of up to MOST_COMMON words each, of which it is counted how many different ones occur.

        Raises ValueError if one of those has more.
        """
        self._numbers = {language: number for number, language in enumerate(lists)}
        words = [sorted({word.encode() for word in entries}) for entries in lists.values()]
        flat = [word for entries in words for word in entries]
        self._text = b"".join(flat) + bytes(BLOCK)
        self._start = np.cumsum([0, *map(len, flat)], dtype=np.int64)
        self._first = np.cumsum([0, *map(len, words)], dtype=np.int64)
        if common and (longest := int(np.diff(common._first).max(initial=0))) > MOST_COMMON:
            raise ValueError(f"a list of {longest} common words; the kernels have room for {MOST_COMMON}")
        self._common = common

    @property
    def common(self) -> "StopLists":
        """The lists of common words; none if there are none."""
        return self._common or StopLists({})

    def numbers(self, languages: Sequence[str | None]) -> Ints:
        """The number of the list of each language; -1 for one that has none."""
        return np.array([-1 if name is None else self._numbers.get(name, -1) for name in languages], dtype=np.int64)

    def packed(self) -> PackedLists:
        """The lists as kernels take them."""
        return PackedLists(np.frombuffer(self._text, np.uint8), self._start.copy(), self._first.copy())


@kernel
def hash_common(packed: PackedLists, secret: Secret) -> Hashes:
    """The hashes of lists of common words: a row of MOST_COMMON for each, filled up with 0; a row of 0 behind them."""
    lists = packed.first.size - 1
    hashes = np.zeros((lists + 1, MOST_COMMON), np.uint64)
    for number in range(lists):
        first = packed.first[number]
        for word in range(first, packed.first[number + 1]):
            start = packed.start[word]
            hashes[number, word - first] = hash_bytes(packed.text, start, packed.start[word + 1] - start, secret)
    return hashes


@kernel
def stop_table(packed: PackedLists, number: int, secret: Secret) -> tuple[Hashes, int]:
    """The hash table of one list, and the length in bytes of its longest word.

    A power of two of slots and WINDOW - 1 more, so that a window may start at any of them.
    """
    first, last = packed.first[number], packed.first[number + 1]
    hashes = np.empty(last - first, np.uint64)
    longest = 0
    for word in range(first, last):
        length = packed.start[word + 1] - packed.start[word]
        hashes[word - first] = hash_bytes(packed.text, packed.start[word], length, secret)
        longest = max(longest, length)
    slots = 64
    while slots < 4 * hashes.size:
        slots *= 2
    while True:
        table = np.zeros(slots + WINDOW - 1, np.uint64)
        if fill(table, hashes):
            return table, longest
        slots *= 2


@kernel
def fill(table: Hashes, hashes: Hashes) -> bool:
    """Put each hash into the window that starts at its home; False if one is full, which a larger table mends."""
    mask = uint64(table.size - WINDOW)
    for word_hash in hashes:
        slot = int64(word_hash & mask)
        end = slot + WINDOW
        while table[slot] != 0:
            slot += 1
            if slot == end:
                return False
        table[slot] = word_hash
    return True


@kernel
def is_stop_word(word_hash: int, table: Hashes) -> bool:
    """Whether the table has a hash; one window is compared whole, without branches."""
    home = int64(word_hash & uint64(table.size - WINDOW))
    found = False
    for slot in range(WINDOW):
        found |= table[home + slot] == word_hash
    return found

"""From a word to its rows of weights, as fastText's dictionary has them (Bojanowski et al. 2017).

Words are looked up, n-grams of characters are hashed, which is what costs time; so what became of a word is
remembered.
"""

from typing import NamedTuple

import numpy as np

from rpdata.artefacts.fasttext_vectors import LANES, add_rows, copy_lanes, prefetch, remainder
from rpdata.text.arrays import Bits, Bytes, Counts, Floats32, Hashes, Ints, Words32
from rpdata.text.compiled import borrowing_kernel, int32, int64, uint32, uint64
from rpdata.text.hashing import Secret, hash_bytes
from rpdata.text.vectors import popcount

# What a word is.
WORD = 0
IGNORED = 1                         # a label, or what starts like one
LAST = 2                            # the end of the text: what follows it counts no more

NEWLINE = ord("\n")
END_OF_TEXT = np.frombuffer(b"</s>", np.uint8)
LABEL = np.frombuffer(b"__label__", np.uint8)       # the library keeps no other prefix in its files
FNV_START, FNV_PRIME = 2166136261, 16777619
WORD_NGRAM_FACTOR = 116049371

LONGEST_REMEMBERED = 64             # bytes
MOST_ROWS = 2400                    # of such a word: it and its two marks have 66 * 67 / 2 n-grams at most
ROWS_AT_ONCE = 8192

WORDS_AT_ONCE = 32

REMEMBERED_WORDS = 1 << 18          # 8 MB
REMEMBERED_ROWS = 1 << 21           # 8 MB
HEADER = 3                          # of a record: how many rows, what the word is, its FNV hash


class Index(NamedTuple):
    """Where keys are: sorted, and cut into bins by their high bits. Made by `fasttext_model.make_index`."""

    keys: Words32
    places: Counts          # of each key
    bins: Counts            # (bins + 1,) the first key of each bin
    shift: int


class Vocabulary(NamedTuple):
    """The dictionary, and how n-grams become rows."""

    spelling: Bytes
    start: Ints
    end: Ints
    words: int              # entries from here on are labels
    by_hash: Index
    buckets: int
    reciprocal: int         # of `buckets`, for `remainder`
    shortest: int
    longest: int
    words_together: int
    pruned: bool
    kept: Bits              # of a pruned model a bit for each bucket: set if it has a row
    kept_before: Counts     # how many are set before each 64 of them
    kept_places: Counts     # of those that are set: their rows, behind those of the words


class Weights(NamedTuple):
    """The rows of the input, one every `row_bytes`; of at least LANES columns."""

    data: Bytes
    row_bytes: int
    columns: int


class Memory(NamedTuple):
    """Words that were seen, by a hash of 64 bits that nobody can foresee. Emptied when it is full."""

    table: Hashes           # of each slot the key, 0 where empty, and where in `rows` its record begins
    rows: Counts
    used: Ints              # [words, of rows]


class Line(NamedTuple):
    """The text that is being read: what was added up of its rows, and the rows that are still to be added."""

    rows: Counts
    total: Floats32         # for each 16 columns: the last 16, if fewer are left
    hashes: Counts          # FNV of each word, if n-grams of words count
    state: Ints             # [PENDING, ADDED, WORDS]
    spelled: Bytes          # room for a word between its marks


PENDING, ADDED, WORDS = 0, 1, 2


def make_memory() -> Memory:
    """An empty one: what it does not use yet takes no memory."""
    rows = np.empty(REMEMBERED_ROWS + HEADER + MOST_ROWS + LANES, np.int32)
    return Memory(np.zeros(4 * REMEMBERED_WORDS, np.uint64), rows, np.zeros(2, np.int64))


class Words(NamedTuple):
    """Words of a text that are fetched together, for what is remembered of a rare word is in no cache."""

    start: Ints
    length: Ints
    key: Hashes
    noted: Ints             # (1,) how many


def make_words() -> Words:
    """Room for WORDS_AT_ONCE."""
    start, length = np.zeros((2, WORDS_AT_ONCE), np.int64)
    return Words(start, length, np.zeros(WORDS_AT_ONCE, np.uint64), np.zeros(1, np.int64))


@borrowing_kernel
def take_word(raw: Bytes, start: int, length: int, secret: Secret, memory: Memory, words: Words) -> None:
    """Note the word raw[start : start + length], and begin to fetch what is remembered of it."""
    i = words.noted[0]
    words.start[i], words.length[i] = start, length
    if length <= LONGEST_REMEMBERED:
        key = max(hash_bytes(raw, start, length, secret), uint64(1))
        words.key[i] = key
        prefetch(memory.table, slot_of(key, memory))
    words.noted[0] = i + 1


@borrowing_kernel
def slot_of(key: int, memory: Memory) -> int:
    """Where in the table a key is, or would be if its place were free."""
    return int64(key & uint64(memory.table.size // 2 - 1)) * 2


@borrowing_kernel
def find_slot(key: int, memory: Memory) -> int:
    """Where in the table a key is, or else the free slot for it."""
    at = slot_of(key, memory)
    while memory.table[at] != key and memory.table[at] != 0:
        at = (at + 2) & (memory.table.size - 1)
    return at


@borrowing_kernel
def add_words(
    raw: Bytes, words: Words, vocabulary: Vocabulary, memory: Memory, line: Line, weights: Weights
) -> bool:
    """Add the rows of the words that were noted; returns whether one of them is the last of the text."""
    count = words.noted[0]
    words.noted[0] = 0
    for i in range(count):
        if words.length[i] <= LONGEST_REMEMBERED:
            prefetch(memory.rows, int64(memory.table[find_slot(words.key[i], memory) + 1]))
    for i in range(count):
        if line.state[PENDING] + MOST_ROWS > ROWS_AT_ONCE:
            add_pending(line, weights)
        start, length, key = words.start[i], words.length[i], words.key[i]
        at = find_slot(key, memory) if length <= LONGEST_REMEMBERED else -1
        if at >= 0 and memory.table[at] == key:
            kind, fnv = recall(int64(memory.table[at + 1]), memory, line)
        else:
            before = line.state[PENDING]
            kind, fnv = look_up(raw, start, length, vocabulary, line, weights)
            if at >= 0:
                remember(key, at, kind, fnv, before, line, memory)
        if vocabulary.words_together > 1 and kind != IGNORED:
            line.hashes[line.state[WORDS]] = fnv
            line.state[WORDS] += 1
        if kind == LAST:
            return True
    return False


@borrowing_kernel
def recall(record: int, memory: Memory, line: Line) -> tuple[int, int]:
    """Add the rows of a record; returns what the word is, and its FNV hash."""
    pending = line.state[PENDING]
    count = int64(memory.rows[record])
    for i in range(0, count, LANES):
        copy_lanes(memory.rows, record + HEADER + i, line.rows, pending + i)
    line.state[PENDING] = pending + count
    return int64(memory.rows[record + 1]), memory.rows[record + 2]


@borrowing_kernel
def remember(key: int, at: int, kind: int, fnv: int, before: int, line: Line, memory: Memory) -> None:
    """Keep the rows line.rows[before : PENDING] as those of a word, in a free slot."""
    if memory.used[0] == REMEMBERED_WORDS or memory.used[1] > REMEMBERED_ROWS:
        memory.table[:] = 0
        memory.used[:] = 0
        at = slot_of(key, memory)
    record = memory.used[1]
    count = line.state[PENDING] - before
    memory.table[at], memory.table[at + 1] = key, record
    memory.rows[record], memory.rows[record + 1], memory.rows[record + 2] = count, kind, fnv
    for i in range(0, count, LANES):
        copy_lanes(line.rows, before + i, memory.rows, record + HEADER + i)
    memory.used[0] += 1
    memory.used[1] += HEADER + count


@borrowing_kernel
def look_up(
    raw: Bytes, start: int, length: int, vocabulary: Vocabulary, line: Line, weights: Weights,
) -> tuple[int, int]:
    """Add the rows of a word as the library finds them; returns what it is, and its FNV hash."""
    spelled = line.spelled
    spelled[0] = ord("<")
    behind = uint64(1)
    for i in range(uint64(start), uint64(start + length)):
        spelled[behind] = raw[i]
        behind += uint64(raw[i] != NEWLINE)
    end = int64(behind)
    if end == 1:
        return IGNORED, int32(0)
    spelled[behind] = ord(">")
    fnv = uint32(FNV_START)
    for i in range(uint64(1), behind):
        fnv = mix_in(fnv, spelled[i])
    entry = entry_of(spelled, end, fnv, vocabulary)
    is_last = begins(spelled, end, END_OF_TEXT) and end - 1 == END_OF_TEXT.size
    if entry >= vocabulary.words or (entry < 0 and begins(spelled, end, LABEL)):
        return LAST if is_last else IGNORED, int32(fnv)
    if entry >= 0:
        line.rows[line.state[PENDING]] = entry
        line.state[PENDING] += 1
    if is_last:
        return LAST, int32(fnv)
    if vocabulary.longest > 0:
        add_ngrams(spelled, end + 1, vocabulary, line, weights)
    return WORD, int32(fnv)


@borrowing_kernel
def mix_in(fnv: int, byte: int) -> int:
    """One more byte into an FNV-1a hash of 32 bits, with the library's mistake: bytes have signs."""
    signed = uint32(byte) | (uint32(0xFFFFFF00) if byte >= 0x80 else uint32(0))
    return uint32((fnv ^ signed) * uint32(FNV_PRIME))


@borrowing_kernel
def begins(spelled: Bytes, end: int, prefix: Bytes) -> bool:
    """Whether the word spelled[1:end] starts like this."""
    i = 0
    while i < prefix.size and 1 + i < end and spelled[1 + i] == prefix[i]:
        i += 1
    return i == prefix.size


@borrowing_kernel
def entry_of(spelled: Bytes, end: int, fnv: int, vocabulary: Vocabulary) -> int:
    """The number of the entry spelled[1:end]; -1 if there is none."""
    index = vocabulary.by_hash
    cell = int64(fnv) >> index.shift
    for i in range(index.bins[cell + 1] - 1, index.bins[cell] - 1, -1):
        if index.keys[i] == fnv:
            entry = int64(index.places[i])
            first = vocabulary.start[entry]
            size = vocabulary.end[entry] - first
            equal = size == end - 1
            k = 0
            while equal and k < size:
                equal = vocabulary.spelling[first + k] == spelled[1 + k]
                k += 1
            if equal:
                return entry
    return -1


@borrowing_kernel
def add_ngrams(spelled: Bytes, size: int, vocabulary: Vocabulary, line: Line, weights: Weights) -> None:
    """Add the rows of the n-grams of characters of spelled[:size]; a mark alone is none.

    First the buckets, without a branch that depends on whether a bucket has a row, then their rows. Positions have no
    sign, for numba looks whether one that has is negative. (A new word of lid.176.ftz: 196 -> 147 ns.)
    """
    rows = line.rows
    first = line.state[PENDING]
    count = uint64(first)
    end = uint64(size)
    for start in range(size):
        i = uint64(start)
        if spelled[i] & 0xC0 == 0x80:
            continue
        fnv = uint32(FNV_START)
        characters = 0
        while i < end and characters < vocabulary.longest:
            fnv = mix_in(fnv, spelled[i])
            i += uint64(1)
            while i < end and spelled[i] & 0xC0 == 0x80:
                fnv = mix_in(fnv, spelled[i])
                i += uint64(1)
            characters += 1
            if characters >= vocabulary.shortest and not (characters == 1 and (start == 0 or i == end)):
                if count == ROWS_AT_ONCE:
                    add_buckets(first, int64(count), vocabulary, line)
                    add_pending(line, weights)
                    first = 0
                    count = uint64(0)
                bucket = remainder(fnv, vocabulary.reciprocal, vocabulary.buckets)
                rows[count] = bucket
                count += is_kept(bucket, vocabulary)
    add_buckets(first, int64(count), vocabulary, line)


@borrowing_kernel
def is_kept(bucket: int, vocabulary: Vocabulary) -> int:
    """1 if a bucket has a row, 0 if not, without a sign."""
    if not vocabulary.pruned:
        return uint64(1)
    return vocabulary.kept[uint64(bucket) >> uint64(6)] >> uint64(bucket & 63) & uint64(1)


@borrowing_kernel
def add_buckets(first: int, end: int, vocabulary: Vocabulary, line: Line) -> None:
    """Make pending rows of the buckets line.rows[first:end], which are all kept; first is PENDING."""
    for i in range(uint64(first), uint64(end)):
        place = uint64(line.rows[i])
        if vocabulary.pruned:
            word = place >> uint64(6)
            below = (uint64(1) << (place & uint64(63))) - uint64(1)
            rank = vocabulary.kept_before[word] + popcount(vocabulary.kept[word] & below)
            place = uint64(vocabulary.kept_places[uint64(rank)])
        line.rows[i] = vocabulary.words + int64(place)
    line.state[PENDING] = end


@borrowing_kernel
def add_word_ngrams(vocabulary: Vocabulary, line: Line, weights: Weights) -> None:
    """Add the rows of the n-grams of words; their hashes have signs, too."""
    words = line.state[WORDS]
    for i in range(words):
        mixed = uint64(int64(line.hashes[i]))
        for j in range(i + 1, min(words, i + vocabulary.words_together)):
            mixed = mixed * uint64(WORD_NGRAM_FACTOR) + uint64(int64(line.hashes[j]))
            if line.state[PENDING] == ROWS_AT_ONCE:
                add_pending(line, weights)
            pending = line.state[PENDING]
            bucket = int64(mixed % uint64(vocabulary.buckets))
            line.rows[pending] = bucket
            add_buckets(pending, pending + int64(is_kept(bucket, vocabulary)), vocabulary, line)


@borrowing_kernel
def add_pending(line: Line, weights: Weights) -> None:
    """Add up the rows that wait for it, LANES columns at a time."""
    pending = line.state[PENDING]
    for block in range(line.total.size // LANES):
        column = min(block * LANES, weights.columns - LANES)
        add_rows(weights.data, weights.row_bytes, line.rows, pending, column, line.total, block * LANES)
    line.state[ADDED] += pending
    line.state[PENDING] = 0

"""From a word to its rows of weights, as fastText's dictionary has them (Bojanowski et al. 2017).

Words are looked up, n-grams of characters are hashed, which is what costs time; so what became of a word is
remembered.
"""

from typing import NamedTuple

import numpy as np

from rpdata.artefacts.fasttext_vectors import LANES, add_rows, copy_lanes
from rpdata.text.arrays import Bytes, Counts, Floats32, Hashes, Ints, Words32
from rpdata.text.compiled import int32, int64, kernel, uint32, uint64
from rpdata.text.hashing import Secret, hash_bytes

# What a word is.
WORD, IGNORED, LAST = 0, 1, 2       # IGNORED: a label, or what starts like one. LAST: whatever follows it counts no more

NEWLINE = ord("\n")
END_OF_TEXT = np.frombuffer(b"</s>", np.uint8)
LABEL = np.frombuffer(b"__label__", np.uint8)       # the library keeps no other prefix in its files
FNV_START, FNV_PRIME = 2166136261, 16777619
WORD_NGRAM_FACTOR = 116049371

LONGEST_REMEMBERED = 64             # bytes
MOST_ROWS = 2400                    # of a word of that length between its marks: at most 66 * 67 / 2 n-grams, and itself
ROWS_AT_ONCE = 8192

REMEMBERED_WORDS = 1 << 17
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
    shortest: int
    longest: int
    words_together: int
    pruned: bool
    kept: Index             # of a pruned model: buckets that have a row


class Weights(NamedTuple):
    """The rows of the input, one every `row_bytes`; of at least LANES columns."""

    data: Bytes
    row_bytes: int
    columns: int


class Memory(NamedTuple):
    """Words that were seen, by a hash of 64 bits that nobody can foresee. Emptied when it is full."""

    keys: Hashes            # 0 where empty
    records: Counts         # where in `rows` what is known of the key begins
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
    """An empty one."""
    slots = 2 * REMEMBERED_WORDS
    return Memory(
        np.zeros(slots, np.uint64),
        np.empty(slots, np.int32),
        np.empty(REMEMBERED_ROWS + HEADER + MOST_ROWS + LANES, np.int32),
        np.zeros(2, np.int64),
    )


@kernel
def place_of(index: Index, key: int) -> int:
    """The place of a key, the last one if it has several; -1 if it has none."""
    cell = key >> index.shift
    for i in range(index.bins[cell + 1] - 1, index.bins[cell] - 1, -1):
        if index.keys[i] == key:
            return int64(index.places[i])
    return -1


@kernel
def add_word(
    raw: Bytes, start: int, length: int, vocabulary: Vocabulary, memory: Memory, secret: Secret, line: Line,
    weights: Weights,
) -> bool:
    """Add the rows of the word raw[start : start + length]; returns whether it is the last word of the text.

    Newlines in it are none of it.
    """
    if line.state[PENDING] + MOST_ROWS > ROWS_AT_ONCE:
        add_pending(line, weights)
    if length > LONGEST_REMEMBERED:
        kind, fnv = look_up(raw, start, length, vocabulary, line, weights)
        note(kind, fnv, vocabulary, line)
        return kind == LAST
    key = max(hash_bytes(raw, start, length, secret), uint64(1))
    mask = uint64(memory.keys.size - 1)
    slot = key & mask
    while memory.keys[slot] != key and memory.keys[slot] != 0:
        slot = (slot + uint64(1)) & mask
    if memory.keys[slot] == key:
        record = int64(memory.records[slot])
        count = int64(memory.rows[record])
        kind = int64(memory.rows[record + 1])
        for i in range(0, count, LANES):
            copy_lanes(memory.rows, record + HEADER + i, line.rows, line.state[PENDING] + i)
        line.state[PENDING] += count
        note(kind, memory.rows[record + 2], vocabulary, line)
        return kind == LAST
    before = line.state[PENDING]
    kind, fnv = look_up(raw, start, length, vocabulary, line, weights)
    note(kind, fnv, vocabulary, line)
    remember(key, kind, fnv, before, line, memory)
    return kind == LAST


@kernel
def note(kind: int, fnv: int, vocabulary: Vocabulary, line: Line) -> None:
    """Keep the hash of a word for n-grams of words."""
    if vocabulary.words_together > 1 and kind != IGNORED:
        line.hashes[line.state[WORDS]] = fnv
        line.state[WORDS] += 1


@kernel
def remember(key: int, kind: int, fnv: int, before: int, line: Line, memory: Memory) -> None:
    """Keep the rows line.rows[before : PENDING] as those of a word."""
    if memory.used[0] == REMEMBERED_WORDS or memory.used[1] > REMEMBERED_ROWS:
        memory.keys[:] = 0
        memory.used[:] = 0
    mask = uint64(memory.keys.size - 1)
    slot = key & mask
    while memory.keys[slot] != 0:
        slot = (slot + uint64(1)) & mask
    record = memory.used[1]
    count = line.state[PENDING] - before
    memory.keys[slot] = key
    memory.records[slot] = record
    memory.rows[record] = count
    memory.rows[record + 1] = kind
    memory.rows[record + 2] = fnv
    for i in range(count):
        memory.rows[record + HEADER + i] = line.rows[before + i]
    memory.used[0] += 1
    memory.used[1] += HEADER + count


@kernel
def look_up(
    raw: Bytes, start: int, length: int, vocabulary: Vocabulary, line: Line, weights: Weights,
) -> tuple[int, int]:
    """Add the rows of a word as the library finds them; returns what it is, and its FNV hash."""
    spelled = line.spelled
    spelled[0] = ord("<")
    end = 1
    for i in range(start, start + length):
        spelled[end] = raw[i]
        end += int64(raw[i] != NEWLINE)
    if end == 1:
        return IGNORED, int32(0)
    spelled[end] = ord(">")
    fnv = uint32(FNV_START)
    for i in range(1, end):
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


@kernel
def mix_in(fnv: int, byte: int) -> int:
    """One more byte into an FNV-1a hash of 32 bits, with the library's mistake: bytes have signs."""
    signed = uint32(byte) | (uint32(0xFFFFFF00) if byte >= 0x80 else uint32(0))
    return uint32((fnv ^ signed) * uint32(FNV_PRIME))


@kernel
def begins(spelled: Bytes, end: int, prefix: Bytes) -> bool:
    """Whether the word spelled[1:end] starts like this."""
    if end - 1 < prefix.size:
        return False
    for i in range(prefix.size):
        if spelled[1 + i] != prefix[i]:
            return False
    return True


@kernel
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


@kernel
def add_ngrams(
    spelled: Bytes, size: int, vocabulary: Vocabulary, line: Line, weights: Weights
) -> None:
    """Add the rows of the n-grams of characters of spelled[:size]; a mark alone is none."""
    for i in range(size):
        if spelled[i] & 0xC0 == 0x80:
            continue
        fnv = uint32(FNV_START)
        j = i
        characters = 0
        while j < size and characters < vocabulary.longest:
            fnv = mix_in(fnv, spelled[j])
            j += 1
            while j < size and spelled[j] & 0xC0 == 0x80:
                fnv = mix_in(fnv, spelled[j])
                j += 1
            characters += 1
            if characters >= vocabulary.shortest and not (characters == 1 and (i == 0 or j == size)):
                add_bucket(int64(fnv % uint32(vocabulary.buckets)), vocabulary, line, weights)


@kernel
def add_word_ngrams(
    vocabulary: Vocabulary, line: Line, weights: Weights
) -> None:
    """Add the rows of the n-grams of words; their hashes have signs, too."""
    words = line.state[WORDS]
    for i in range(words):
        mixed = uint64(int64(line.hashes[i]))
        for j in range(i + 1, min(words, i + vocabulary.words_together)):
            mixed = mixed * uint64(WORD_NGRAM_FACTOR) + uint64(int64(line.hashes[j]))
            bucket = int64(mixed % uint64(vocabulary.buckets))
            add_bucket(bucket, vocabulary, line, weights)


@kernel
def add_bucket(
    bucket: int, vocabulary: Vocabulary, line: Line, weights: Weights
) -> None:
    """Add the row of a bucket, if it has one."""
    if vocabulary.pruned:
        bucket = place_of(vocabulary.kept, bucket)
        if bucket < 0:
            return
    if line.state[PENDING] == ROWS_AT_ONCE:
        add_pending(line, weights)
    line.rows[line.state[PENDING]] = vocabulary.words + bucket
    line.state[PENDING] += 1


@kernel
def add_pending(line: Line, weights: Weights) -> None:
    """Add up the rows that wait for it, LANES columns at a time."""
    pending = line.state[PENDING]
    for block in range(line.total.size // LANES):
        column = min(block * LANES, weights.columns - LANES)
        add_rows(weights.data, weights.row_bytes, line.rows, pending, column, line.total, block * LANES)
    line.state[ADDED] += pending
    line.state[PENDING] = 0

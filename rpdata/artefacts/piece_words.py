"""Cutting words into pieces: the most probable way, exactly as SentencePiece finds it, and remembered for each word.

The library goes through a line from its start and keeps, for every position, the best way to get there, in float32
(Kudo 2018, section 3.2). No piece crosses the start of a word, so only the sum so far is handed on, and with it its
rounding: how a word is cut may depend on all that is before it, if two ways are almost as good. For each word we know
how far apart they are, so how large the sum may be before that can happen.
"""

from typing import NamedTuple

import numpy as np

from rpdata.artefacts.piece_rules import character_bytes
from rpdata.artefacts.piece_trie import NONE, ROOT, Numbers, Scores, Trie, slot_of_child
from rpdata.text.arrays import Bytes, Floats, Hashes, Ints
from rpdata.text.compiled import float64, int64, kernel, uint64

ROUNDING = 2.0**-23         # of the last digit of a float32, relative to it
FRESH_START = 100_000.0     # beyond this sum the library counts from 0 again
WORDS = 1 << 19             # that are remembered, up to three quarters
PIECES_OF_WORDS = 1 << 21
LONGEST_WORD = 64           # bytes; longer ones are cut each time


class Memory(NamedTuple):
    """How words were cut; slots of an open-addressing table, and rows of pieces."""

    hashes: Hashes          # 0: an empty slot
    first: Ints             # of a slot: the first of its rows
    pieces: Numbers         # of a slot: how many rows
    limit: Floats           # up to which sum, without its sign, the word is cut that way
    piece: Numbers          # of a row: the id of the piece; NONE: an unknown character
    length: Numbers         # of a row: its bytes
    used: Ints              # (2,) slots and rows


class Ways(NamedTuple):
    """The best way to each position of a word, a row more than the longest word has bytes; and the best of all."""

    score: Scores
    start: Numbers          # of the last piece on the way; NONE: no way leads here
    piece: Numbers
    apart: Scores           # how much better it is than the second best
    path_piece: Numbers     # the pieces of the best way to the end, and their bytes; the last one comes first
    path_length: Numbers


class Unknown(NamedTuple):
    """What it costs to take a character for unknown. largest: of all scores, this one too, without their signs."""

    score: float
    largest: float


def make_memory() -> Memory:
    return Memory(
        np.zeros(WORDS, np.uint64), np.zeros(WORDS, np.int64), np.zeros(WORDS, np.int32), np.zeros(WORDS, np.float64),
        np.zeros(PIECES_OF_WORDS, np.int32), np.zeros(PIECES_OF_WORDS, np.int32), np.zeros(2, np.int64),
    )


def make_ways(longest: int) -> Ways:
    rows = longest + 1
    return Ways(
        np.empty(rows, np.float32), np.empty(rows, np.int32), np.empty(rows, np.int32), np.empty(rows, np.float32),
        np.empty(rows, np.int32), np.empty(rows, np.int32),
    )


@kernel
def find_ways(trie: Trie, unknown: Unknown, text: Bytes, start: int, end: int, before: float, ways: Ways) -> None:
    """Fill the ways through text[start:end], `before` being the sum so far.

    (In the loop nothing is called with more than one array: that would cost as much again.)
    """
    keys, nodes, pieces, scores = trie
    size = end - start
    for i in range(size + 1):
        ways.start[i] = NONE
    ways.score[0] = before
    best, starts, best_pieces, apart = ways.score, ways.start, ways.piece, ways.apart
    here = frontier = 0
    while here < size:
        length = character_bytes(int64(text[start + here]))
        score_here = best[here]
        if abs(score_here) > FRESH_START:
            for i in range(here, frontier + 1):
                if i == here or starts[i] != NONE:
                    best[i] -= score_here
            score_here = best[here]
        single = False              # whether the first character is a piece
        node = ROOT
        there = here
        while True:                 # over the pieces that begin here; at last the character as an unknown one
            piece = NONE
            while piece == NONE and node != NONE and there < size:
                slot = slot_of_child(keys, node, int64(text[start + there]))
                node = int64(nodes[slot]) if keys[slot] != 0 else NONE
                there += 1
                if node != NONE:
                    piece = int64(pieces[node])
            if piece != NONE:
                score = scores[piece] + score_here
                single = single or there == here + length
            elif not single:
                score = unknown.score + score_here
                node, there = NONE, here + length
                single = True
            else:
                break
            frontier = max(frontier, there)
            if starts[there] == NONE:
                apart[there] = np.inf
            else:
                apart[there] = min(apart[there], abs(score - best[there]))
                if not score > best[there]:
                    continue
            best[there] = score
            starts[there] = here
            best_pieces[there] = piece
        here += length


@kernel
def trace(ways: Ways, size: int) -> tuple[int, float]:
    """Fill the path to the end of a word of so many bytes.

    Returns its number of pieces, and how much better the best way is than the second at its worst position.
    """
    count = 0
    apart = np.inf
    while size > 0:
        start = int64(ways.start[size])
        ways.path_piece[count] = ways.piece[size]
        ways.path_length[count] = size - start
        apart = min(apart, float64(ways.apart[size]))
        count += 1
        size = start
    return count, apart


@kernel
def slot_of_word(hashes: Hashes, code: int) -> int:
    """The slot of a word, or the empty one where it would be."""
    mask = hashes.size - 1
    slot = int64(code >> uint64(1)) & mask
    while hashes[slot] != 0 and hashes[slot] != code:
        slot = (slot + 1) & mask
    return slot


@kernel
def has_room(memory: Memory, size: int) -> bool:
    """Whether one more word of so many bytes can be remembered."""
    slots, rows = memory.used[0], memory.used[1]
    return size <= LONGEST_WORD and slots < memory.hashes.size * 3 // 4 and rows + size <= memory.piece.size


@kernel
def remember(memory: Memory, slot: int, code: int, unknown: Unknown, ways: Ways, size: int) -> None:
    """Keep how a word of so many bytes is cut, as found for a sum of 0."""
    count, apart = trace(ways, size)
    first = memory.used[1]
    for i in range(count):
        memory.piece[first + i] = ways.path_piece[count - 1 - i]
        memory.length[first + i] = ways.path_length[count - 1 - i]
    memory.hashes[slot] = code
    memory.first[slot] = first
    memory.pieces[slot] = count
    # Each sum is rounded by up to half a digit, so two of them differ by up to one for each piece on the way; the same
    # again, of smaller sums, for `apart` itself.
    limit = apart / ((size + 2) * ROUNDING) - 2 * size * unknown.largest
    memory.limit[slot] = min(float64(limit), float64(FRESH_START - size * unknown.largest))
    memory.used[0] += 1
    memory.used[1] += count

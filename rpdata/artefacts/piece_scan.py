"""Lines to pieces: SentencePiece's normalisation, words, and the pieces of each, in one pass."""

from typing import NamedTuple

import numpy as np

from rpdata.artefacts.piece_rules import ODD, SPACE_0, SPACE_1, SPACE_2, Rules, apply_rules
from rpdata.artefacts.piece_trie import NONE, Numbers, Trie
from rpdata.artefacts.piece_words import (
    FRESH_START,
    Memory,
    Unknown,
    Ways,
    find_ways,
    has_room,
    remember,
    slot_of_word,
    trace,
)
from rpdata.text.arrays import Bytes, Ints
from rpdata.text.compiled import EntryPoint, float32, int64, kernel, uint64
from rpdata.text.hashing import Secret, hash_bytes

MARGIN = 64                 # bytes that may be read or written behind a buffer
GROWTH = 4                  # bytes for each byte of text: a word of one letter takes 4 with the sign for a space


class Pieces(NamedTuple):
    """Lines cut into pieces: piece i of all is text[end[i] : end[i + 1]], and nothing is between them."""

    text: Bytes
    end: Ints               # 0, and where each piece ends
    number: Numbers         # the id of each piece; NONE: a run of unknown characters
    lines: Ints             # (lines + 1,): line k has the pieces lines[k] .. lines[k + 1]


def make_pieces(size: int, lines: int) -> Pieces:
    """Room for lines of `size` bytes in all."""
    room = GROWTH * size + 4 * lines + MARGIN
    pieces = Pieces(
        np.empty(room, np.uint8), np.empty(room + 1, np.int64), np.empty(room, np.int32), np.zeros(lines + 1, np.int64)
    )
    pieces.end[0] = 0
    return pieces


@EntryPoint
def cut_lines(
    text: Bytes, offsets: Ints, rules: Rules, trie: Trie, unknown: Unknown, secret: Secret, memory: Memory, ways: Ways,
    pieces: Pieces, odd: Bytes,
) -> None:
    """Cut each line; one that does not follow from its words gets no pieces and a 1 in `odd`."""
    room = pieces.text[: pieces.text.size - MARGIN]
    written = 0
    count = 0
    for row in range(offsets.size - 1):
        end = apply_rules(rules, text, offsets[row], offsets[row + 1], room, written)
        odd[row] = end == ODD
        if end != ODD:
            count = cut_line(trie, unknown, secret, memory, ways, pieces, written, end, count)
            written = end
        pieces.lines[row + 1] = count


@kernel
def cut_line(
    trie: Trie, unknown: Unknown, secret: Secret, memory: Memory, ways: Ways, pieces: Pieces, start: int, end: int,
    count: int,
) -> int:
    """Cut pieces.text[start:end], of words that each begin with the sign for a space; returns the number of pieces.

    Words that are remembered call nothing that takes more than one array: counting the references to each costs more
    than all else. (80 -> 9 ms/MB.)
    """
    text, ends, numbers, scores = pieces.text, pieces.end, pieces.number, trie.scores
    hashes, limits, firsts, counts = memory.hashes, memory.limit, memory.first, memory.pieces
    remembered, lengths = memory.piece, memory.length
    unknown_score = unknown.score
    total = float32(0.0)
    while start < end:
        stop = start + 3
        while stop < end and not (text[stop] == SPACE_0 and text[stop + 1] == SPACE_1 and text[stop + 2] == SPACE_2):
            stop += 1
        if abs(total) > FRESH_START:
            total = float32(0.0)
        code = hash_bytes(text, start, stop - start, secret) | uint64(1)
        slot = slot_of_word(hashes, code)
        while hashes[slot] == 0 or abs(total) > limits[slot]:
            is_new = hashes[slot] == 0 and has_room(memory, stop - start)
            find_ways(trie, unknown, text, start, stop, float32(0.0) if is_new else total, ways)
            if not is_new:
                break
            remember(memory, slot, code, unknown, ways, stop - start)

        before = 0                  # the piece before, in this word; any number but NONE
        if hashes[slot] != 0 and abs(total) <= limits[slot]:
            first = firsts[slot]
            for i in range(first, first + int64(counts[slot])):
                piece = int64(remembered[i])
                start += int64(lengths[i])
                total += unknown_score if piece == NONE else scores[piece]
                count = put(ends, numbers, count, start, piece, before)
                before = piece
        else:
            total = ways.score[stop - start]
            for i in range(trace(ways, stop - start)[0] - 1, -1, -1):
                piece = int64(ways.path_piece[i])
                start += int64(ways.path_length[i])
                count = put(ends, numbers, count, start, piece, before)
                before = piece
    return count


@kernel
def put(ends: Ints, numbers: Numbers, count: int, end: int, piece: int, before: int) -> int:
    """Write a piece that ends there, or let an unknown one before it go on to there; returns how many there are."""
    count += int64(piece != NONE or before != NONE)
    ends[count] = end
    numbers[count - 1] = piece
    return count


@EntryPoint
def join_pieces(pieces: Pieces, out: Bytes, offsets: Ints) -> None:
    """Write the lines with a blank between any two pieces; line k is out[offsets[k] : offsets[k + 1]]."""
    written = 0
    for row in range(pieces.lines.size - 1):
        for i in range(pieces.lines[row], pieces.lines[row + 1]):
            if i > pieces.lines[row]:
                out[written] = 32
                written += 1
            for k in range(pieces.end[i], pieces.end[i + 1]):
                out[written] = pieces.text[k]
                written += 1
        offsets[row + 1] = written

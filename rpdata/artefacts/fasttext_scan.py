"""The one pass over a batch: each text is cut into words, their rows are added up, and the mean is given a label."""

from typing import NamedTuple

import numpy as np

from rpdata.artefacts.fasttext_labels import Labels, Outcome, best_label, make_outcome
from rpdata.artefacts.fasttext_vectors import LANES
from rpdata.artefacts.fasttext_words import (
    ADDED,
    END_OF_TEXT,
    ROWS_AT_ONCE,
    WORDS_AT_ONCE,
    Line,
    Memory,
    Vocabulary,
    Weights,
    Words,
    add_pending,
    add_word_ngrams,
    add_words,
    make_words,
    take_word,
)
from rpdata.text.arrays import Bytes, Counts, Floats32, Ints, Words32
from rpdata.text.bitmaps import FIRST
from rpdata.text.classify import decode, is_byte
from rpdata.text.codepoints import SPACE
from rpdata.text.compiled import EntryPoint, borrowing_kernel, float32, int64, uint32, uint64
from rpdata.text.hashing import Secret
from rpdata.text.vectors import BLOCK, between, lowest

BLANK = ord(" ")
NEXT_LINE, LINE_SEPARATOR, PARAGRAPH_SEPARATOR = 0x85, 0x2028, 0x2029


class Scratch(NamedTuple):
    """Working memory for texts up to some size."""

    raw: Bytes          # the text between margins of blanks, from FIRST on
    words: Words
    line: Line
    mean: Floats32
    outcome: Outcome


def make_scratch(largest: int, dimensions: int, words_together: int, labels: int) -> Scratch:
    """For texts of up to `largest` bytes."""
    line = Line(
        rows=np.empty(ROWS_AT_ONCE + LANES, np.int32),
        total=np.empty(-(-dimensions // LANES) * LANES, np.float32),
        hashes=np.empty(largest // 2 + 3 if words_together > 1 else 0, np.int32),
        state=np.zeros(3, np.int64),
        spelled=np.empty(largest + 2 + BLOCK, np.uint8),
    )
    blocks = largest // BLOCK + 4
    return Scratch(
        np.full(blocks * BLOCK, BLANK, np.uint8), make_words(), line, np.empty(dimensions, np.float32),
        make_outcome(labels),
    )


@EntryPoint
def label_batch(
    text: Bytes, offsets: Ints, lines_join: bool, vocabulary: Vocabulary, weights: Weights, labels: Labels,
    properties: Words32, memory: Memory, secret: Secret, scratch: Scratch, best: Counts, probability: Floats32,
) -> None:
    """Fill in the best label of each text and its probability; -1 and 0 for a text that has none.

    lines_join: whether words join where one line ends and the next begins; else all that str.splitlines splits at is
    white space, and what str.strip strips is left out.
    """
    raw, line, mean = scratch.raw, scratch.line, scratch.mean
    for row in range(best.size):
        best[row], probability[row] = -1, float32(0)
        size = offsets[row + 1] - offsets[row]
        if size == 0:
            continue
        end = load_text(text, offsets[row], size, raw)
        start = FIRST
        if not lines_join:
            blank_line_separators(raw, start, end)
            start = skip_space(raw, start, end, properties)
            end = skip_space_back(raw, start, end, properties)
        line.total[:] = 0
        line.state[:] = 0
        add_text(raw, start, end, lines_join, vocabulary, memory, secret, scratch.words, line, weights)
        add_word_ngrams(vocabulary, line, weights)
        add_pending(line, weights)
        if line.state[ADDED] > 0:
            take_mean(line, weights.columns, mean)
            best[row], probability[row] = best_label(mean, labels, scratch.outcome)


@borrowing_kernel
def load_text(text: Bytes, start: int, size: int, raw: Bytes) -> int:
    """Copy a text in front of a margin of blanks; returns where it ends."""
    for i in range(size):
        raw[FIRST + i] = text[start + i]
    raw[FIRST + size : FIRST + size + BLOCK] = BLANK
    return FIRST + size


@borrowing_kernel
def add_text(
    raw: Bytes, start: int, end: int, lines_join: bool, vocabulary: Vocabulary, memory: Memory, secret: Secret,
    words: Words, line: Line, weights: Weights,
) -> None:
    """Add the rows of all words of raw[start:end], and of the end of the text.

    What is behind is overwritten. A text that has an END_OF_TEXT of its own is over there.
    """
    raw[end] = BLANK
    for i in range(END_OF_TEXT.size):
        raw[end + 1 + i] = END_OF_TEXT[i]
    behind = end + 1 + END_OF_TEXT.size
    raw[behind : behind + BLOCK] = BLANK
    words.noted[0] = 0
    word = start
    for at in range(start, behind + 1, BLOCK):
        space = is_byte(raw, at, 0) | is_byte(raw, at, 0x09) | between(raw, at, 0x0B, 0x0D) | is_byte(raw, at, BLANK)
        if not lines_join:
            space |= is_byte(raw, at, 0x0A)
        while space != 0:
            here = at + lowest(space)
            space &= space - uint64(1)
            if here > word:
                take_word(raw, word, here - word, secret, memory, words)
                if words.noted[0] == WORDS_AT_ONCE and add_words(raw, words, vocabulary, memory, line, weights):
                    return
            word = here + 1
    add_words(raw, words, vocabulary, memory, line, weights)


@borrowing_kernel
def blank_line_separators(raw: Bytes, start: int, end: int) -> None:
    """Write blanks over what str.splitlines splits at, but for those that are white space anyway."""
    for at in range(start, end, BLOCK):
        marks = between(raw, at, 0x1C, 0x1E) | is_byte(raw, at, 0xC2) | is_byte(raw, at, 0xE2)
        while marks != 0:
            here = at + lowest(marks)
            marks &= marks - uint64(1)
            if raw[here] < 0x80:
                raw[here] = BLANK
            else:
                code_point, length = decode(raw, here)
                if code_point in (NEXT_LINE, LINE_SEPARATOR, PARAGRAPH_SEPARATOR):
                    raw[here : here + length] = BLANK


@borrowing_kernel
def is_space(raw: Bytes, position: int, properties: Words32) -> tuple[bool, int]:
    """Whether the character at a position is white space to Python, and its length in bytes."""
    code_point, length = int64(raw[position]), 1
    if code_point >= 0x80:
        code_point, length = decode(raw, position)
    return properties[code_point] & uint32(SPACE) != 0, length


@borrowing_kernel
def skip_space(raw: Bytes, start: int, end: int, properties: Words32) -> int:
    """The first position from `start` on that is not white space; `end` if there is none."""
    while start < end:
        space, length = is_space(raw, start, properties)
        if not space:
            return start
        start += length
    return end


@borrowing_kernel
def skip_space_back(raw: Bytes, start: int, end: int, properties: Words32) -> int:
    """The position behind the last character before `end` that is not white space; `start` if there is none."""
    while end > start:
        last = end - 1
        while last > start and raw[last] & 0xC0 == 0x80:
            last -= 1
        space, _ = is_space(raw, last, properties)
        if not space:
            return end
        end = last
    return start


@borrowing_kernel
def take_mean(line: Line, columns: int, mean: Floats32) -> None:
    """Write the mean of the rows that were added; the weights have so many columns."""
    share = float32(1.0 / line.state[ADDED])
    twice = line.total.size - columns           # columns that the last block has in common with the one before
    for j in range(mean.size):
        place = j if j < line.total.size - LANES else j + twice
        mean[j] = line.total[place] * share

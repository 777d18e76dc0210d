"""Raw lines: pieces that end in a newline, or the last one without; all from the bitmaps of the document."""

from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bits, Bytes, Counts, Flags
from rpdata.text.bitmaps import FIRST, Bitmaps, Ranks, rank
from rpdata.text.classify import HORIZONTAL_ELLIPSIS, decode
from rpdata.text.compiled import borrowing_kernel, int64, uint64
from rpdata.text.vectors import BLOCK, leading_zeros, lowest
from rpdata.text.words import Words, count_javascript

FULL_STOP = ord(".")
TERMINAL_MARKS = (FULL_STOP, ord("!"), ord("?"), 0x201D)
BULLETS = (0x2022, 0x2023, 0x25B6, 0x25C0, 0x25E6, 0x25A0, 0x25A1, 0x25AA, 0x25AB, 0x2013)


class Lines(NamedTuple):
    """Columns to fill, one row for each line of a batch: those of `stats.LineStats`."""

    start: Counts
    end: Counts
    words: Counts
    javascript_words: Counts
    numeric_code_points: Counts
    normalised_code_points: Counts
    uppercase_code_points: Counts
    ends_with_terminal_mark: Flags
    starts_with_bullet: Flags


def make_lines(rows: int) -> Lines:
    """Empty columns."""

    def counts() -> Counts:
        return np.empty(rows, np.int32)

    def flags() -> Flags:
        return np.empty(rows, np.int8)

    return Lines(counts(), counts(), counts(), counts(), counts(), counts(), counts(), flags(), flags())


@borrowing_kernel
def measure_lines(
    raw: Bytes,
    size: int,
    bitmaps: Bitmaps,
    ranks: Ranks,
    normalised: Bytes,
    words: Words,
    javascript: bool,
    row: int,
    lines: Lines,
) -> tuple[int, int]:
    """Fill the rows of a document's lines, from `row` on.

    `javascript` says whether any word may be that. Returns the row behind the last, and how many lines end
    in an ellipsis.
    """
    end_of_text = FIRST + size          # if the text does not end in a newline, its last word ends here, in the margin
    ellipses = 0
    start = FIRST
    code_points = word = numerics = uppers = 0          # of the document, before the line
    while start < end_of_text:
        end = behind_newline(bitmaps.newline, start, end_of_text)
        code_points_end = end - FIRST - rank(bitmaps.continuation, ranks.continuation, end)
        word_end = rank(bitmaps.word_end, ranks.word_end, end + int64(end == end_of_text))
        numerics_end = rank(bitmaps.numeric, ranks.numeric, end)
        uppers_end = rank(bitmaps.upper, ranks.upper, end)

        lines.start[row] = code_points
        lines.end[row] = code_points_end
        lines.words[row] = word_end - word
        lines.numeric_code_points[row] = numerics_end - numerics
        lines.uppercase_code_points[row] = uppers_end - uppers
        in_words = words.code_points_before[word_end] - words.code_points_before[word]
        lines.normalised_code_points[row] = in_words + max(word_end - word - 1, 0)
        lines.javascript_words[row] = count_javascript(normalised, words, word, word_end) if javascript else 0

        first = first_text(bitmaps.space, start, end)
        lines.starts_with_bullet[row] = first < end and raw[first] >= 0xE0 and decode(raw, first)[0] in BULLETS
        last = last_text(bitmaps.space, start, end)
        mark = last_character(raw, last) if last >= start else -1
        lines.ends_with_terminal_mark[row] = mark in TERMINAL_MARKS
        three_stops = mark == FULL_STOP and raw[last - 1] == FULL_STOP and raw[last - 2] == FULL_STOP
        ellipses += int64(mark == HORIZONTAL_ELLIPSIS or three_stops)

        row += 1
        start, code_points, word, numerics, uppers = end, code_points_end, word_end, numerics_end, uppers_end
    return row, ellipses


@borrowing_kernel
def last_character(raw: Bytes, last: int) -> int:
    """The character whose last byte is at `last`, if it takes one byte or three, as all marks do; else -1."""
    if raw[last] < 0x80:
        return int64(raw[last])
    if 0xE0 <= raw[last - 2] < 0xF0:
        return decode(raw, last - 2)[0]
    return -1


@borrowing_kernel
def behind_newline(newline: Bits, start: int, end: int) -> int:
    """The position behind the first newline from `start` on; `end` if there is none."""
    word = start >> 6
    bits = newline[word] >> uint64(start & 63)
    if bits != 0:
        return start + lowest(bits) + 1
    word += 1
    while word * BLOCK < end:
        if newline[word] != 0:
            return word * BLOCK + lowest(newline[word]) + 1
        word += 1
    return end


@borrowing_kernel
def first_text(space: Bits, start: int, end: int) -> int:
    """The position of the first byte from `start` that is not white space; `end` or more if there is none."""
    word = start >> 6
    bits = ~space[word] >> uint64(start & 63)
    if bits != 0:
        return start + lowest(bits)
    word += 1
    while word * BLOCK < end:
        if ~space[word] != 0:
            return word * BLOCK + lowest(~space[word])
        word += 1
    return end


@borrowing_kernel
def last_text(space: Bits, start: int, end: int) -> int:
    """The position of the last byte before `end` that is not white space; less than `start` if there is none."""
    word = (end - 1) >> 6
    bits = ~space[word] << uint64(63 - (end - 1 & 63))
    if bits != 0:
        return end - 1 - leading_zeros(bits)
    word -= 1
    while (word + 1) * BLOCK > start:
        if ~space[word] != 0:
            return word * BLOCK + 63 - leading_zeros(~space[word])
        word -= 1
    return start - 1

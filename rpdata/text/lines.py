"""Raw lines: pieces that end in a newline, or the last one without; all from the bitmaps of the document."""

from numba import int64, uint64

from rpdata.text.classify import decode, rank
from rpdata.text.compiled import kernel
from rpdata.text.scratch import FIRST
from rpdata.text.vectors import BLOCK, highest, lowest
from rpdata.text.words import count_javascript

TERMINAL_MARKS = (ord("."), ord("!"), ord("?"), 0x201D)
BULLETS = (0x2022, 0x2023, 0x25B6, 0x25C0, 0x25E6, 0x25A0, 0x25A1, 0x25AA, 0x25AB, 0x2013)


@kernel
def measure_lines(scratch, size, javascript, row, lines):
    """Fill the rows of the lines of a document from `row` on; returns the row behind them and the lines that end in an ellipsis."""
    raw, bitmaps, ranks, words = scratch.raw, scratch.bitmaps, scratch.ranks, scratch.words
    end_of_text = FIRST + size
    ellipses = 0
    start = FIRST
    code_point = word = numeric = upper = 0         # of the document, before the line
    while start < end_of_text:
        end = next_newline(bitmaps.newline, start, end_of_text)
        last_line = end == end_of_text
        code_point_end = end - FIRST - rank(bitmaps.continuation, ranks.continuation, end)
        word_end = rank(bitmaps.word_end, ranks.word_end, end + int64(last_line))    # the last one may end in the margin
        numeric_end = rank(bitmaps.numeric, ranks.numeric, end)
        upper_end = rank(bitmaps.upper, ranks.upper, end)

        lines.start[row] = code_point
        lines.end[row] = code_point_end
        lines.words[row] = word_end - word
        lines.numeric_code_points[row] = numeric_end - numeric
        lines.normalised_code_points[row] = (
            words.code_points_before[word_end] - words.code_points_before[word] + max(word_end - word - 1, 0)
        )
        lines.uppercase_code_points[row] = upper_end - upper
        lines.javascript_words[row] = count_javascript(scratch.normalised, words, word, word_end) if javascript else 0

        first = first_text(bitmaps.space, start, end)
        lines.starts_with_bullet[row] = first < end and raw[first] >= 0xE0 and decode(raw, first)[0] in BULLETS
        last = last_text(bitmaps.space, start, end)
        terminal = ellipsis = False
        if last >= start:
            tail = last_character(raw, last)
            terminal = tail in TERMINAL_MARKS
            ellipsis = tail == 0x2026 or (tail == 0x2E and raw[last - 1] == 0x2E and raw[last - 2] == 0x2E)
        lines.ends_with_terminal_mark[row] = terminal
        ellipses += int64(ellipsis)

        row += 1
        start, code_point, word, numeric, upper = end, code_point_end, word_end, numeric_end, upper_end
    return row, ellipses


@kernel
def last_character(raw, last):
    """The character whose last byte is at `last`, if it takes one byte or three, as all marks do; else -1."""
    if raw[last] < 0x80:
        return int64(raw[last])
    if 0xE0 <= raw[last - 2] < 0xF0:
        return decode(raw, last - 2)[0]
    return -1


@kernel
def next_newline(newline, start, end):
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


@kernel
def first_text(space, start, end):
    """The position of the first byte that is not white space, `end` or more if there is none before it."""
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


@kernel
def last_text(space, start, end):
    """The position of the last byte before `end` that is not white space, less than `start` if there is none from it on."""
    word = (end - 1) >> 6
    bits = ~space[word] << uint64(63 - (end - 1 & 63))
    if bits != 0:
        return end - 1 - highest(bits)
    word -= 1
    while (word + 1) * BLOCK > start:
        if ~space[word] != 0:
            return word * BLOCK + 63 - highest(~space[word])
        word -= 1
    return start - 1

"""What rules about lines ask of them (Gopher, C4, FineWeb): one visit to each line, and sums over the document's."""

import math
from typing import Any, NamedTuple

import numpy as np

from rpdata.text.arrays import Bits, Bytes, Counts, Flags, Floats, Ints
from rpdata.text.bitmaps import FIRST, Bitmaps, Ranks, count_between, everywhere_if
from rpdata.text.compiled import borrowing_kernel, int64, uint64
from rpdata.text.hashing import Secret, hash_bytes
from rpdata.text.lines import Lines, behind_newline, first_text, last_text
from rpdata.text.needles import Found, Needles
from rpdata.text.numbering import Numbering
from rpdata.text.repeated_lines import Pieces, count_repeated, join_paragraphs
from rpdata.text.vectors import BLOCK, load64, lowest, popcount

IS_END_MARK = np.isin(np.arange(256), [ord(mark) for mark in ".!?\"'"])        # looked up, for who can predict it
DASH, NEWLINE, LEFT_BRACKET, RIGHT_BRACKET = (ord(sign) for sign in "-\n[]")
BULLET = int.from_bytes("•".encode(), "little")
ELLIPSIS = int.from_bytes(b"...", "little")
SHORT_LINE = 30         # code points, at most (FineWebQualityFilter of datatrove)
THREE_BYTES = (1 << 24) - 1
EDIT = int.from_bytes(b"[edit", "little")
FIVE_BYTES = (1 << 40) - 1
CITATION = int.from_bytes(b"[citatio", "little")
N_NEEDED = int.from_bytes(b"n needed", "little")
LEFT_BRACE = ord("{")


class StructureOfLines(NamedTuple):
    """Columns to fill, one row for each line of a batch: those of `stats.LineStats`."""

    sentences: Counts
    whitespace_words: Counts
    longest_word: Counts
    left_braces: Counts
    ends_with_mark_or_quote: Flags
    has_javascript: Flags
    has_policy: Flags
    has_lorem_ipsum: Flags


class StructureOfDocuments(NamedTuple):
    """Columns to fill, one row for each document: those of `stats.TextStats`."""

    beyond_ascii: Ints
    in_runs: Ints
    nonblank_lines: Ints
    nonblank_code_points: Ints
    line_length_deviation: Floats
    short_lines: Ints
    sentence_mark_lines: Ints
    bullet_lines: Ints
    bullet_or_dash_lines: Ints
    duplicate_lines: Ints
    duplicate_line_code_points: Ints
    paragraphs: Ints
    duplicate_paragraphs: Ints
    duplicate_paragraph_code_points: Ints


class Structure(NamedTuple):
    """Both kinds of columns."""

    lines: StructureOfLines
    documents: StructureOfDocuments


def make_structure(lines: int, documents: int) -> Structure:
    """Columns to fill."""
    of_lines: Any = (np.empty(lines, np.int32 if i < 4 else np.int8) for i in range(8))
    sums: dict[str, Any] = {name: np.zeros(documents, np.int64) for name in StructureOfDocuments._fields}
    sums["line_length_deviation"] = np.zeros(documents)
    return Structure(StructureOfLines(*of_lines), StructureOfDocuments(**sums))


@borrowing_kernel
def measure_structure(
    raw: Bytes,
    size: int,
    braces: int,
    bitmaps: Bitmaps,
    ranks: Ranks,
    sentence: Bits,
    needles: Needles,
    found: Found,
    pieces: Pieces,
    numbering: Numbering,
    secret: Secret,
    first_row: int,
    lines: Lines,
    document: int,
    structure: Structure,
) -> None:
    """Fill the rows of a document and of its lines, of which `lines` has the spans, from `first_row` on.

    braces: how many there are in the document. pieces: room for its lines.
    """
    of_lines, of_documents = structure
    end_of_text = FIRST + size
    row = first_row
    start = FIRST
    nonblank = code_points = short = marked = bullets = bullets_or_dashes = 0
    while start < end_of_text:
        end = behind_newline(bitmaps.newline, start, end_of_text)
        text_end = end - int64(raw[end - 1] == NEWLINE)
        words, longest = measure_whitespace_words(bitmaps, ranks, start, end)
        of_lines.sentences[row] = count_between(sentence, start, end + int64(end == end_of_text))
        of_lines.whitespace_words[row] = words
        of_lines.longest_word[row] = longest
        of_lines.left_braces[row] = count_left_braces(raw, start, end) if braces else 0
        of_lines.has_javascript[row] = found.javascript and count_between(needles.javascript, start, end) > 0
        of_lines.has_policy[row] = found.policy and count_between(needles.policy, start, end) > 0
        of_lines.has_lorem_ipsum[row] = found.lorem_ipsum and count_between(needles.lorem_ipsum, start, end) > 0
        of_lines.ends_with_mark_or_quote[row] = 0
        if words > 0:
            first = first_text(bitmaps.space, start, end)
            last = last_text(bitmaps.space, start, end)
            of_lines.ends_with_mark_or_quote[row] = ends_with_mark_or_quote(raw, bitmaps.space, start, last)
            marks = bitmaps.terminator[last >> 6] | bitmaps.sentence_mark[last >> 6]
            marked += int64(marks >> uint64(last & 63) & uint64(1))
            bullet = load64(raw, first) & uint64(THREE_BYTES) == uint64(BULLET)
            bullets_or_dashes += int64(bullet or raw[first] == DASH)
            length = int64(lines.end[row]) - int64(lines.start[row]) - (end - text_end)
            pieces.hash[nonblank] = hash_bytes(raw, start, text_end - start, secret)
            pieces.code_points[nonblank] = length
            nonblank += 1
            code_points += length
            short += int64(length <= SHORT_LINE)
        bullets += int64(lines.starts_with_bullet[row])
        row += 1
        start = end

    of_documents.nonblank_lines[document] = nonblank
    of_documents.nonblank_code_points[document] = code_points
    of_documents.line_length_deviation[document] = deviation(pieces.code_points, nonblank, code_points)
    of_documents.short_lines[document] = short
    of_documents.sentence_mark_lines[document] = marked
    of_documents.bullet_lines[document] = bullets
    of_documents.bullet_or_dash_lines[document] = bullets_or_dashes
    repeated, repeated_code_points = count_repeated(pieces, nonblank, numbering)
    of_documents.duplicate_lines[document] = repeated
    of_documents.duplicate_line_code_points[document] = repeated_code_points
    of_documents.paragraphs[document] = min(nonblank, 1)
    if nonblank < row - first_row:      # else no blank line separates anything
        paragraphs = join_paragraphs(pieces, of_lines.whitespace_words, first_row, row, secret)
        of_documents.paragraphs[document] = paragraphs
        repeated, repeated_code_points = count_repeated(pieces, paragraphs, numbering)
        of_documents.duplicate_paragraphs[document] = repeated
        of_documents.duplicate_paragraph_code_points[document] = repeated_code_points


@borrowing_kernel
def measure_whitespace_words(bitmaps: Bitmaps, ranks: Ranks, start: int, end: int) -> tuple[int, int]:
    """How many runs of what is no white space start : end has, and the code points of the longest.

    What stands before a line is white space, and so is what stands behind the end of the text.
    """
    words = 0
    longest = 0
    begun = 0           # code points before the word that is being read
    for block in range(start >> 6, (end >> 6) + 1):
        text = ~bitmaps.space[block]
        shifted = text << uint64(1) | ~bitmaps.space[block - 1] >> uint64(63)
        begins = text & ~shifted
        stops = shifted & ~text
        carried = shifted & uint64(1) != 0
        if block == start >> 6:
            carried = False
            begins &= everywhere_if(True) << uint64(start & 63)
            stops &= everywhere_if(True) << uint64(start & 63)
        if block == end >> 6:
            stops &= (uint64(2) << uint64(end & 63)) - uint64(1)
        words += popcount(stops)
        origin = block * BLOCK - int64(ranks.continuation[block])
        continuation = bitmaps.continuation[block]
        if not carried:
            begun = origin + code_points_before(begins, continuation)
            begins &= begins - uint64(1)
        while stops != 0:
            longest = max(longest, origin + code_points_before(stops, continuation) - begun)
            begun = origin + code_points_before(begins, continuation)
            stops &= stops - uint64(1)
            begins &= begins - uint64(1)
    return words, longest


@borrowing_kernel
def code_points_before(bits: int, continuation: int) -> int:
    """Code points before the lowest set bit."""
    return lowest(bits) - popcount(continuation & (~bits & (bits - uint64(1))))


@borrowing_kernel
def count_left_braces(raw: Bytes, start: int, end: int) -> int:
    """How often { stands in a line; asked of documents with braces only."""
    found = 0
    for i in range(start, end):
        found += int64(raw[i] == LEFT_BRACE)
    return found


@borrowing_kernel
def ends_with_mark_or_quote(raw: Bytes, space: Bits, start: int, last: int) -> bool:
    """Whether a line whose last byte of text is at `last` ends in an end mark and no ellipsis, citations aside."""
    if raw[last] == RIGHT_BRACKET:
        last = before_citations(raw, space, start, last)
    ellipsis = load64(raw, last - 2) & uint64(THREE_BYTES) == uint64(ELLIPSIS)
    return bool((last >= start) & IS_END_MARK[raw[last]] & (not ellipsis))


@borrowing_kernel
def before_citations(raw: Bytes, space: Bits, start: int, last: int) -> int:
    """Where the text ends before [1], [], [edit], [citation needed], any number of them; below `start` if nowhere."""
    while last >= start and raw[last] == RIGHT_BRACKET:
        opening = last - 1
        while ord("0") <= raw[opening] <= ord("9"):
            opening -= 1
        if raw[opening] != LEFT_BRACKET:
            if load64(raw, last - 5) & uint64(FIVE_BYTES) == uint64(EDIT):
                opening = last - 5
            elif load64(raw, last - 16) == uint64(CITATION) and load64(raw, last - 8) == uint64(N_NEEDED):
                opening = last - 16
            else:
                break
        last = last_text(space, start, opening)
    return last


@borrowing_kernel
def deviation(lengths: Counts, count: int, total: int) -> float:
    """Their standard deviation, that of a whole population; 0 of none."""
    if count == 0:
        return 0.0
    mean = total / count
    squares = 0.0
    for i in range(count):
        squares += (lengths[i] - mean) ** 2
    return math.sqrt(squares / count)

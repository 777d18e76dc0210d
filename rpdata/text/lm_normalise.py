"""A document as cc_net's language models read it: one line, without accents, case, digits or control characters.

Wenzek et al. 2020 (`cc_net/text_normalizer.py`): strip, lower case, NFD without its non-spacing marks, decimal digits
to 0, some punctuation to ASCII, and no control characters. A newline is one of these and leaves no blank, so lines
fuse: models and bucket cutoffs were made that way.
"""

import unicodedata
from functools import cache
from string import punctuation
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from rpdata.text.arrays import Bytes, Ints, Words32
from rpdata.text.bitmaps import FIRST
from rpdata.text.codepoints import CASE_IGNORABLE, CASED, INHABITED, MAX_GROWTH, SIGMA, SPACE, tables
from rpdata.text.compiled import EntryPoint, int64, kernel
from rpdata.text.normalise import LAST_BYTE_OF_FINAL_SIGMA, character, order_marks_from, sigma_is_final
from rpdata.text.vectors import BLOCK

MAPPING_BYTES = 16          # room for what one code point becomes: U+1D160 takes 12

# What cc_net writes for punctuation beyond ASCII. It has U+FF11 too, which no text reaches: it is a digit.
PUNCTUATION = {
    "，": ",", "。": ".", "、": ",", "„": '"', "”": '"', "“": '"', "«": '"', "»": '"', "」": '"', "「": '"', "《": '"',
    "》": '"', "´": "'", "∶": ":", "：": ":", "？": "?", "！": "!", "（": "(", "）": ")", "；": ";", "–": "-",
    "—": " - ", "．": ". ", "～": "~", "’": "'", "…": "...", "━": "-", "〈": "<", "〉": ">", "【": "[", "】": "]",
    "％": "%", "►": "-",
}


class LineTables(NamedTuple):
    """What becomes of a code point, as arrays over code points and over mappings."""

    properties: Words32         # (0x110000,) SPACE and the context of a final sigma, as in `codepoints`
    mapping: Words32            # (0x110000,) 1 + the number of its mapping; 0: it stays, and is no combining mark
    text: Bytes                 # (mappings * MAPPING_BYTES,) what it becomes, UTF-8
    size: Bytes                 # (mappings,) bytes of that
    starts: Bytes               # (mappings,) 1 if a starter is in its decomposition: marks do not pass it
    marks: Bytes                # (mappings,) bytes of marks behind its last starter that stay
    ascii: Bytes                # (128,) what an ASCII character becomes, if it stays
    stays: Bytes                # (128,) 1 if it does


@cache
def line_tables() -> LineTables:
    """The tables of this Python's Unicode version; made in less than half a second."""
    numbers: dict[tuple[str, bool, int], int] = {}
    mapping = np.zeros(0x110000, np.uint32)
    for code_point in INHABITED:
        c = chr(code_point)
        decomposed = unicodedata.normalize("NFD", c.lower())
        becomes = "".join(map(_written, decomposed))
        if becomes != c or unicodedata.combining(c):
            classes = [unicodedata.combining(d) for d in decomposed]
            behind = len(classes) - max((i + 1 for i, number in enumerate(classes) if number == 0), default=0)
            marks = "".join(map(_written, decomposed[len(decomposed) - behind :]))
            key = (becomes, 0 in classes, len(marks.encode()))
            mapping[code_point] = numbers.setdefault(key, len(numbers) + 1)
            assert len(becomes.encode()) <= min(MAPPING_BYTES, MAX_GROWTH * len(c.encode()))
    return LineTables(
        context(),
        mapping,
        np.frombuffer(b"".join(text.encode().ljust(MAPPING_BYTES, b"\0") for text, _, _ in numbers), np.uint8).copy(),
        np.array([len(text.encode()) for text, _, _ in numbers], np.uint8),
        np.array([starts for _, starts, _ in numbers], np.uint8),
        np.array([marks for _, _, marks in numbers], np.uint8),
        np.array([ord(_written(chr(c).lower()) or "\0") for c in range(128)], np.uint8),
        np.array([len(_written(chr(c).lower())) for c in range(128)], np.uint8),
    )


def context() -> Words32:
    """(0x110000,) SPACE and the context of a final sigma, as in `codepoints`, for text that keeps its punctuation."""
    properties = tables().properties & np.uint32(SPACE | CASED | CASE_IGNORABLE)
    for c in punctuation:       # `codepoints` calls all of it ignorable, for it deletes it before it looks
        if ("a\u03A3" + c + "a").lower()[1] != "\u03C3":
            properties[ord(c)] &= ~np.uint32(CASE_IGNORABLE)
    return properties


def _written(c: str) -> str:
    """What is written for a code point of the decomposed text."""
    category = unicodedata.category(c)
    if category in ("Mn", "Cc"):        # Cc is U+0000-001F and U+007F-009F
        return ""
    return "0" if category == "Nd" else PUNCTUATION.get(c, c)


def normalise_lines(texts: pa.StringArray) -> pa.LargeStringArray:
    """Each text as one line for a language model; empty if nothing is left of it.

    texts: without nulls, `string` or `large_string`. Working memory: 5 bytes for each byte of the largest text, and
    the result, which takes up to 3 bytes for each byte of text.
    """
    batch = texts.cast(pa.large_string())
    if batch.null_count:
        raise ValueError(f"{batch.null_count} of {len(batch)} texts are null: there is no document without a text")
    rows = len(batch)
    if rows == 0:
        return batch
    offsets = np.frombuffer(batch.buffers()[1], np.int64)[batch.offset : batch.offset + rows + 1]
    raw = np.frombuffer(batch.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    raw.flags.writeable = False
    out = np.empty(MAX_GROWTH * raw.size + MAPPING_BYTES, np.uint8)
    ends = np.zeros(rows + 1, np.int64)
    scratch = np.full(int(np.diff(offsets).max()) + FIRST + 3 * BLOCK, ord(" "), np.uint8)
    normalise_batch(raw, offsets - offsets[0], line_tables(), tables().properties, scratch, out, ends)
    written = out[: ends[-1]].copy()        # a view would keep the room for growth alive
    return pa.LargeStringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(written))


@EntryPoint
def normalise_batch(
    text: Bytes, offsets: Ints, lines: LineTables, properties: Words32, raw: Bytes, out: Bytes, ends: Ints
) -> None:
    """Write the line of each document behind that of the one before; ends[i + 1] is where that of document i ends."""
    written = 0
    for row in range(offsets.size - 1):
        size = offsets[row + 1] - offsets[row]
        raw[FIRST : FIRST + size] = text[offsets[row] : offsets[row + 1]]
        raw[FIRST + size : FIRST + size + 2 * BLOCK] = ord(" ")
        written = normalise_line(raw, size, lines, properties, out, written)
        ends[row + 1] = written


@kernel
def normalise_line(raw: Bytes, size: int, lines: LineTables, properties: Words32, out: Bytes, written: int) -> int:
    """Write the line of the document of so many bytes at FIRST, between margins of blanks; returns where it ends.

    Marks that stay are rare (Hangul tones, musical stems): that they are in canonical order is seen to when the next
    starter comes.
    """
    position, end = stripped(raw, size, lines.properties)
    ascii_becomes, ascii_stays = lines.ascii, lines.stays
    marks = 0                           # bytes of marks behind the last starter
    while position < end:
        if raw[position] < 0x80 and marks == 0:         # most of the text: without a branch on what it is
            out[written] = ascii_becomes[raw[position]]
            written += int64(ascii_stays[raw[position]])
            position += 1
            continue
        code_point, length = character(raw, position)
        mapping = int64(lines.mapping[code_point]) - 1
        if marks > 0 and (mapping < 0 or lines.starts[mapping] != 0):
            order_marks_from(out, written - marks, written, properties)
            marks = 0
        if mapping < 0:
            for k in range(4):
                out[written + k] = raw[position + k]
            written += length
        else:
            for k in range(MAPPING_BYTES):
                out[written + k] = lines.text[mapping * MAPPING_BYTES + k]
            if code_point == SIGMA and sigma_is_final(raw, position, lines.properties):
                out[written + 1] = LAST_BYTE_OF_FINAL_SIGMA
            written += int64(lines.size[mapping])
            marks += int64(lines.marks[mapping])
        position += length
    if marks > 0:
        order_marks_from(out, written - marks, written, properties)
    return written


@kernel
def stripped(raw: Bytes, size: int, properties: Words32) -> tuple[int, int]:
    """Where the document starts and ends without the white space around it."""
    start, end = FIRST, FIRST + size
    while start < end:
        code_point, length = character(raw, start)
        if not properties[code_point] & SPACE:
            break
        start += length
    while start < end:
        head = end - 1
        while raw[head] & 0xC0 == 0x80:
            head -= 1
        if not properties[character(raw, head)[0]] & SPACE:
            break
        end = head
    return start, end

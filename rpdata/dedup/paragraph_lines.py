"""What a line is known by where paragraphs are deduplicated, as cc_net has it (Wenzek et al. 2020, section 3.1).

A line is stripped of the white space around it and written small; its decimal digits become 0; punctuation beyond
ASCII (PUNCTUATION) and control characters go. Its hash is the first 8 bytes of the SHA-1 of that in UTF-8, as a
little-endian number. Blank lines are lines like others. ASCII punctuation, accents and blanks within a line stay, and
so does white space that comes to its ends when something else goes.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from rpdata.text.arrays import Bytes, Counts, Hashes, Ints, Words32
from rpdata.text.classify import decode
from rpdata.text.codepoints import SIGMA, SPACE
from rpdata.text.compiled import EntryPoint, int64, kernel, uint32
from rpdata.text.lm_normalise import PUNCTUATION, context
from rpdata.text.normalise import LAST_BYTE_OF_FINAL_SIGMA, character, sigma_is_final
from rpdata.text.sha1_lanes import Lanes, hash_messages, make_lanes
from rpdata.text.utf8 import utf8_of
from rpdata.text.vectors import BLOCK

CONTROL = [*range(0x20), *range(0x7F, 0xA0)]

CHANGES = 2                 # a bit of the properties below that `codepoints` has for something else
MAPPING_SHIFT = 16          # 1 + the number of its mapping
MAPPING_BYTES = 4           # room for one: U+0130 takes 3
MAX_GROWTH = 2              # bytes for each byte of text: U+0130 and U+023A become 3 bytes out of 2
HASH_WORDS = 2              # words of a SHA-1 that are kept

MARGIN = BLOCK              # bytes around a buffer


class LineTables(NamedTuple):
    """What becomes of a code point, as arrays over code points and over mappings."""

    properties: Words32         # (0x110000,) SPACE, CHANGES, the context of a final sigma, and the mapping
    text: Bytes                 # (mappings * MAPPING_BYTES,) what it becomes, UTF-8
    size: Bytes                 # (mappings,) bytes of that
    ascii: Bytes                # (0x80,) what an ASCII character becomes; 0: it goes
    ascii_space: Bytes          # (0x80,) 1 if it is white space


@cache
def line_tables() -> LineTables:
    """The tables of this Python's Unicode version."""
    properties = context()
    deleted = {*PUNCTUATION, *map(chr, CONTROL)}
    numbers: dict[bytes, int] = {}
    for code_point in range(0x110000):
        c = chr(code_point)
        small = c.lower()
        if small == c and c not in deleted and not c.isdecimal():
            continue
        becomes = _written(small, deleted).encode()
        number = numbers.setdefault(becomes, len(numbers) + 1)
        properties[code_point] |= np.uint32(CHANGES | number << MAPPING_SHIFT)
        assert len(becomes) <= min(MAPPING_BYTES, MAX_GROWTH * len(c.encode()))
    return LineTables(
        properties,
        np.frombuffer(b"".join(text.ljust(MAPPING_BYTES, b"\0") for text in numbers), np.uint8).copy(),
        np.array([len(text) for text in numbers], np.uint8),
        np.array([ord(_written(chr(i).lower(), deleted) or "\0") for i in range(0x80)], np.uint8),
        (properties[:0x80] & np.uint32(SPACE)).astype(np.uint8),
    )


def _written(small: str, deleted: set[str]) -> str:
    """What is written of text in lower case."""
    return "".join("0" if c.isdecimal() else c for c in small if c not in deleted)


def hash_lines(texts: pa.StringArray) -> tuple[Hashes, Ints]:
    """The hashes of all lines of the texts, and where those of each text begin (one more number than texts).

    texts: without nulls. Lines are what newlines separate, so a text has one more than it has newlines. Working
    memory: 4 bytes for each byte of text, and 12 for each line.
    """
    raw, offsets = utf8_of(texts)
    newlines = np.flatnonzero(raw == ord("\n"))
    first = np.searchsorted(newlines, offsets) + np.arange(len(offsets))
    lines = int(first[-1])
    spaced = np.empty(raw.size + len(texts) + 2 * MARGIN, np.uint8)
    written = np.empty(MAX_GROWTH * raw.size + lines + 2 * MARGIN, np.uint8)
    starts = np.empty(lines + 1, np.int32)
    words = np.empty(HASH_WORDS * lines, np.uint32)
    hash_all(raw, offsets, line_tables(), make_lanes(), spaced, written, starts, words)
    return words.view("<u8"), first


@EntryPoint
def hash_all(
    raw: Bytes,
    offsets: Ints,
    lines: LineTables,
    lanes: Lanes,
    spaced: Bytes,
    written: Bytes,
    starts: Counts,
    words: Words32,
) -> None:
    """Normalise every line into `written`, one byte apart, with its place in `starts`; then hash them all.

    spaced: room for the texts, each with a newline behind it, so that no text is the context of its neighbour.
    """
    spaced[:MARGIN] = ord("\n")
    end = MARGIN
    for document in range(offsets.size - 1):
        size = offsets[document + 1] - offsets[document]
        spaced[end : end + size] = raw[offsets[document] : offsets[document + 1]]
        spaced[end + size] = ord("\n")
        end += size + 1
    spaced[end:] = 0

    position = MARGIN
    at = 0
    line = 0
    while position < end:
        starts[line] = at
        position, at = normalise_line(spaced, position, lines, written, at)
        at += 1
        line += 1
    starts[line] = at
    written[at : at + MARGIN] = 0
    hash_messages(written, starts, 1, line, HASH_WORDS, words, lanes)


@kernel
def normalise_line(raw: Bytes, position: int, lines: LineTables, out: Bytes, at: int) -> tuple[int, int]:
    """Write the line that begins at a position, from out[at] on; returns where the next begins, and where it ends."""
    while raw[position] != ord("\n"):
        code_point, length = character(raw, position)
        if not lines.properties[code_point] & uint32(SPACE):
            break
        position += length
    text_end = at           # behind what is not white space: the rest is at the end of the line, so far
    while True:
        byte = raw[position]
        if byte < 0x80:     # a table for ASCII alone: 5.4 -> 3.9 ns/byte, hashing included
            if byte == ord("\n"):
                return position + 1, text_end
            out[at] = lines.ascii[byte]
            at += int64(lines.ascii[byte] != 0)
            position += 1
            text_end = text_end if lines.ascii_space[byte] else at
            continue
        code_point, length = decode(raw, position)
        traits = lines.properties[code_point]
        if traits & uint32(CHANGES):
            mapping = int64(traits >> uint32(MAPPING_SHIFT)) - 1
            for k in range(MAPPING_BYTES):
                out[at + k] = lines.text[mapping * MAPPING_BYTES + k]
            if code_point == SIGMA and sigma_is_final(raw, position, lines.properties):
                out[at + 1] = LAST_BYTE_OF_FINAL_SIGMA
            at += int64(lines.size[mapping])
        else:
            for k in range(4):
                out[at + k] = raw[position + k]
            at += length
        position += length
        text_end = text_end if traits & uint32(SPACE) else at

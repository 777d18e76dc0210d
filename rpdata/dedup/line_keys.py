"""What a line is known by where lines are counted: the XXH3 (64 bits) of its bytes without white space around them.

Lines are those of the line signals: what ends in a newline, or the rest after the last one; an empty document has
none. Two different lines have one key with a chance of 2**-64: among 10 billion different lines 3 pairs do.
"""

import numpy as np
import pyarrow as pa

from rpdata.text.arrays import Bytes, Hashes, Ints, Words32
from rpdata.text.classify import decode
from rpdata.text.codepoints import SPACE, tables
from rpdata.text.compiled import EntryPoint, kernel, uint32, uint64
from rpdata.text.utf8 import utf8_of
from rpdata.text.xxh3_short import xxh3_any

BLANK = 0               # the key of a line without anything but white space, and of no other
MARGIN = 8              # bytes behind the text that hashing reads

CONTINUATION, LEADING_BITS = 0x80, 0xC0      # of UTF-8: a byte that does not begin a character, by its two first bits


def line_keys(texts: pa.StringArray) -> tuple[Hashes, Ints]:
    """The keys of all lines of the texts, and where those of each text begin (one more number than texts).

    texts: without nulls. Working memory: the bytes of the texts, and 8 for each line.
    """
    raw, offsets = utf8_of(texts)
    padded = np.zeros(raw.size + MARGIN, np.uint8)
    padded[: raw.size] = raw
    keys = np.empty(np.count_nonzero(raw == ord("\n")) + len(texts), np.uint64)
    first = np.empty(len(texts) + 1, np.int64)
    hash_lines_of(padded, offsets, tables().properties, keys, first)
    return keys[: first[-1]], first


@EntryPoint
def hash_lines_of(text: Bytes, offsets: Ints, properties: Words32, keys: Hashes, first: Ints) -> None:
    """Fill `keys`, and `first` with where those of each document begin."""
    line = 0
    for document in range(offsets.size - 1):
        first[document] = line
        position, end_of_text = offsets[document], offsets[document + 1]
        while position < end_of_text:
            end = position
            while end < end_of_text and text[end] != ord("\n"):
                end += 1
            keys[line] = stripped_key(text, position, end, properties)
            line += 1
            position = end + 1
    first[offsets.size - 1] = line


@kernel
def stripped_key(text: Bytes, start: int, end: int, properties: Words32) -> int:
    """The key of text[start:end]."""
    while start < end:
        length = space_at(text, start, properties)
        if length == 0:
            break
        start += length
    while start < end:
        last = end - 1
        while text[last] & LEADING_BITS == CONTINUATION:
            last -= 1
        if space_at(text, last, properties) == 0:
            break
        end = last
    if start == end:
        return uint64(BLANK)
    return max(xxh3_any(text, start, end - start), uint64(BLANK + 1))


@kernel
def space_at(text: Bytes, position: int, properties: Words32) -> int:
    """The bytes of the white space that is at a position; 0 if something else is."""
    if text[position] < 0x80:
        return 1 if properties[text[position]] & uint32(SPACE) else 0
    code_point, length = decode(text, position)
    return length if properties[code_point] & uint32(SPACE) else 0


def warm_up() -> None:
    """Compile the kernel, or load it."""
    line_keys(pa.array(["warm"]))

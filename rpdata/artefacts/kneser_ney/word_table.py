"""The table behind a vocabulary, and the kernel that looks words up and enters new ones."""

from typing import NamedTuple

import numpy as np

from rpdata.artefacts.kneser_ney.keys import END
from rpdata.text.arrays import Bytes, Hashes, Ints, Words32
from rpdata.text.compiled import EntryPoint, int64, kernel, uint32, uint64
from rpdata.text.hashing import Secret, hash_bytes

BLANKS = np.zeros(256, np.bool_)
BLANKS[list(b"\0\t\n\r ")] = True           # those of KenLM, in text as in ARPA files
NEWLINE = 10
SLACK = 16                                  # bytes that may be read behind a word, see `hash_bytes` and `copy16`

DONE, FULL, SPECIAL = 0, 1, 2               # why `number_words` stopped


class Table(NamedTuple):
    """The words, and where to find them.

    Word i is bytes[ends[i]:ends[i + 1]]. slots: open addressing, a power of two; number + 1, or 0 where it is free.
    """

    bytes: Bytes
    ends: Ints
    hashes: Hashes
    slots: Words32


def empty_table(words: int, size: int) -> Table:
    """Room for so many words, a power of two, of so many bytes together with SLACK."""
    return Table(
        bytes=np.empty(size, np.uint8),
        ends=np.zeros(words + 1, np.int64),
        hashes=np.empty(words, np.uint64),
        slots=np.zeros(2 * words, np.uint32),
    )


@EntryPoint
def fill_slots(table: Table, size: int) -> None:
    """Enter all words into the slots."""
    mask = len(table.slots) - 1
    for number in range(size):
        slot = int64(table.hashes[number]) & mask
        while table.slots[slot] != 0:
            slot = (slot + 1) & mask
        table.slots[slot] = uint32(number + 1)


@kernel
def is_word(table: Table, number: int, text: Bytes, start: int, length: int) -> bool:
    """Whether a word of the table is text[start : start + length]."""
    first = table.ends[number]
    if table.ends[number + 1] - first != length:
        return False
    same = 0
    while same < length and table.bytes[first + same] == text[start + same]:
        same += 1
    return same == length


@EntryPoint
def number_words(
    text: Bytes, end: int, position: int, numbers: Words32, made: int, table: Table, size: int, secret: Secret,
    skip_symbols: bool,
) -> tuple[int, int, int, int]:
    """Number the words that end within text[:end], from `position` on.

    Returns the position behind the last one, how many numbers there are, how many words, and DONE; FULL if the table
    had no room for the word there, SPECIAL if that is one that no text may have.
    """
    mask = len(table.slots) - 1
    while position < end:
        if BLANKS[text[position]]:
            if text[position] == NEWLINE:
                numbers[made] = uint32(END)
                made += 1
            position += 1
            continue
        stop = position + 1
        while stop < end and not BLANKS[text[stop]]:
            stop += 1
        if stop == end:
            break
        length = stop - position
        code = hash_bytes(text, position, length, secret)
        slot = int64(code) & mask
        while table.slots[slot] != 0:
            number = int64(table.slots[slot]) - 1
            if table.hashes[number] == code and is_word(table, number, text, position, length):
                break
            slot = (slot + 1) & mask
        if table.slots[slot] == 0:
            if size == len(table.hashes) or table.ends[size] + length + SLACK > len(table.bytes):
                return position, made, size, FULL
            for i in range(length):
                table.bytes[table.ends[size] + i] = text[position + i]
            table.ends[size + 1] = table.ends[size] + length
            table.hashes[size] = uint64(code)
            size += 1
            table.slots[slot] = uint32(size)
        number = int64(table.slots[slot]) - 1
        if number > END:
            numbers[made] = uint32(number)
            made += 1
        elif not skip_symbols:
            return position, made, size, SPECIAL
        position = stop
    return position, made, size, DONE

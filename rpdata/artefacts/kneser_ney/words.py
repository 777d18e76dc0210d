"""Text to numbers: each word once, numbered as it appears, so that the same text always gives the same numbers."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from rpdata.artefacts.kneser_ney.keys import END
from rpdata.errors import UserError
from rpdata.text.arrays import Bytes, Hashes, Ints, Words32
from rpdata.text.compiled import EntryPoint, int64, kernel, uint32, uint64
from rpdata.text.hashing import Secret, draw_secret, hash_bytes

SPECIALS = (b"<unk>", b"<s>", b"</s>")      # UNKNOWN, BEGIN, END
BLANKS = np.zeros(256, np.bool_)
BLANKS[list(b"\0\t\n\r ")] = True           # those of KenLM, in text as in ARPA files
NEWLINE = 10
HASH_READS = 16                             # bytes behind a word, see `hash_bytes`
LONGEST_WORD = 1 << 20                      # bytes; longer is no word: such text was not split

DONE, FULL, SPECIAL = 0, 1, 2               # why `number_words` stopped


class Table(NamedTuple):
    """The words, and where to find them.

    Word i is bytes[ends[i]:ends[i + 1]]. slots: open addressing, a power of two; number + 1, or 0 where it is free.
    """

    bytes: Bytes
    ends: Ints
    hashes: Hashes
    slots: Words32


class Vocabulary:
    """The words of a text, by number.

    size: how many there are, the special ones included. sentences, tokens: of the text so far, without <s> and </s>.
    limit: bytes that it may take; most: words that it may have; UserError beyond.
    """

    def __init__(self, limit: int, most: int) -> None:
        self.size = self.sentences = self.tokens = 0
        self._limit = limit
        self._most = most
        self._secret = draw_secret()
        self._table = _empty_table(words=1 << 10, size=1 << 14)
        for word in SPECIALS:
            self._number(word + b" ", 0, skip_symbols=True)

    @property
    def bytes(self) -> Bytes:
        """UTF-8 of all words, one behind the other."""
        return self._table.bytes

    @property
    def ends(self) -> Ints:
        """Word i is bytes[ends[i]:ends[i + 1]]."""
        return self._table.ends

    def __len__(self) -> int:
        return self.size

    def words(self) -> Iterator[bytes]:
        """In the order of their numbers."""
        data = self.bytes.tobytes()
        ends = self.ends[: self.size + 1].tolist()
        return (data[start:end] for start, end in zip(ends, ends[1:], strict=False))

    def unwanted(self, wanted: Collection[str] | None) -> Bytes:
        """(words,): 1 for those that are not wanted; the three special ones always are."""
        if wanted is None:
            return np.zeros(self.size, np.uint8)
        known = {word.encode() for word in wanted}.union(SPECIALS)
        return np.fromiter((word not in known for word in self.words()), np.uint8, self.size)

    def numbers(self, blocks: Iterable[bytes], *, skip_symbols: bool) -> Iterator[Words32]:
        """The text as numbers, END after each line; what was cut by the end of a block is joined.

        Raises UserError for a special word in the text, unless they are to be skipped like blanks.
        """
        rest = b""
        newline = True
        lines = 0
        for block in blocks:
            if not block:
                continue
            text = rest + block
            numbers, used = self._number(text, lines, skip_symbols=skip_symbols)
            rest = text[used:]
            if len(rest) > LONGEST_WORD:
                raise UserError(
                    f"line {lines + 1} of the text has a word of more than {LONGEST_WORD:,} bytes.\n"
                    "Split the text into words or pieces first, with blanks between them."
                )
            newline = block.endswith(b"\n")
            lines += block.count(b"\n")
            yield self._counted(numbers)
        if not newline:
            numbers, _ = self._number(rest + b"\n", lines, skip_symbols=skip_symbols)
            yield self._counted(numbers)

    def _counted(self, numbers: Words32) -> Words32:
        sentences = int(np.count_nonzero(numbers == END))
        self.sentences += sentences
        self.tokens += len(numbers) - sentences
        return numbers

    def _number(self, text: bytes, lines: int, *, skip_symbols: bool) -> tuple[Words32, int]:
        """The numbers of the words that end within the text, and where the last one ends.

        lines: how many there were before.
        """
        padded = _padded(text)
        numbers = np.empty(len(text), np.uint32)
        used = made = 0
        while True:
            used, made, self.size, reason = number_words(
                padded, len(text), used, numbers, made, self._table, self.size, self._secret, BLANKS, skip_symbols
            )
            if reason == DONE:
                return numbers[:made], used
            if reason == FULL:
                self._grow()
                continue
            line = lines + 1 + text.count(b"\n", 0, used)
            special = next(word for word in SPECIALS if text.startswith(word, used))
            raise UserError(
                f"line {line} of the text has the word {special.decode()}, "
                "which means something else to a language model.\n"
                "Take it out, or let such words be read as blanks: --skip-symbols"
            )

    def _grow(self) -> None:
        """Room for as much again."""
        if self.size >= self._most:
            raise UserError(
                f"the text has more than {self._most:,} different words, more than a model of this order can have.\n"
                "Estimate one of a lower order, or split rare words into pieces."
            )
        old = self._table
        used = int(old.ends[self.size])
        table = _empty_table(2 * len(old.hashes), 2 * len(old.bytes))
        if sum(part.nbytes for part in (*old, *table)) > self._limit:
            raise UserError(
                f"the memory is too small: the vocabulary has {self.size:,} words already and may take "
                f"{self._limit / 2**20:,.1f} MiB, half of it.\nGive more: --memory; or split rare words into pieces."
            )
        table.bytes[:used] = old.bytes[:used]
        table.ends[: self.size + 1] = old.ends[: self.size + 1]
        table.hashes[: self.size] = old.hashes[: self.size]
        fill_slots(table, self.size)
        self._table = table


def _padded(text: bytes) -> Bytes:
    """The bytes, and what the hash of the last word may read behind it."""
    return np.frombuffer(text + bytes(HASH_READS), np.uint8).copy()


def _empty_table(words: int, size: int) -> Table:
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
def same_word(table: Table, number: int, text: Bytes, start: int, length: int) -> bool:
    first = table.ends[number]
    if table.ends[number + 1] - first != length:
        return False
    for i in range(length):
        if table.bytes[first + i] != text[start + i]:
            return False
    return True


@EntryPoint
def number_words(
    text: Bytes, end: int, position: int, numbers: Words32, made: int, table: Table, size: int, secret: Secret, blanks: Bytes,
    skip_symbols: bool,
) -> tuple[int, int, int, int]:
    """Number the words that end within text[:end], from `position` on.

    Returns the position behind the last one, how many numbers there are, how many words, and DONE; FULL if the table
    had no room for the word there, SPECIAL if that is one that no text may have.
    """
    mask = len(table.slots) - 1
    while position < end:
        if blanks[text[position]]:
            if text[position] == NEWLINE:
                numbers[made] = uint32(END)
                made += 1
            position += 1
            continue
        stop = position + 1
        while stop < end and not blanks[text[stop]]:
            stop += 1
        if stop == end:
            break
        length = stop - position
        code = hash_bytes(text, position, length, secret)
        slot = int64(code) & mask
        while table.slots[slot] != 0:
            number = int64(table.slots[slot]) - 1
            if table.hashes[number] == code and same_word(table, number, text, position, length):
                break
            slot = (slot + 1) & mask
        if table.slots[slot] == 0:
            if size == len(table.hashes) or table.ends[size] + length > len(table.bytes):
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

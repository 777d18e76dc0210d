"""Text to numbers: each word once, numbered as it appears, so that the same text always gives the same numbers."""

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

import numpy as np

from rpdata.artefacts.kneser_ney.keys import END
from rpdata.artefacts.kneser_ney.word_table import DONE, FULL, SLACK, empty_table, fill_slots, number_words
from rpdata.errors import UserError
from rpdata.text.arrays import Bytes, Ints, Words32
from rpdata.text.hashing import draw_secret

SPECIALS = (b"<unk>", b"<s>", b"</s>")      # of the numbers UNKNOWN, BEGIN, END
LONGEST_WORD = 1 << 20                      # bytes; longer is no word: such text was not split


class Vocabulary:
    """The words of a text, by number.

    size: how many there are, the special ones included. sentences, tokens: of the text so far, without <s> and </s>.
    limit: bytes that it may take; most: words that it may have, a power of two; UserError beyond.
    """

    def __init__(self, limit: int, most: int) -> None:
        self.size = self.sentences = self.tokens = 0
        self._limit = limit
        self._most = most
        self._secret = draw_secret()
        self._table = empty_table(words=1 << 10, size=1 << 14)
        for word in SPECIALS:
            self._number(word + b" ", 0, skip_symbols=True)

    @property
    def text(self) -> Bytes:
        """UTF-8 of all words, one behind the other."""
        return self._table.bytes

    @property
    def ends(self) -> Ints:
        """Word i is text[ends[i]:ends[i + 1]]."""
        return self._table.ends

    def __len__(self) -> int:
        return self.size

    def words(self) -> Iterator[bytes]:
        """In the order of their numbers."""
        data = self.text.tobytes()
        ends = self.ends[: self.size + 1].tolist()
        return (data[start:end] for start, end in pairwise(ends))

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
                padded, len(text), used, numbers, made, self._table, self.size, self._secret, skip_symbols
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
        """Twice the room for what is full: numbers or text."""
        old = self._table
        entries, size = len(old.hashes), len(old.bytes)
        if self.size < entries:
            size *= 2
        elif entries < self._most:
            entries *= 2
        else:
            raise UserError(
                f"the text has more than {self._most:,} different words, more than a model of this order can have.\n"
                "Estimate one of a lower order, or split rare words into pieces."
            )
        table = empty_table(entries, size)
        if sum(part.nbytes for part in (*old, *table)) > self._limit:
            raise UserError(
                f"the memory is too small: the vocabulary has {self.size:,} words already and may take "
                f"{self._limit / 2**20:,.1f} MiB, half of it.\nGive more: --memory; or split rare words into pieces."
            )
        used = int(old.ends[self.size])
        table.bytes[:used] = old.bytes[:used]
        table.ends[: self.size + 1] = old.ends[: self.size + 1]
        table.hashes[: self.size] = old.hashes[: self.size]
        fill_slots(table, self.size)
        self._table = table


def _padded(text: bytes) -> Bytes:
    """The bytes, and what the hash of the last word may read behind it."""
    return np.frombuffer(text + bytes(SLACK), np.uint8).copy()

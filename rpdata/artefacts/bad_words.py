"""Lists of bad words (LDNOOBW), counted in texts: as RedPajama-V2 does it, and so that no entry is out of reach.

The reference compares the entries as they are written with words that lost their punctuation and capitals, and whose
accents stand apart (NFD). So `b*dword`, `Unwort` and `méchant` are never found. The repaired count normalises the
entries as the text is.
"""

import string
import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from rpdata.artefacts.folder import Stored
from rpdata.errors import UserError
from rpdata.text.arrays import Ints
from rpdata.text.codepoints import tables
from rpdata.text.hashing import draw_secret
from rpdata.text.phrases import count_phrases, make_phrase_lists, make_word_scratch
from rpdata.text.utf8 import utf8_of

WORDS = "words.txt"
PUNCTUATION = str.maketrans("", "", string.punctuation)

_secret = cache(draw_secret)


class BadWordCounts(NamedTuple):
    """Of each text: positions in its normalised words, overlapping ones too, at which an entry stands; 0 if empty."""

    as_published: Ints      # entries as they are written
    normalised: Ints        # entries normalised as the text is


class BadWords:
    """The list of one language."""

    def __init__(self, entries: list[str]) -> None:
        self.entries = entries
        self._lists = make_phrase_lists([entries, [normalised(entry) for entry in entries]])

    @classmethod
    def load(cls, artefact: Stored) -> "BadWords":
        """A line for each entry. UserError if the file is damaged or has none."""
        path = artefact.file(WORDS)
        try:
            entries = [line.strip() for line in path.read_text(encoding="utf-8").split("\n")]
        except UnicodeDecodeError as error:
            raise UserError(f"{path} is not a list of words: it is not UTF-8 ({error.reason})") from error
        entries = sorted({entry for entry in entries if entry})
        if not entries:
            raise UserError(f"{path} holds no words: an empty list would call every text clean")
        return cls(entries)

    def count(self, texts: pa.StringArray) -> BadWordCounts:
        """Of texts without nulls, which may be empty."""
        text, offsets = utf8_of(texts)
        counts = np.empty((len(texts), 2), np.int64)
        scratch = make_word_scratch(int(np.diff(offsets).max(initial=0)))
        count_phrases(text, offsets, self._lists, tables(), _secret(), scratch, counts)
        return BadWordCounts(*counts.T)


def normalised(entry: str) -> str:
    """An entry as it stands in a normalised text (see `rpdata.text.normalise`); empty if it is all punctuation."""
    words = entry.translate(PUNCTUATION).lower().split()
    return unicodedata.normalize("NFD", " ".join(words))

"""What a code point is, and what it becomes: tables asked of Python's own `str` and `unicodedata`.

So the kernels agree with `str.isalnum`, `str.lower`, NFD and the rest by construction, in any Python's Unicode
version. They are made at first use, in less than a fifth of a second: too fast to be worth a file.
"""

import string
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rpdata.text.sentence_marks import SENTENCE_MARKS

# The bits of `Tables.properties`.
SPACE = 1                 # str.isspace; the same set as \s, str.split and str.strip
WORD = 2                  # \w: str.isalnum (or '_')
UPPER = 4                 # str.isupper
LOWER = 8                 # lower or title case: one of these and a word is not all caps
NUMERIC = 16              # str.isnumeric, of what the code point is normalised to
CASED = 32                # the context of a final sigma: Unicode 3.13, D135 ...
CASE_IGNORABLE = 64       # ... and D136; and ASCII punctuation, which is deleted before
SPECIAL = 128             # normalises to something else, or can change places with its neighbours
CLASS_SHIFT = 8           # canonical combining class of the code point itself: 8 bits
LETTER = 1 << 16          # str.isalpha
SIGN = 1 << 17            # punctuation or symbol: categories P and S ...
ICON = LETTER | SIGN      # ... and of these category So: both bits, for no sign is a letter
MAPPING_SHIFT = 18        # 1 + index of its mapping, 0 if it stays what it is: 14 bits
SENTENCE_MARK = 0x3FFF << MAPPING_SHIFT      # ends sentences: in place of a mapping, which no such mark has

SIGMA = 0x3A3
MAX_GROWTH = 3            # normalised bytes for each byte of text: U+0390, a Hangul syllable, U+1D160
MAPPING_BYTES = 16        # room for one normalised code point: U+1F82 takes 8, U+1D160 12

# Everything else is a surrogate, unassigned or for private use, and has no property (a test asks all 1,114,112).
INHABITED = [*range(0xD800), *range(0xF900, 0x34000), *range(0xE0000, 0xE1000)]


class Tables(NamedTuple):
    """Arrays over code points and over mappings."""

    properties: npt.NDArray[np.uint32]      # (0x110000,) the bits above
    mapping: npt.NDArray[np.uint8]          # (mappings * MAPPING_BYTES,) UTF-8 of NFD(lower(c))
    mapping_bytes: npt.NDArray[np.uint8]    # (mappings,) its length
    first_class: npt.NDArray[np.uint8]      # (mappings,) combining class of its first and of its last code point
    last_class: npt.NDArray[np.uint8]


@cache
def tables() -> Tables:
    """The tables of this Python's Unicode version (`unicodedata.unidata_version`)."""
    characters = [chr(code_point) for code_point in INHABITED]
    combining = np.fromiter(map(unicodedata.combining, characters), np.uint32)
    normalised = [unicodedata.normalize("NFD", character.lower()) for character in characters]

    mapped = [i for i, (was, becomes) in enumerate(zip(characters, normalised, strict=True)) if was != becomes]
    texts = [normalised[i] for i in mapped]
    encoded = [text.encode() for text in texts]
    growth = max(len(becomes) / len(characters[i].encode()) for i, becomes in zip(mapped, encoded, strict=True))
    assert growth <= MAX_GROWTH, f"a code point of Unicode {unicodedata.unidata_version} grows {growth} times"

    assert len(mapped) < SENTENCE_MARK >> MAPPING_SHIFT, f"{len(mapped):,} mappings"

    mapping_number = np.zeros(len(characters), np.uint32)
    mapping_number[mapped] = np.arange(1, len(mapped) + 1)

    bits = (combining << CLASS_SHIFT) | (mapping_number << MAPPING_SHIFT)
    bits |= _flag(SPACE, map(str.isspace, characters))
    bits |= _flag(WORD, (c.isalnum() for c in characters))
    bits |= _flag(UPPER, map(str.isupper, characters))
    bits |= _flag(LOWER, (c.islower() or unicodedata.category(c) == "Lt" for c in characters))
    bits |= _flag(NUMERIC, (any(map(str.isnumeric, text)) for text in normalised))     # never more than one
    bits |= _sigma_context(characters) | _flag(CASE_IGNORABLE, (c in string.punctuation for c in characters))
    bits |= _flag(LETTER, map(str.isalpha, characters)) | _signs(characters)
    bits |= np.where(((combining > 0) | (mapping_number > 0)) & (bits & SPACE == 0), np.uint32(SPECIAL), np.uint32(0))

    properties = np.zeros(0x110000, np.uint32)
    properties[INHABITED] = bits
    properties[ord("_")] |= WORD
    properties[list(SENTENCE_MARKS)] |= np.uint32(SENTENCE_MARK)
    return Tables(
        properties,
        np.frombuffer(b"".join(text.ljust(MAPPING_BYTES, b"\0") for text in encoded), np.uint8).copy(),
        np.array([len(text) for text in encoded], np.uint8),
        np.array([unicodedata.combining(text[0]) for text in texts], np.uint8),
        np.array([unicodedata.combining(text[-1]) for text in texts], np.uint8),
    )


def _flag(bit: int, values: Iterable[bool]) -> npt.NDArray[np.uint32]:
    return np.fromiter(values, np.uint32) * np.uint32(bit)


def _signs(characters: list[str]) -> npt.NDArray[np.uint32]:
    """SIGN of punctuation and symbols, ICON of other symbols."""
    categories = list(map(unicodedata.category, characters))
    return _flag(SIGN, (category[0] in "PS" for category in categories)) | _flag(
        ICON, (category == "So" for category in categories)
    )


def _sigma_context(characters: list[str]) -> npt.NDArray[np.uint32]:
    """CASED and CASE_IGNORABLE, which Python keeps to itself, as told by what becomes of a capital sigma before."""
    stops_final = np.array([("a\u03A3" + c).lower()[1] == "\u03C3" for c in characters])
    lets_letter_through = np.array([("a\u03A3" + c + "a").lower()[1] == "\u03C3" for c in characters])
    return _flag(CASED, stops_final) | _flag(CASE_IGNORABLE, lets_letter_through & ~stops_final)

"""The working memory of the kernels: made once for a batch, sized by its largest document, reused for each.

A document of n bytes is copied between two margins of blanks, so that kernels may look a few bytes around without asking
where it ends. It takes the bytes FIRST : FIRST + n of `raw`; bit b of word k of a bitmap is about byte 64 * k + b.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rpdata.text.codepoints import MAX_GROWTH
from rpdata.text.minhash import Shingles, make_shingles
from rpdata.text.numbering import Numbering, make_numbering
from rpdata.text.vectors import BLOCK

FIRST = BLOCK
BYTES_PER_TEXT_BYTE = 45        # the whole of a Scratch, for each byte of the largest document (and SCRATCH_FLOOR bytes)
SCRATCH_FLOOR = 1 << 16

Bits = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]


class Bitmaps(NamedTuple):
    """One bit for each byte of a document. All bytes of a character are set, but only the first in `upper` .. `numeric`."""

    continuation: Bits      # not the first byte of a character
    space: Bits
    word: Bits              # \\w
    deleted: Bits           # ASCII punctuation
    special: Bits           # characters that normalisation replaces or that depend on their neighbours
    upper: Bits
    lower: Bits             # lower or title case
    numeric: Bits           # numeric once normalised
    letter: Bits            # a-z, A-Z
    terminator: Bits        # . ! ?
    newline: Bits
    word_end: Bits          # where a normalised word ends: the first white space behind it


class Ranks(NamedTuple):
    """How many bits are set in the words of a bitmap before word k."""

    continuation: Counts
    upper: Counts
    numeric: Counts
    word_end: Counts


class Words(NamedTuple):
    """The normalised words of a document. Word i is normalised[start[i] : start[i + 1] - 1]."""

    start: Counts
    code_points_before: Counts   # code points of the words before word i, blanks excluded
    hash: Bits
    number: Counts               # equal for equal words: 1, 2, ... in order of first appearance


class Repeats(NamedTuple):
    """The n-grams that occur more than once, for the n that is being worked at."""

    position: Counts
    number: Counts
    key: Bits                    # of those that may repeat for n + 1


class Scratch(NamedTuple):
    raw: npt.NDArray[np.uint8]
    normalised: npt.NDArray[np.uint8]    # words, each followed by one blank
    bitmaps: Bitmaps
    ranks: Ranks
    words: Words
    numbering: Numbering
    repeats: Repeats
    shingles: Shingles


def make_scratch(largest: int) -> Scratch:
    """Working memory for documents of up to `largest` bytes."""
    blocks = largest // BLOCK + 3
    words = largest // 2 + 2

    def bits() -> Bits:
        return np.zeros(blocks, np.uint64)

    def ranks() -> Counts:
        return np.zeros(blocks + 1, np.int32)

    def numbers() -> Counts:
        return np.empty(words, np.int32)

    bitmaps = Bitmaps(*(bits() for _ in Bitmaps._fields))
    bitmaps.space[0] = np.uint64(2**64 - 1)
    return Scratch(
        raw=np.full((blocks + 1) * BLOCK, ord(" "), np.uint8),
        normalised=np.empty(MAX_GROWTH * largest + 3 * BLOCK, np.uint8),
        bitmaps=bitmaps,
        ranks=Ranks(*(ranks() for _ in Ranks._fields)),
        words=Words(numbers(), numbers(), np.empty(words, np.uint64), numbers()),
        numbering=make_numbering(words),
        repeats=Repeats(numbers(), numbers(), np.empty(words, np.uint64)),
        shingles=make_shingles(words),
    )

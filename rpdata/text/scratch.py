"""The working memory of the kernels: made once for a batch, sized by its largest document, reused for each."""

from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bits, Bytes
from rpdata.text.bitmaps import Bitmaps, Ranks, make_bitmaps
from rpdata.text.codepoints import MAX_GROWTH
from rpdata.text.minhash import Shingles, make_shingles
from rpdata.text.needles import Needles, make_needles
from rpdata.text.ngrams import Repeats, make_repeats
from rpdata.text.numbering import Numbering, make_numbering
from rpdata.text.peeled_tokens import Tokens, make_tokens
from rpdata.text.vectors import BLOCK
from rpdata.text.words import Words, make_words

BYTES_PER_TEXT_BYTE = 87        # a Scratch takes at most this for each byte of the largest document, and SCRATCH_FLOOR
SCRATCH_FLOOR = 1 << 16


class Scratch(NamedTuple):
    """Kernels look and write up to 64 bytes behind what they work on: `raw` and `normalised` have margins for it."""

    raw: Bytes                  # the document between two margins of blanks, from FIRST on
    normalised: Bytes           # its words, each followed by one blank
    bitmaps: Bitmaps
    ranks: Ranks
    sentence: Bits              # set behind each sentence
    needles: Needles
    words: Words
    numbering: Numbering
    repeats: Repeats
    shingles: Shingles
    tokens: Tokens


def make_scratch(largest: int) -> Scratch:
    """Working memory for documents of up to `largest` bytes."""
    blocks = largest // BLOCK + 3               # the margin in front, what is begun of a block, the margin behind
    words = largest // 2 + 2                    # a word takes two bytes, one of them white space
    bitmaps, ranks = make_bitmaps(blocks)
    return Scratch(
        raw=np.full((blocks + 1) * BLOCK, ord(" "), np.uint8),
        normalised=np.empty(MAX_GROWTH * largest + 3 * BLOCK, np.uint8),
        bitmaps=bitmaps,
        ranks=ranks,
        sentence=np.zeros(blocks, np.uint64),
        needles=make_needles(blocks),
        words=make_words(words),
        numbering=make_numbering(largest),
        repeats=make_repeats(largest),
        shingles=make_shingles(words),
        tokens=make_tokens(largest),
    )

"""One bit for each byte of a document, and what can be asked of such bitmaps 64 bytes at a time."""

from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bits, Counts
from rpdata.text.compiled import borrowing_kernel, int64, uint64
from rpdata.text.vectors import BLOCK, lowest, popcount

FIRST = BLOCK       # where a document starts: the block before it is a margin of blanks, and another follows its end


class Bitmaps(NamedTuple):
    """What the bytes of a document are: set for all bytes of a character; upper, lower, numeric: its first."""

    continuation: Bits      # not the first byte of a character
    space: Bits             # white space, the margins too
    word: Bits              # \\w
    deleted: Bits           # ASCII punctuation
    special: Bits           # characters that normalisation replaces, or whose fate depends on their neighbours
    letter: Bits            # a-z and A-Z
    alphabetic: Bits        # str.isalpha
    sign: Bits              # punctuation and symbols
    upper: Bits
    lower: Bits             # lower or title case
    numeric: Bits           # numeric once normalised
    terminator: Bits        # . ! ?
    sentence_mark: Bits     # marks beyond ASCII that end sentences
    newline: Bits
    token: Bits             # where a peeled token starts
    word_end: Bits          # where a normalised word ends: the first white space behind it


class Ranks(NamedTuple):
    """How many bits of a bitmap are set before its word k."""

    continuation: Counts
    upper: Counts
    numeric: Counts
    word_end: Counts


def make_bitmaps(blocks: int) -> tuple[Bitmaps, Ranks]:
    """Bitmaps of so many words, and the ranks of some; word 0 of each is about the margin before the document."""
    bitmaps = Bitmaps(*(np.zeros(blocks, np.uint64) for _ in Bitmaps._fields))
    bitmaps.space[0] = np.uint64(2**64 - 1)
    return bitmaps, Ranks(*(np.zeros(blocks + 1, np.int32) for _ in Ranks._fields))


@borrowing_kernel
def everywhere_if(condition: bool) -> int:
    """All 64 bits set if the condition holds, none if not."""
    return uint64(0) - uint64(condition)


@borrowing_kernel
def rank(bits: Bits, before: Counts, position: int) -> int:
    """How many bits are set below a position."""
    word = position >> 6
    below = (uint64(1) << uint64(position & 63)) - uint64(1)
    return int64(before[word]) + popcount(bits[word] & below)


@borrowing_kernel
def count_set(bits: Bits, position: int, length: int) -> int:
    """How many bits are set of at least one, from a position on."""
    count = 0
    while length > BLOCK:
        count += popcount(next_64(bits, position))
        position += BLOCK
        length -= BLOCK
    return count + popcount(next_64(bits, position) << uint64(BLOCK - length))


@borrowing_kernel
def next_64(bits: Bits, position: int) -> int:
    """64 bits from a position on."""
    word = position >> 6
    offset = uint64(position & 63)
    return uint64(bits[word] >> offset | bits[word + 1] << uint64(1) << (uint64(63) - offset))


@borrowing_kernel
def count_between(bits: Bits, start: int, end: int) -> int:
    """How many bits are set at the positions start : end."""
    first, last = start >> 6, end >> 6
    from_start = everywhere_if(True) << uint64(start & 63)
    below_end = (uint64(1) << uint64(end & 63)) - uint64(1)
    if first == last:
        return popcount(bits[first] & from_start & below_end)
    count = popcount(bits[first] & from_start)
    for word in range(first + 1, last):
        count += popcount(bits[word])
    return count + popcount(bits[last] & below_end)


@borrowing_kernel
def run_length(bits: Bits, position: int) -> int:
    """How many bits in a row are set from a position on."""
    length = 0
    while True:
        run = lowest(~next_64(bits, position + length))
        length += run
        if run < BLOCK:
            return length


@borrowing_kernel
def runs_with(runs: int, members: int, carry: int) -> tuple[int, int]:
    """A bit behind each run of set bits that holds at least one member, and the carry into the next 64 bits.

    Adding the members of a run to the run carries out of its end, and nothing else does: ones all through plus any
    non-zero part of them overflow by exactly one bit. (The idea is Parabix's: Cameron et al. 2014.)
    """
    partial = runs + (members & runs)
    total = partial + carry
    overflow = uint64(partial < runs) | uint64(total < partial)
    return total & ~runs, overflow

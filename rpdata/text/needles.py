"""Substrings that C4's rules look for in lines, in capitals or not.

Each of them has a pair of neighbouring letters that is rare elsewhere ("va", "ki", "rm", "ps"): pairs are found 64
bytes at a time, and only there the needles are compared, as two masked words.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bits, Bytes, Hashes
from rpdata.text.compiled import borrowing_kernel, int64, uint64
from rpdata.text.vectors import BLOCK, is_letter, load64, lowest

MAX_NEEDLE = 16
POLICY_PHRASES = (      # C4QualityFilter of datatrove, after TFDS text/c4_utils.py
    "cookie policy", "privacy policy", "terms of use", "use cookies", "use of cookies", "uses cookies",
)


def _needles(texts: Sequence[str], pair: str) -> Hashes:
    """(needles, 7): where the pair is; then, of each half: the bit capitals lack, which bytes count, the bytes."""
    rows = []
    for text in texts:
        assert len(text) <= MAX_NEEDLE
        small = text.encode().ljust(MAX_NEEDLE, b"\0")
        case = bytes(ord(" ") * chr(byte).isalpha() for byte in small)
        counts = bytes(0xFF * (byte != 0) for byte in small)
        halves = [part[half : half + 8] for half in (0, 8) for part in (case, counts, small)]
        rows.append([text.index(pair), *(int.from_bytes(part, "little") for part in halves)])
    return np.array(rows, np.uint64)


JAVASCRIPT = _needles(["javascript"], "va")
PRIVACY = _needles(["privacy policy"], "va")
COOKIES = _needles([phrase for phrase in POLICY_PHRASES if "cookie" in phrase], "ki")
TERMS = _needles(["terms of use"], "rm")
LOREM_IPSUM = _needles(["lorem ipsum"], "ps")


class Needles(NamedTuple):
    """Bitmaps of a document: where each kind of needle starts."""

    javascript: Bits
    policy: Bits
    lorem_ipsum: Bits


class Found(NamedTuple):
    """How many of each kind there are."""

    javascript: int
    policy: int
    lorem_ipsum: int


def make_needles(blocks: int) -> Needles:
    """Bitmaps of so many words."""
    return Needles(*(np.zeros(blocks, np.uint64) for _ in Needles._fields))


@borrowing_kernel
def mark_needles(raw: Bytes, blocks: int, needles: Needles) -> Found:
    """Fill the bitmaps; returns how many needles there are."""
    javascript = policy = lorem_ipsum = 0
    for block in range(1, blocks):
        at = block * BLOCK
        needles.javascript[block] = needles.policy[block] = needles.lorem_ipsum[block] = uint64(0)
        va = is_letter(raw, at, ord("v")) & is_letter(raw, at + 1, ord("a"))
        ki = is_letter(raw, at, ord("k")) & is_letter(raw, at + 1, ord("i"))
        rm = is_letter(raw, at, ord("r")) & is_letter(raw, at + 1, ord("m"))
        ps = is_letter(raw, at, ord("p")) & is_letter(raw, at + 1, ord("s"))
        if va != 0:
            javascript += mark_at(raw, at, va, JAVASCRIPT, needles.javascript)
            policy += mark_at(raw, at, va, PRIVACY, needles.policy)
        if ki != 0:
            policy += mark_at(raw, at, ki, COOKIES, needles.policy)
        if rm != 0:
            policy += mark_at(raw, at, rm, TERMS, needles.policy)
        if ps != 0:
            lorem_ipsum += mark_at(raw, at, ps, LOREM_IPSUM, needles.lorem_ipsum)
    return Found(javascript, policy, lorem_ipsum)


@borrowing_kernel
def mark_at(raw: Bytes, at: int, pairs: int, needles: Hashes, starts: Bits) -> int:
    """Mark the start of each needle that has its pair where `pairs` says; returns how many there are."""
    found = 0
    while pairs != 0:
        pair = at + lowest(pairs)
        pairs &= pairs - uint64(1)
        for needle in range(needles.shape[0]):
            start = pair - int64(needles[needle, 0])
            first = (load64(raw, start) | needles[needle, 1]) & needles[needle, 2]
            second = (load64(raw, start + 8) | needles[needle, 4]) & needles[needle, 5]
            if first == needles[needle, 3] and second == needles[needle, 6]:
                starts[start >> 6] |= uint64(1) << uint64(start & 63)
                found += 1
    return found

"""SentencePiece's own normalisation of a line, in a kernel: rules for prefixes, white space, the sign for a space.

The rules are a double-array trie (Aoe 1989, as darts-clone lays it out) from prefixes to what is written for them; the
longest that fits counts, and where none does the character stays.
"""

from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bytes, Words32
from rpdata.text.compiled import EntryPoint, int64, kernel

BLANK = ord(" ")
SPACE_0, SPACE_1, SPACE_2 = b"\xe2\x96\x81"     # U+2581
ODD = -1


class Rules(NamedTuple):
    """The trie and what it leads to."""

    units: Words32          # of size 0 without rules
    texts: Bytes            # what is written, each up to a NUL
    plain: Bytes            # (256,) 1 for the ASCII bytes that no rule is about if an ASCII byte follows


class BadRulesError(Exception):
    """The rules are damaged, or of a kind that the kernel does not follow."""


def make_rules(charsmap: bytes) -> Rules:
    """The rules of a model's `precompiled_charsmap`. Raises BadRulesError."""
    plain = np.zeros(256, np.uint8)
    plain[BLANK:0x7F] = 1
    if not charsmap:
        plain[:0x80] = 1
        return Rules(np.zeros(0, np.uint32), np.zeros(1, np.uint8), plain)
    size = int.from_bytes(charsmap[:4], "little")
    texts = charsmap[4 + size :]
    if size % 4 or size == 0 or not texts.endswith(b"\0"):
        raise BadRulesError("its rules of normalisation are cut")
    if b"  " in texts or bytes([SPACE_0, SPACE_1, SPACE_2]) in texts:
        raise BadRulesError("its rules write more than one space")
    units = np.frombuffer(charsmap[4 : 4 + size], np.uint32).copy()
    rules = Rules(units, np.frombuffer(texts, np.uint8).copy(), plain)
    unmark(rules)
    return rules


@EntryPoint
def unmark(rules: Rules) -> None:
    """Take the ASCII bytes out of `plain` that are a prefix, or begin one of two ASCII bytes."""
    for first in range(0x80):
        node = child(rules, below(rules, 0), first)
        if node >= 0:
            for second in range(0x80):
                if has_value(rules, node) or child(rules, below(rules, node), second) >= 0:
                    rules.plain[first] = 0


@kernel
def below(rules: Rules, node: int) -> int:
    """Where the children of a node are counted from."""
    unit = int64(rules.units[node])
    return node ^ ((unit >> 10) << ((unit & 0x200) >> 6))


@kernel
def child(rules: Rules, origin: int, byte: int) -> int:
    """The child for a byte; -1 if there is none."""
    node = origin ^ byte
    if node >= rules.units.size or int64(rules.units[node]) & 0x800000FF != byte:
        return -1
    return node


@kernel
def has_value(rules: Rules, node: int) -> bool:
    return bool(int64(rules.units[node]) >> 8 & 1)


@kernel
def value(rules: Rules, node: int) -> int:
    """Where in `texts` that is which is written for the prefix that ends at a node; -1 if the trie is damaged."""
    leaf = below(rules, node)
    at = int64(rules.units[leaf]) & 0x7FFFFFFF if leaf < rules.units.size else -1
    return at if at < rules.texts.size else -1


@kernel
def longest_rule(rules: Rules, text: Bytes, position: int, end: int) -> tuple[int, int]:
    """Where the text of the longest rule is that fits at a position, and the length of its prefix; 0 if none does."""
    found, length = 0, 0
    if rules.units.size == 0:
        return found, length
    origin = below(rules, 0)
    for here in range(position, end):
        node = child(rules, origin, int64(text[here]))
        if node < 0:
            break
        origin = below(rules, node)
        if has_value(rules, node):
            found, length = value(rules, node), here + 1 - position
    return found, length


@kernel
def apply_rules(rules: Rules, text: Bytes, position: int, end: int, out: Bytes, written: int) -> int:
    """Write the line text[position:end] behind out[:written], each word with the sign for a space before it.

    Returns where it ends; ODD if it has that sign already, or grows beyond `out`, or the rules are damaged.
    """
    in_word = False
    while position < end:
        if written + 8 > out.size:
            return ODD
        byte = int64(text[position])
        if byte < 0x80 and rules.plain[byte] and (position + 1 == end or text[position + 1] < 0x80):
            position += 1
            if byte == BLANK:
                in_word = False
                continue
            if not in_word:
                written = write_space(out, written)
                in_word = True
            out[written] = byte
            written += 1
            continue
        at, length = longest_rule(rules, text, position, end)
        if length == 0:
            length = character_bytes(byte)
            if byte == SPACE_0 and text[position + 1] == SPACE_1 and text[position + 2] == SPACE_2:
                return ODD
            if byte == BLANK:
                in_word = False
            else:
                if not in_word:
                    written = write_space(out, written)
                    in_word = True
                for k in range(length):
                    out[written + k] = text[position + k]
                written += length
        elif at < 0:
            return ODD
        else:
            while rules.texts[at] != 0:
                if written + 8 > out.size:
                    return ODD
                if rules.texts[at] == BLANK:
                    in_word = False
                else:
                    if not in_word:
                        written = write_space(out, written)
                        in_word = True
                    out[written] = rules.texts[at]
                    written += 1
                at += 1
        position += length
    return written


@kernel
def write_space(out: Bytes, written: int) -> int:
    out[written], out[written + 1], out[written + 2] = SPACE_0, SPACE_1, SPACE_2
    return written + 3


@kernel
def character_bytes(lead: int) -> int:
    """The length of the UTF-8 of a character with such a first byte."""
    return 1 + int64(lead >= 0xC0) + int64(lead >= 0xE0) + int64(lead >= 0xF0)

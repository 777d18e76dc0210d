"""Peeled tokens: white-space words with the signs around and between their parts cut off.

They come near to the words that spaCy's English tokenizer finds, which published filters were made with, at the cost
of a few operations on bitmaps. A *sign* is a code point of the Unicode categories P (punctuation) and S (symbols), an
*icon* one of the category So. Of each white-space word:

1. The signs at its start and end are peeled off, each a token, two or more full stops together being one. Nothing is
   peeled off beyond a hyphen-minus, a slash or an at sign, which stay, nor beyond a full stop that is the first sign
   behind a letter without a letter or digit before it (`J.`, `U.S.`).
2. In what is left an icon, U+2026 and two or more full stops are tokens wherever they stand; so is one of the signs
   - U+2013 U+2014 / : between a letter or digit and a letter (any number of the same one), and a single - between two
   ASCII digits.
3. From the end of a part so made, a contraction is cut off (`'s 'm 'd 're 've 'll n't`, the apostrophe being ' or
   U+2019, in any case), and then a unit of measure behind an ASCII digit (UNITS, in any case: `10g`).
"""

import numpy as np

from rpdata.text.arrays import Bits, Bytes, Words32
from rpdata.text.bitmaps import Bitmaps, run_length
from rpdata.text.classify import HORIZONTAL_ELLIPSIS, is_byte
from rpdata.text.codepoints import ICON
from rpdata.text.compiled import borrowing_kernel, uint32, uint64
from rpdata.text.normalise import character
from rpdata.text.vectors import BLOCK, between, load64, lowest

UNITS = (
    "km", "m", "dm", "cm", "mm", "ha", "nm", "yd", "in", "ft", "kg", "g", "mg", "t", "lb", "oz", "kmh", "mph", "hpa",
    "pa", "mb", "kb", "gb", "tb",
)
FULL_STOP, HYPHEN, SLASH, AT, COLON, APOSTROPHE = (ord(sign) for sign in ".-/@:'")
JOINING = (HYPHEN, SLASH, COLON, 0x2013, 0x2014)
CURLY = (0xE2, 0x80, 0x99)      # U+2019
LONGEST_UNIT = 3
SMALL = 0x202020                # what makes three ASCII letters small
LETTERS = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF], np.uint64)       # masks of so many bytes
UNIT_BYTES = tuple(int.from_bytes(unit.encode(), "little") for unit in UNITS)
CONTRACTED = tuple(int.from_bytes(part, "little") for part in (b"s", b"m", b"d", b"re", b"ve", b"ll"))


@borrowing_kernel
def cut_tokens(raw: Bytes, blocks: int, properties: Words32, bitmaps: Bitmaps) -> None:
    """Fill the bitmap of the starts of tokens."""
    start_words(blocks, bitmaps)
    for block in range(1, blocks):
        runs = cut_single_signs(raw, block, bitmaps)
        while runs != 0:
            start = block * BLOCK + lowest(runs)
            runs &= runs - uint64(1)
            cut_signs(raw, start, start + run_length(bitmaps.sign, start), properties, bitmaps)
    cut_contractions(raw, blocks, bitmaps)
    cut_units(raw, blocks, bitmaps)


@borrowing_kernel
def start_words(blocks: int, bitmaps: Bitmaps) -> None:
    """A token starts wherever a white-space word does."""
    before = uint64(0)
    for block in range(1, blocks):
        text = ~bitmaps.space[block]
        bitmaps.token[block] = text & ~(text << uint64(1) | before)
        before = text >> uint64(63)
    bitmaps.token[blocks] = uint64(0)


@borrowing_kernel
def cut_single_signs(raw: Bytes, block: int, bitmaps: Bitmaps) -> int:
    """Cut off the ASCII signs of a block that have no sign beside them: nearly all signs.

    Returns the starts of the other runs of signs.
    """
    at = block * BLOCK
    sign = bitmaps.sign[block]
    sign_before = before(bitmaps.sign, block)
    space_before = before(bitmaps.space, block)
    space_behind = behind(bitmaps.space, block)
    alphanumeric = bitmaps.word[block] & ~sign
    alphanumeric_over = bitmaps.word[block - 1] & ~bitmaps.sign[block - 1]
    after_alphanumeric = alphanumeric << uint64(1) | alphanumeric_over >> uint64(63)
    two_after_alphanumeric = alphanumeric << uint64(2) | alphanumeric_over >> uint64(62)
    full_stop = is_byte(raw, at, FULL_STOP)
    hyphen = is_byte(raw, at, HYPHEN)
    slash = is_byte(raw, at, SLASH)
    stays = hyphen | slash | is_byte(raw, at, AT)
    doubtful = full_stop & before(bitmaps.continuation, block)      # a letter beyond ASCII may be an initial

    single = bitmaps.deleted[block] & ~(sign_before | behind(bitmaps.sign, block) | doubtful)
    initial = full_stop & before(bitmaps.letter, block) & ~two_after_alphanumeric
    trailing = single & space_behind & ~(stays | initial)
    leading = single & space_before & ~(space_behind | stays)
    joins = (hyphen | slash | is_byte(raw, at, COLON)) & after_alphanumeric & behind(bitmaps.alphabetic, block)
    digits = between(raw, at - 1, ord("0"), ord("9")) & between(raw, at + 1, ord("0"), ord("9"))
    joining = single & (joins | hyphen & digits)
    bitmaps.token[block] |= trailing | joining | (leading | joining) << uint64(1)
    bitmaps.token[block + 1] |= (leading | joining) >> uint64(63)
    return uint64(sign & ~sign_before & ~single)


@borrowing_kernel
def before(bits: Bits, block: int) -> int:
    """A block of a bitmap, moved up: what the byte before each is."""
    return uint64(bits[block] << uint64(1) | bits[block - 1] >> uint64(63))


@borrowing_kernel
def behind(bits: Bits, block: int) -> int:
    """A block of a bitmap, moved down: what the byte behind each is."""
    return uint64(bits[block] >> uint64(1) | bits[block + 1] << uint64(63))


@borrowing_kernel
def is_set(bits: Bits, position: int) -> bool:
    return bool(bits[position >> 6] >> uint64(position & 63) & uint64(1))


@borrowing_kernel
def start_token(bitmaps: Bitmaps, position: int) -> None:
    bitmaps.token[position >> 6] |= uint64(1) << uint64(position & 63)


@borrowing_kernel
def is_alphanumeric(bitmaps: Bitmaps, position: int) -> bool:
    return is_set(bitmaps.word, position) and not is_set(bitmaps.sign, position)


@borrowing_kernel
def behind_piece(raw: Bytes, position: int) -> int:
    """The position behind a sign, or behind a run of full stops."""
    if raw[position] != FULL_STOP:
        return position + character(raw, position)[1]
    while raw[position] == FULL_STOP:
        position += 1
    return position


@borrowing_kernel
def stays(byte: int) -> bool:
    """Whether it is a sign that is not peeled off, nor anything beyond it."""
    return byte in (HYPHEN, SLASH, AT)


@borrowing_kernel
def cut_signs(raw: Bytes, start: int, end: int, properties: Words32, bitmaps: Bitmaps) -> None:
    """Cut off the signs raw[start:end], or those of them that are not part of a word."""
    opens = is_set(bitmaps.space, start - 1)
    closes = is_set(bitmaps.space, end)
    inner = start
    if opens:
        while inner < end and not stays(raw[inner]):
            inner = behind_piece(raw, inner)
            if inner < end or not closes:
                start_token(bitmaps, inner)
    inner_end = end
    if closes:
        inner_end = inner
        if not opens and is_initial_stop(raw, start, bitmaps):
            inner_end = start + 1
        position = inner
        while position < end:
            position = behind_piece(raw, position)
            if stays(raw[position - 1]):
                inner_end = position
        position = inner_end
        while position < end:
            start_token(bitmaps, position)
            position = behind_piece(raw, position)
    if not (opens and closes):
        cut_inner_signs(raw, inner, inner_end, properties, bitmaps)
    if not (opens or closes) and is_joint(raw, start, end, bitmaps):
        start_token(bitmaps, start)
        start_token(bitmaps, end)


@borrowing_kernel
def is_initial_stop(raw: Bytes, position: int, bitmaps: Bitmaps) -> bool:
    """Whether at a position there is one full stop, behind a letter that has no letter or digit before it."""
    if raw[position] != FULL_STOP or raw[position + 1] == FULL_STOP:
        return False
    letter = position - 1
    while raw[letter] & 0xC0 == 0x80:
        letter -= 1
    return is_set(bitmaps.alphabetic, letter) and not is_alphanumeric(bitmaps, letter - 1)


@borrowing_kernel
def cut_inner_signs(raw: Bytes, start: int, end: int, properties: Words32, bitmaps: Bitmaps) -> None:
    """Cut around icons, ellipses and runs of full stops, wherever they stand among the signs raw[start:end]."""
    position = start
    while position < end:
        next_position = behind_piece(raw, position)
        code_point = character(raw, position)[0]
        is_icon = properties[code_point] & uint32(ICON) == ICON
        if is_icon or code_point == HORIZONTAL_ELLIPSIS or (code_point == FULL_STOP and next_position > position + 1):
            start_token(bitmaps, position)
            start_token(bitmaps, next_position)
        position = next_position


@borrowing_kernel
def is_joint(raw: Bytes, start: int, end: int, bitmaps: Bitmaps) -> bool:
    """Whether the signs raw[start:end] are all the same one of JOINING, between a letter or digit and a letter."""
    if not (is_alphanumeric(bitmaps, start - 1) and is_set(bitmaps.alphabetic, end)):
        return False
    joining, length = character(raw, start)
    if joining not in JOINING:
        return False
    position = start + length
    while position < end and character(raw, position)[0] == joining:
        position += length
    return position == end


@borrowing_kernel
def ends_token(bitmaps: Bitmaps, position: int) -> bool:
    return is_set(bitmaps.space, position) or is_set(bitmaps.token, position)


@borrowing_kernel
def cut_contractions(raw: Bytes, blocks: int, bitmaps: Bitmaps) -> None:
    """Cut off what follows an apostrophe at the end of a token."""
    for block in range(1, blocks):
        at = block * BLOCK
        curly = is_byte(raw, at - 2, CURLY[0]) & is_byte(raw, at - 1, CURLY[1]) & is_byte(raw, at, CURLY[2])
        apostrophes = (is_byte(raw, at, APOSTROPHE) | curly) & behind(bitmaps.letter, block)
        while apostrophes != 0:
            last = at + lowest(apostrophes)
            apostrophes &= apostrophes - uint64(1)
            length = run_length(bitmaps.letter, last + 1)
            if length > 2 or not ends_token(bitmaps, last + 1 + length):
                continue
            start = last if raw[last] == APOSTROPHE else last - 2
            letters = (load64(raw, last + 1) | uint64(SMALL)) & LETTERS[length]
            if letters == uint64(ord("t")) and raw[start - 1] | 0x20 == ord("n"):
                if not is_set(bitmaps.token, start - 1):
                    start_token(bitmaps, start - 1)
            elif letters in CONTRACTED and not is_set(bitmaps.token, start):
                start_token(bitmaps, start)


@borrowing_kernel
def continues_word(bitmaps: Bitmaps, position: int) -> bool:
    """Whether there is an ASCII letter that no token starts with (as that of `n't` does, behind other letters)."""
    return is_set(bitmaps.letter, position) and not is_set(bitmaps.token, position)


@borrowing_kernel
def cut_units(raw: Bytes, blocks: int, bitmaps: Bitmaps) -> None:
    """Cut off units of measure behind digits at the end of a token."""
    for block in range(1, blocks):
        at = block * BLOCK
        starts = bitmaps.letter[block] & between(raw, at - 1, ord("0"), ord("9"))
        while starts != 0:
            start = at + lowest(starts)
            starts &= starts - uint64(1)
            length = 1
            while length <= LONGEST_UNIT and continues_word(bitmaps, start + length):
                length += 1
            if length > LONGEST_UNIT or not ends_token(bitmaps, start + length):
                continue
            if (load64(raw, start) | uint64(SMALL)) & LETTERS[length] in UNIT_BYTES:
                start_token(bitmaps, start)

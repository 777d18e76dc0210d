"""Bitmaps of a document: what every byte is, 64 bytes at a time.

ASCII needs a dozen vector comparisons for each 64 bytes and no branch. Every other character is looked up, once, and
marked in the bitmaps of the bytes that it takes, so that all later passes work on bits whatever the language.
"""

from numba import int64, uint32, uint64

from rpdata.text.codepoints import LOWER, NUMERIC, SPACE, SPECIAL, UPPER, WORD
from rpdata.text.compiled import kernel
from rpdata.text.vectors import BLOCK, between, load64, lowest, popcount

HORIZONTAL_ELLIPSIS = 0x2026


@kernel
def decode(data, position):
    """The code point that starts at a position of valid UTF-8, and its length in bytes; without branches, for not-ASCII."""
    eight = load64(data, position)
    lead = int64(eight & uint64(0xFF))
    second = int64(eight >> uint64(8)) & 0x3F
    third = int64(eight >> uint64(16)) & 0x3F
    fourth = int64(eight >> uint64(24)) & 0x3F
    two = (lead & 0x1F) << 6 | second
    three = (lead & 0x0F) << 12 | second << 6 | third
    four = (lead & 0x07) << 18 | second << 12 | third << 6 | fourth
    if lead >= 0xF0:
        return four, 4
    if lead >= 0xE0:
        return three, 3
    return two, 2


@kernel
def everywhere_if(condition):
    """All bits set if the condition is 1, none if it is 0."""
    return uint64(0) - uint64(condition)


@kernel
def classify(raw, blocks, properties, bitmaps, ranks):
    """Fill the bitmaps of the document (but `word_end`) and their ranks.

    Returns the number of braces, and of '#' and U+2026 together.
    """
    braces = 0
    symbols = 0
    word_over = uint64(0)       # bits of the last character of a block that reach over into the next
    space_over = uint64(0)
    special_over = uint64(0)
    for block in range(1, blocks):
        at = block * BLOCK
        upper = between(raw, at, 0x41, 0x5A)
        lower = between(raw, at, 0x61, 0x7A)
        digit = between(raw, at, 0x30, 0x39)
        letter = upper | lower
        word = word_over | letter | digit | between(raw, at, 0x5F, 0x5F)
        space = space_over | between(raw, at, 0x09, 0x0D) | between(raw, at, 0x1C, 0x20)
        special = special_over
        numeric = digit
        continuation = between(raw, at, 0x80, 0xBF)
        leads = between(raw, at, 0xC0, 0xFF)
        braces += popcount(between(raw, at, 0x7B, 0x7B) | between(raw, at, 0x7D, 0x7D))
        symbols += popcount(between(raw, at, 0x23, 0x23))

        bitmaps.letter[block] = letter
        bitmaps.deleted[block] = between(raw, at, 0x21, 0x7E) & ~(letter | digit)
        bitmaps.terminator[block] = between(raw, at, 0x2E, 0x2E) | between(raw, at, 0x21, 0x21) | between(raw, at, 0x3F, 0x3F)
        bitmaps.newline[block] = between(raw, at, 0x0A, 0x0A)
        word_over = uint64(0)
        space_over = uint64(0)
        special_over = uint64(0)

        while leads != 0:
            bit = lowest(leads)
            leads &= leads - uint64(1)
            code_point, length = decode(raw, at + bit)
            traits = properties[code_point]
            is_word = everywhere_if((traits & uint32(WORD)) != 0)
            is_space = everywhere_if((traits & uint32(SPACE)) != 0)
            is_special = everywhere_if((traits & uint32(SPECIAL)) != 0)
            lead = uint64(1) << uint64(bit)
            span = (lead << uint64(length)) - lead      # the shift drops what reaches over: 2**64 - lead is right then too
            word |= span & is_word
            space |= span & is_space
            special |= span & is_special
            upper |= lead & everywhere_if((traits & uint32(UPPER)) != 0)
            lower |= lead & everywhere_if((traits & uint32(LOWER)) != 0)
            numeric |= lead & everywhere_if((traits & uint32(NUMERIC)) != 0)
            symbols += int64(code_point == HORIZONTAL_ELLIPSIS)
            if bit + length > BLOCK:
                over = (uint64(1) << uint64(bit + length - BLOCK)) - uint64(1)
                word_over = over & is_word
                space_over = over & is_space
                special_over = over & is_special

        bitmaps.continuation[block] = continuation
        bitmaps.space[block] = space
        bitmaps.word[block] = word
        bitmaps.special[block] = special
        bitmaps.upper[block] = upper
        bitmaps.lower[block] = lower
        bitmaps.numeric[block] = numeric
        ranks.continuation[block + 1] = ranks.continuation[block] + popcount(continuation)
        ranks.upper[block + 1] = ranks.upper[block] + popcount(upper)
        ranks.numeric[block + 1] = ranks.numeric[block] + popcount(numeric)
    return braces, symbols


@kernel
def rank(bits, before, position):
    """How many bits are set below a position."""
    word = position >> 6
    below = (uint64(1) << uint64(position & 63)) - uint64(1)
    return before[word] + popcount(bits[word] & below)


@kernel
def run_length(bits, position):
    """How many bits in a row are set from a position on (bitmaps end in unset bits)."""
    word = position >> 6
    offset = uint64(position & 63)
    length = 0
    while True:
        following = bits[word] >> offset | bits[word + 1] << uint64(1) << (uint64(63) - offset)    # 64 bits from there on
        run = lowest(~following)
        length += run
        if run < BLOCK:
            return length
        word += 1


@kernel
def runs_with(runs, members, carry):
    """A bit behind each run of set bits that holds at least one member, and the carry into the next 64.

    Adding a member of a run to the run carries out of its end, and nothing else does: a whole run of ones plus any
    non-zero part of it overflows by exactly one bit. (The idea is that of Parabix; Cameron et al. 2014.)
    """
    partial = runs + (members & runs)
    total = partial + carry
    overflow = uint64(partial < runs) | uint64(total < partial)
    return total & ~runs, overflow

"""What every byte of a document is, 64 bytes at a time.

ASCII needs a dozen vector comparisons for each 64 bytes and no branch. Every other character is looked up, once, and
marked in the bitmaps of the bytes that it takes, so that all later passes work on bits whatever the language.
"""

from rpdata.text.arrays import Bytes, Words32
from rpdata.text.bitmaps import Bitmaps, Ranks, everywhere_if
from rpdata.text.codepoints import ICON, LETTER, LOWER, NUMERIC, SENTENCE_MARK, SIGN, SPACE, SPECIAL, UPPER, WORD
from rpdata.text.compiled import borrowing_kernel, int64, uint32, uint64
from rpdata.text.vectors import BLOCK, between, load64, lowest, popcount

HORIZONTAL_ELLIPSIS = 0x2026


@borrowing_kernel
def decode(data: Bytes, position: int) -> tuple[int, int]:
    """The code point, beyond ASCII, that starts at a position of valid UTF-8, and its length in bytes."""
    eight = load64(data, position)
    lead = int64(eight & uint64(0xFF))
    second = int64(eight >> uint64(8)) & 0x3F
    third = int64(eight >> uint64(16)) & 0x3F
    fourth = int64(eight >> uint64(24)) & 0x3F
    if lead >= 0xF0:
        return (lead & 0x07) << 18 | second << 12 | third << 6 | fourth, 4
    if lead >= 0xE0:
        return (lead & 0x0F) << 12 | second << 6 | third, 3
    return (lead & 0x1F) << 6 | second, 2


@borrowing_kernel
def is_byte(data: Bytes, position: int, byte: int) -> int:
    """One bit for each of 64 bytes: set where it is this one."""
    return between(data, position, byte, byte)


@borrowing_kernel
def classify(raw: Bytes, blocks: int, properties: Words32, bitmaps: Bitmaps, ranks: Ranks) -> tuple[int, int, int]:
    """Fill the bitmaps of the document, but `token` and `word_end`, and their ranks.

    Returns the numbers of braces, of '#' and of U+2026.
    """
    braces = 0
    hashes = 0
    ellipses = 0
    word_over = uint64(0)       # bytes of a block's last character that reach over into the next
    space_over = uint64(0)
    special_over = uint64(0)
    alphabetic_over = uint64(0)
    sign_over = uint64(0)
    mark_over = uint64(0)
    for block in range(1, blocks):
        at = block * BLOCK
        upper = between(raw, at, ord("A"), ord("Z"))
        lower = between(raw, at, ord("a"), ord("z"))
        digit = between(raw, at, ord("0"), ord("9"))
        letter = upper | lower
        word = word_over | letter | digit | is_byte(raw, at, ord("_"))
        space = space_over | between(raw, at, 0x09, 0x0D) | between(raw, at, 0x1C, 0x20)
        special = special_over
        alphabetic = alphabetic_over | letter
        punctuation = between(raw, at, ord("!"), ord("~")) & ~(letter | digit)
        sign = sign_over | punctuation
        mark = mark_over
        numeric = digit
        continuation = between(raw, at, 0x80, 0xBF)
        leads = between(raw, at, 0xC0, 0xFF)
        terminator = is_byte(raw, at, ord(".")) | is_byte(raw, at, ord("!")) | is_byte(raw, at, ord("?"))

        bitmaps.letter[block] = letter
        bitmaps.deleted[block] = punctuation
        bitmaps.terminator[block] = terminator
        bitmaps.newline[block] = is_byte(raw, at, ord("\n"))
        braces += popcount(is_byte(raw, at, ord("{")) | is_byte(raw, at, ord("}")))
        hashes += popcount(is_byte(raw, at, ord("#")))
        word_over = uint64(0)
        space_over = uint64(0)
        special_over = uint64(0)
        alphabetic_over = uint64(0)
        sign_over = uint64(0)
        mark_over = uint64(0)

        while leads != 0:
            bit = lowest(leads)
            leads &= leads - uint64(1)
            code_point, length = decode(raw, at + bit)
            traits = properties[code_point]
            is_word = everywhere_if(traits & uint32(WORD) != 0)
            is_space = everywhere_if(traits & uint32(SPACE) != 0)
            is_special = everywhere_if(traits & uint32(SPECIAL) != 0)
            is_letter = everywhere_if(traits & uint32(ICON) == LETTER)
            is_sign = everywhere_if(traits & uint32(SIGN) != 0)
            is_mark = everywhere_if(traits >= uint32(SENTENCE_MARK))
            lead = uint64(1) << uint64(bit)
            span = (lead << uint64(length)) - lead      # right too where the shift drops bits that reach over
            word |= span & is_word
            space |= span & is_space
            special |= span & is_special
            alphabetic |= span & is_letter
            sign |= span & is_sign
            mark |= span & is_mark
            upper |= lead & everywhere_if(traits & uint32(UPPER) != 0)
            lower |= lead & everywhere_if(traits & uint32(LOWER) != 0)
            numeric |= lead & everywhere_if(traits & uint32(NUMERIC) != 0)
            ellipses += int64(code_point == HORIZONTAL_ELLIPSIS)
            if bit + length > BLOCK:
                over = (uint64(1) << uint64(bit + length - BLOCK)) - uint64(1)
                word_over = over & is_word
                space_over = over & is_space
                special_over = over & is_special
                alphabetic_over = over & is_letter
                sign_over = over & is_sign
                mark_over = over & is_mark

        bitmaps.continuation[block] = continuation
        bitmaps.space[block] = space
        bitmaps.word[block] = word
        bitmaps.special[block] = special
        bitmaps.alphabetic[block] = alphabetic
        bitmaps.sign[block] = sign
        bitmaps.sentence_mark[block] = mark
        bitmaps.upper[block] = upper
        bitmaps.lower[block] = lower
        bitmaps.numeric[block] = numeric
        ranks.continuation[block + 1] = ranks.continuation[block] + popcount(continuation)
        ranks.upper[block + 1] = ranks.upper[block] + popcount(upper)
        ranks.numeric[block + 1] = ranks.numeric[block] + popcount(numeric)
    return braces, hashes, ellipses

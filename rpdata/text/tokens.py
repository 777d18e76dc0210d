"""Raw words, the WordPunct tokens of the untouched text: `\\w+|[^\\w\\s]+` as Python's `re` has it; and sentences."""

from rpdata.text.arrays import Bytes, Hashes
from rpdata.text.bitmaps import Bitmaps, run_length, runs_with
from rpdata.text.classify import is_byte
from rpdata.text.compiled import borrowing_kernel, int64, uint64
from rpdata.text.hashing import Secret, hash_bytes
from rpdata.text.stop_words import is_stop_word
from rpdata.text.vectors import BLOCK, lowest, popcount

FULL_STOP = ord(".")


@borrowing_kernel
def count_raw_words(blocks: int, bitmaps: Bitmaps) -> tuple[int, int, int]:
    """Raw words, those that are all caps (`str.isupper`), and those with an ASCII letter.

    A run of word characters is one token, and so is a run of what is neither word character nor white space. Both
    kinds can be all caps (U+24B6 is upper case and no word character); only the first holds letters.
    """
    count = 0
    all_caps = 0
    with_letter = 0
    zero = uint64(0)
    letter_carry = upper_carry = lower_carry = other_upper_carry = other_lower_carry = zero
    word_before = other_before = zero               # whether the last byte of the block before was in such a token
    for block in range(1, blocks):
        word = bitmaps.word[block]
        other = ~(word | bitmaps.space[block])
        count += popcount(word & ~(word << uint64(1) | word_before))
        count += popcount(other & ~(other << uint64(1) | other_before))
        word_before = word >> uint64(63)
        other_before = other >> uint64(63)

        has_letter, letter_carry = runs_with(word, bitmaps.letter[block], letter_carry)
        with_letter += popcount(has_letter)
        has_upper, upper_carry = runs_with(word, bitmaps.upper[block], upper_carry)
        has_lower, lower_carry = runs_with(word, bitmaps.lower[block], lower_carry)
        all_caps += popcount(has_upper & ~has_lower)
        has_upper, other_upper_carry = runs_with(other, bitmaps.upper[block], other_upper_carry)
        has_lower, other_lower_carry = runs_with(other, bitmaps.lower[block], other_lower_carry)
        all_caps += popcount(has_upper & ~has_lower)
    return count, all_caps, with_letter


@borrowing_kernel
def count_stop_words(
    raw: Bytes, blocks: int, bitmaps: Bitmaps, table: Hashes, longest: int, secret: Secret
) -> int:
    """Raw words that are in a stop list, just as they are written."""
    count = 0
    before = uint64(0)
    for block in range(1, blocks):
        word = bitmaps.word[block]
        starts = word & ~(word << uint64(1) | before)
        before = word >> uint64(63)
        while starts != 0:
            position = block * BLOCK + lowest(starts)
            starts &= starts - uint64(1)
            length = run_length(bitmaps.word, position)
            if length <= longest:
                count += int64(is_stop_word(hash_bytes(raw, position, length, secret), table))
    return count


@borrowing_kernel
def count_sentences(blocks: int, bitmaps: Bitmaps) -> int:
    """Matches of `\\b[^.!?]+[.!?]*`: stretches between terminators that hold a word character.

    A match can start at a word character only (between a match, which ends in terminators, and the next word character
    there is no word boundary), and takes everything up to the next terminators.
    """
    count = 0
    carry = uint64(0)
    for block in range(1, blocks):
        with_word, carry = runs_with(~bitmaps.terminator[block], bitmaps.word[block], carry)
        count += popcount(with_word)
    return count + int64(carry)        # the last stretch runs on through the margin


@borrowing_kernel
def count_ellipses(raw: Bytes, blocks: int) -> int:
    """Non-overlapping '...': a third of each run of full stops."""
    count = 0
    counted_to = 0
    one_before = two_before = uint64(0)
    for block in range(1, blocks):
        stops = is_byte(raw, block * BLOCK, FULL_STOP)
        third_in_row = stops & (stops << uint64(1) | one_before) & (stops << uint64(2) | two_before)
        one_before = stops >> uint64(63)
        two_before = stops >> uint64(62)
        while third_in_row != 0:
            end = block * BLOCK + lowest(third_in_row)
            third_in_row &= third_in_row - uint64(1)
            if end < counted_to:
                continue
            start = end - 2
            while raw[end] == FULL_STOP:
                end += 1
            count += (end - start) // 3
            counted_to = end
    return count

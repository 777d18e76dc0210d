"""Raw words: WordPunct tokens of the untouched text, `\\w+|[^\\w\\s]+` as Python's `re` understands it; and sentences."""

from numba import int64, uint64

from rpdata.text.classify import run_length, runs_with
from rpdata.text.compiled import kernel
from rpdata.text.hashing import hash_bytes
from rpdata.text.stop_words import is_stop_word
from rpdata.text.vectors import BLOCK, between, lowest, popcount


@kernel
def count_raw_words(blocks, bitmaps):
    """Raw words, those that are all caps (`str.isupper`), and those with an ASCII letter.

    A run of word characters is one token, and so is a run of what is neither word character nor white space. Both kinds
    can be all caps (U+24B6 is upper case and no word character); only the first holds letters.
    """
    count = 0
    all_caps = 0
    with_letter = 0
    zero = uint64(0)
    letter = upper = lower = other_upper = other_lower = zero
    word_before = other_before = zero                     # whether the last byte of the previous block was in a token
    for block in range(1, blocks):
        word = bitmaps.word[block]
        other = ~(word | bitmaps.space[block])
        count += popcount(word & ~(word << uint64(1) | word_before))
        count += popcount(other & ~(other << uint64(1) | other_before))
        word_before = word >> uint64(63)
        other_before = other >> uint64(63)

        hits, letter = runs_with(word, bitmaps.letter[block], letter)
        with_letter += popcount(hits)
        has_upper, upper = runs_with(word, bitmaps.upper[block], upper)
        has_lower, lower = runs_with(word, bitmaps.lower[block], lower)
        all_caps += popcount(has_upper & ~has_lower)
        has_upper, other_upper = runs_with(other, bitmaps.upper[block], other_upper)
        has_lower, other_lower = runs_with(other, bitmaps.lower[block], other_lower)
        all_caps += popcount(has_upper & ~has_lower)
    return count, all_caps, with_letter


@kernel
def count_stop_words(raw, blocks, bitmaps, table, longest):
    """Raw words that are in a stop list, as they are written."""
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
                count += int64(is_stop_word(hash_bytes(raw, position, length), table))
    return count


@kernel
def count_sentences(blocks, bitmaps):
    """Matches of `\\b[^.!?]+[.!?]*`.

    A match can only start at a word character, since the text between a terminator and the next word boundary holds none,
    and it takes all up to the next terminators: so, count the stretches between terminators that hold a word character.
    """
    count = 0
    carry = uint64(0)
    for block in range(1, blocks):
        hits, carry = runs_with(~bitmaps.terminator[block], bitmaps.word[block], carry)
        count += popcount(hits)
    return count + int64(carry)        # the last stretch runs on through the margin


@kernel
def count_ellipses(raw, blocks):
    """Non-overlapping '...': a third of each run of full stops."""
    count = 0
    done = 0                            # up to here the full stops have been counted
    one_before = two_before = uint64(0)
    for block in range(1, blocks):
        dots = between(raw, block * BLOCK, 0x2E, 0x2E)
        third = dots & (dots << uint64(1) | one_before) & (dots << uint64(2) | two_before)
        one_before = dots >> uint64(63)
        two_before = dots >> uint64(62)
        while third != 0:
            end = block * BLOCK + lowest(third)
            third &= third - uint64(1)
            if end < done:
                continue
            start = end - 2
            while raw[end] == 0x2E:
                end += 1
            count += (end - start) // 3
            done = end
    return count

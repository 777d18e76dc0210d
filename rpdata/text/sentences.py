"""Sentences of lines, and what their characters are: 64 bytes at a time, from the bitmaps of the document."""

from rpdata.text.arrays import Bits, Bytes
from rpdata.text.bitmaps import FIRST, Bitmaps, runs_with
from rpdata.text.classify import is_byte
from rpdata.text.compiled import borrowing_kernel, uint64
from rpdata.text.vectors import BLOCK, are_equal, between, popcount

FULL_STOP = ord(".")
LEADS = ((0x00, 0x7F), (0xC0, 0xDF), (0xE0, 0xEF), (0xF0, 0xF7))     # first bytes of characters of 1, 2, 3, 4 bytes


@borrowing_kernel
def mark_sentences(raw: Bytes, size: int, blocks: int, bitmaps: Bitmaps, sentence: Bits) -> None:
    """Set a bit behind each sentence: each stretch between ends that holds a word character.

    Ends are newlines; marks of SENTENCE_MARKS beyond ASCII; and runs of signs (neither word character nor white space)
    with . ! or ? that white space follows. A full stop is no such mark beside another one (an ellipsis), and behind a
    single ASCII letter (initials, `U.S.`).
    """
    signs_carry = words_carry = uint64(0)
    word_before = single_before = uint64(0)
    end_of_text = FIRST + size
    for block in range(1, blocks):
        at = block * BLOCK
        word, space = bitmaps.word[block], bitmaps.space[block]
        single = bitmaps.letter[block] & ~(word << uint64(1) | word_before)
        behind_single = single << uint64(1) | single_before
        word_before = word >> uint64(63)
        single_before = single >> uint64(63)

        beside_stop = is_byte(raw, at - 1, FULL_STOP) | is_byte(raw, at + 1, FULL_STOP)
        no_mark = is_byte(raw, at, FULL_STOP) & (beside_stop | behind_single)
        marks = bitmaps.terminator[block] & ~no_mark
        behind_marks, signs_carry = runs_with(~(word | space), marks, signs_carry)
        ends = behind_marks & space | bitmaps.sentence_mark[block] | bitmaps.newline[block]
        if at <= end_of_text < at + BLOCK:
            ends |= uint64(1) << uint64(end_of_text & 63)
        sentence[block], words_carry = runs_with(~ends, word & ~ends, words_carry)


@borrowing_kernel
def count_characters(raw: Bytes, blocks: int, bitmaps: Bitmaps) -> tuple[int, int]:
    """Characters beyond ASCII; and those in runs of four or more equal ones, white space aside."""
    beyond_ascii = 0
    in_runs = 0
    for block in range(1, blocks):
        at = block * BLOCK
        beyond = between(raw, at, 0x80, 0xFF)
        beyond_ascii += popcount(beyond & ~bitmaps.continuation[block])
        in_runs += count_in_runs(raw, at, 1, ~(beyond | bitmaps.space[block]))
        if beyond != 0:
            for length in range(2, 5):
                first, last = LEADS[length - 1]
                in_runs += count_in_runs(raw, at, length, between(raw, at, first, last) & ~bitmaps.space[block])
    return beyond_ascii, in_runs


@borrowing_kernel
def count_in_runs(raw: Bytes, at: int, length: int, characters: int) -> int:
    """Characters of that many bytes in runs of four or more, for those runs whose fourth is among `characters`.

    One that equals the three before it counts for itself; the first such in a run for those three as well.
    """
    fourth = characters & equal_before(raw, at, length, 1)
    if fourth == 0:
        return 0
    fourth &= equal_before(raw, at, length, 2)
    if fourth == 0:
        return 0
    fourth &= equal_before(raw, at, length, 3)
    return popcount(fourth) + 3 * popcount(fourth & ~equal_before(raw, at, length, 4))


@borrowing_kernel
def equal_before(raw: Bytes, at: int, length: int, back: int) -> int:
    """One bit for each of 64 bytes: set where it and those behind it equal those `back` times `length` before."""
    equal = are_equal(raw, at, at - back * length)
    for i in range(1, length):
        equal &= are_equal(raw, at + i, at + i - back * length)
    return equal

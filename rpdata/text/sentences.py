"""Sentences of lines, and what their characters are: 64 bytes at a time, from the bitmaps of the document."""

from rpdata.text.arrays import Bits, Bytes
from rpdata.text.bitmaps import FIRST, Bitmaps, runs_with
from rpdata.text.classify import is_byte
from rpdata.text.compiled import borrowing_kernel, uint64
from rpdata.text.vectors import BLOCK, are_equal, between, load64, lowest, popcount

FULL_STOP, LEFT_BRACKET, RIGHT_BRACKET = (ord(sign) for sign in ".[]")
EDIT = int.from_bytes(b"[edit]", "little")
SIX_BYTES = (1 << 48) - 1
CITATION = int.from_bytes(b"[citatio", "little")
N_NEEDED = int.from_bytes(b"n needed", "little")
LEADS = ((0x00, 0x7F), (0xC0, 0xDF), (0xE0, 0xEF), (0xF0, 0xF7))     # first bytes of characters of 1, 2, 3, 4 bytes


@borrowing_kernel
def mark_sentences(raw: Bytes, size: int, blocks: int, bitmaps: Bitmaps, sentence: Bits) -> None:
    """Set a bit behind each sentence: each stretch between ends that holds a word character.

    Ends are newlines; marks of SENTENCE_MARKS beyond ASCII; and runs of signs (neither word character nor white space)
    with . ! or ? that white space follows. A full stop is no such mark beside another one (an ellipsis), and behind a
    single ASCII letter (initials, `U.S.`). All of a citation mark ([1], [edit], [citation needed]) is signs.
    """
    signs_carry = words_carry = uint64(0)
    word_before = single_before = uint64(0)
    end_of_text = FIRST + size
    cited_until = 0
    for block in range(1, blocks):
        at = block * BLOCK
        cited, cited_until = citations(raw, at, cited_until)
        word, space = bitmaps.word[block] & ~cited, bitmaps.space[block] & ~cited
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
def citations(raw: Bytes, at: int, until: int) -> tuple[int, int]:
    """One bit for each of 64 bytes, set in citation marks, and where the last one ends; `until`: the one before."""
    cited = first_bits(until - at)
    brackets = is_byte(raw, at, LEFT_BRACKET)
    while brackets != 0:
        start = lowest(brackets)
        brackets &= brackets - uint64(1)
        end = behind_citation(raw, at + start)
        if end > 0:
            cited |= first_bits(end - at) & ~first_bits(start)
            until = end
    return cited, until


@borrowing_kernel
def first_bits(count: int) -> int:
    """The lowest bits set, as many as there are; none for less than 0, 64 at most."""
    return (uint64(1) << uint64(max(count, 0))) - uint64(1) if count < BLOCK else uint64(0) - uint64(1)


@borrowing_kernel
def behind_citation(raw: Bytes, start: int) -> int:
    """The position behind the citation mark that starts at a left bracket; 0 if none does."""
    end = start + 1
    while ord("0") <= raw[end] <= ord("9"):
        end += 1
    if raw[end] == RIGHT_BRACKET:
        return end + 1
    eight = load64(raw, start)
    if eight & uint64(SIX_BYTES) == uint64(EDIT):
        return start + 6
    if eight == uint64(CITATION) and load64(raw, start + 8) == uint64(N_NEEDED) and raw[start + 16] == RIGHT_BRACKET:
        return start + 17
    return 0


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

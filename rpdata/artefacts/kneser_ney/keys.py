"""N-grams as numbers of 128 bits, so that a comparison of numbers is one of n-grams, last word first.

    key = w_n << (n-1)*bits | ... | w_2 << bits | w_1

That is suffix order, in which the n-grams that end alike lie side by side. A shift to the right leaves the last words,
a mask the first ones; both are keys again. A row is (high half, low half, count).
"""

from rpdata.text.arrays import Hashes
from rpdata.text.compiled import int64, kernel, uint64

UNKNOWN, BEGIN, END = 0, 1, 2       # the numbers of <unk>, <s>, </s>
HIGH, LOW, COUNT = 0, 1, 2
COLUMNS = 3
ROW_BYTES = 8 * COLUMNS
KEY_BITS = 128
WORD_BITS = 32
HIGHEST_ORDER = 8


@kernel
def shift_right(high: int, low: int, bits: int) -> tuple[int, int]:
    """A key without its lowest bits; fewer than 128."""
    if bits == 0:
        return high, low
    if bits < 64:
        return high >> uint64(bits), (low >> uint64(bits)) | (high << uint64(64 - bits))
    return uint64(0), high >> uint64(bits - 64)


@kernel
def shift_left(high: int, low: int, bits: int) -> tuple[int, int]:
    """A key with zeros below; fewer than 128."""
    if bits == 0:
        return high, low
    if bits < 64:
        return (high << uint64(bits)) | (low >> uint64(64 - bits)), low << uint64(bits)
    return low << uint64(bits - 64), uint64(0)


@kernel
def lowest(high: int, low: int, bits: int) -> tuple[int, int]:
    """The lowest bits of a key; fewer than 128."""
    if bits < 64:
        return uint64(0), low & ((uint64(1) << uint64(bits)) - uint64(1))
    return high & ((uint64(1) << uint64(bits - 64)) - uint64(1)), low


@kernel
def word_at(high: int, low: int, position: int, bits: int) -> int:
    """A word of a key; position 0 is the first of the n-gram."""
    _, word = shift_right(high, low, position * bits)
    return int64(word & ((uint64(1) << uint64(bits)) - uint64(1)))


@kernel
def is_less(high: int, low: int, other_high: int, other_low: int) -> bool:
    """Whether a key comes before another."""
    return high < other_high or (high == other_high and low < other_low)


@kernel
def first_not_below(keys: Hashes, high: int, low: int) -> int:
    """How many of the sorted keys, (n, at least 2), come before one."""
    start, stop = 0, len(keys)
    while start < stop:
        middle = (start + stop) // 2
        if is_less(keys[middle, HIGH], keys[middle, LOW], high, low):
            start = middle + 1
        else:
            stop = middle
    return start

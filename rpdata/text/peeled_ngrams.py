"""Repeated n-grams of peeled tokens, measured as datatrove's GopherRepetitionFilter does.

Pairs come from the hashes of their two tokens, so that single tokens need no number; longer n-grams are extended from
them as those of words are (see `ngrams`).
"""

from rpdata.text.arrays import Counts, Ints
from rpdata.text.compiled import borrowing_kernel, int32, int64, uint64
from rpdata.text.hashing import Secret
from rpdata.text.ngrams import DUPLICATE_ORDERS, TOP_ORDERS, Repeats, extend_repeats, keep_repeated
from rpdata.text.numbering import Numbering, in_kernel_table_size, number_keys
from rpdata.text.peeled_tokens import Tokens
from rpdata.text.vectors import multiply_fold

SEEN = 0        # in the counts of repeated n-grams, all of which are 2 or more


@borrowing_kernel
def measure_token_ngrams(
    tokens: Tokens,
    count: int,
    repeats: Repeats,
    numbering: Numbering,
    secret: Secret,
    row: int,
    top: Ints,
    again: Ints,
) -> None:
    """Fill a document's column of `top` (a row for each of TOP_ORDERS) and of `again` (of DUPLICATE_ORDERS)."""
    for order in TOP_ORDERS:
        if count >= order:          # before any is counted: the first n-gram, as often as it must occur
            top[order - TOP_ORDERS[0], row] = code_points(tokens, 0, order) + order - 1
    repeated = 0
    for order in range(2, DUPLICATE_ORDERS[-1] + 1):
        if order == 2:
            candidates, distinct = number_pairs(tokens, count, repeats, numbering, secret)
        else:
            candidates, distinct = extend_repeats(repeats, repeated, numbering, secret)
        if order <= TOP_ORDERS[-1]:
            place, times = most_frequent(repeats, numbering.counts, distinct)
            if times > 1:
                spelled = code_points(tokens, int64(repeats.position[place]), order) + order - 1
                top[order - TOP_ORDERS[0], row] = spelled * times
        repeated = keep_repeated(repeats, candidates, numbering.counts)
        if repeated == 0:
            break
        if order >= DUPLICATE_ORDERS[0]:
            covered = code_points_again(tokens, repeats, repeated, order, numbering.counts)
            again[order - DUPLICATE_ORDERS[0], row] = covered


@borrowing_kernel
def number_pairs(
    tokens: Tokens, count: int, repeats: Repeats, numbering: Numbering, secret: Secret
) -> tuple[int, int]:
    """Number and count the pairs of neighbours that may repeat; returns how many, and how many different ones.

    Six of ten pairs do not. A byte for each place of a table tells most of them, at a third of what a number costs.
    """
    pairs = max(count - 1, 0)
    size = 2 * in_kernel_table_size(pairs)
    mask = uint64(size - 1)
    seen = tokens.seen
    seen[:size] = 0
    for i in range(pairs):
        key = multiply_fold(tokens.hash[i] ^ secret.low, tokens.hash[i + 1] ^ secret.high)
        repeats.key[i] = key
        place = int64(key >> uint64(32) & mask)        # by other bits than those that number the key
        seen[place] = seen[place] << 1 | 1
    candidates = 0
    for i in range(pairs):
        key = repeats.key[i]
        repeats.position[candidates] = i
        repeats.key[candidates] = key
        candidates += int64(seen[int64(key >> uint64(32) & mask)] > 1)
    return candidates, number_keys(repeats.key, candidates, numbering, repeats.number)


@borrowing_kernel
def code_points(tokens: Tokens, start: int, order: int) -> int:
    """Of so many tokens from one on, without the blanks between them."""
    return int64(tokens.code_points_before[start + order]) - int64(tokens.code_points_before[start])


@borrowing_kernel
def most_frequent(repeats: Repeats, counts: Counts, distinct: int) -> tuple[int, int]:
    """Where the first of the most frequent n-grams stands in `repeats`, and how often it occurs; 0 if none is."""
    times = int32(0)
    for number in range(1, distinct + 1):
        times = max(times, counts[number])
    place = 0
    while times > 1 and counts[repeats.number[place]] != times:
        place += 1
    return place, int64(times)


@borrowing_kernel
def code_points_again(tokens: Tokens, repeats: Repeats, repeated: int, order: int, counts: Counts) -> int:
    """Code points of the n-grams that were read before, reading from the start and going on behind each such one.

    Of an n-gram that is passed over in that way nothing is remembered. Spends `counts`.
    """
    covered = 0
    end = 0
    for x in range(repeated):
        start = int64(repeats.position[x])
        if start < end:
            continue
        number = repeats.number[x]
        if counts[number] == SEEN:
            covered += code_points(tokens, start, order)
            end = start + order
        counts[number] = SEEN
    return covered

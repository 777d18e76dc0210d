"""Adjusted counts of the n-grams of every order, from the counts of the highest (Heafield et al. 2013, section 3.2).

    a(w_1 ... w_k) = how many different words come before it      if k is below the order and w_1 is not <s>
                   = how often it is in the text                  otherwise

In suffix order, all that ends alike lies side by side: one pass with one open n-gram for each order is enough.
Those that are pruned stay in the rows, marked: their mass is needed for the back-off of their context.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rpdata.artefacts.kneser_ney.keys import BEGIN, COLUMNS, COUNT, HIGH, LOW, UNKNOWN, shift_right, word_at
from rpdata.artefacts.kneser_ney.plan import Plan
from rpdata.artefacts.kneser_ney.spool import Spool
from rpdata.text.arrays import Bytes, Hashes, Ints
from rpdata.text.compiled import EntryPoint, int64, kernel, uint64

PRUNED = 1                      # lowest bit of the count column; the adjusted count is above it
FEW = 5                         # adjusted counts below it are tallied
ALL, KEPT = FEW, FEW + 1        # further columns of the tally
SAMPLED = 512                   # one row in so many is kept in memory, to plan what follows


class Pass(NamedTuple):
    """Where a pass is: the n-grams that end as the last row did, and the tally of those that are behind.

    All but `key`, `length` and `tally` have one entry for each order.
    """

    key: Hashes         # (1, 2): the last row
    length: Ints        # (1,): how many orders are open
    adjusted: Ints
    actual: Ints        # occurrences in the text: by these is pruned
    unwanted: Bytes     # 1 if a word of it is not in the vocabulary
    tally: Ints         # (order, FEW + 2): how many have each adjusted count 0 .. 4; all; those that are not pruned


@dataclass(frozen=True)
class Grams:
    """The n-grams of one order on disk, in suffix order: rows of (high, low, 2 * adjusted count + PRUNED).

    sample: some of them. tally: see `Pass`.
    """

    order: int
    rows: Spool
    sample: Hashes
    tally: Ints


def adjust(blocks: Iterable[Hashes], thresholds: Sequence[int], unwanted: Bytes, plan: Plan) -> list[Grams]:
    """The n-grams of every order, from 1, from sorted rows of the highest.

    thresholds: for each order, the count up to which n-grams are pruned. unwanted: of each word, whether all n-grams
    with it are.
    """
    order = plan.order
    state = Pass(
        key=np.zeros((1, 2), np.uint64),
        length=np.zeros(1, np.int64),
        adjusted=np.zeros(order, np.int64),
        actual=np.zeros(order, np.int64),
        unwanted=np.zeros(order, np.uint8),
        tally=np.zeros((order, FEW + 2), np.int64),
    )
    spools = [Spool(plan.folder / f"grams-{k}", np.uint64, COLUMNS) for k in range(1, order + 1)]
    samples: list[list[Hashes]] = [[] for _ in range(order)]
    output = np.empty((order, plan.block_rows + 1, COLUMNS), np.uint64)
    limits = np.array(thresholds, np.int64)

    def flush(rows: Hashes, *, last: bool) -> None:
        filled = adjust_rows(rows, last, plan.bits, limits, unwanted, state, output)
        for k in range(order):
            made = output[k, : filled[k]]
            spools[k].append(made)
            samples[k].append(made[::SAMPLED].copy())

    # They end no n-gram of the text: <s> has a back-off, <unk> a probability alone.
    spools[0].append(np.array([[0, UNKNOWN, 0], [0, BEGIN, 0]], np.uint64))
    state.tally[0, [0, ALL, KEPT]] = 2
    for block in blocks:
        for start in range(0, len(block), plan.block_rows):
            flush(block[start : start + plan.block_rows], last=False)
    flush(np.empty((0, COLUMNS), np.uint64), last=True)
    for spool in spools:
        spool.close()
    return [Grams(k + 1, spools[k], np.concatenate(samples[k]), state.tally[k]) for k in range(order)]


@EntryPoint
def adjust_rows(
    rows: Hashes, last: bool, bits: int, limits: Ints, unwanted: Bytes, state: Pass, output: Hashes
) -> Ints:
    """Take in rows; with `last`, close what is open.

    output: (order, at least rows + 1, 3); returns how many of each order there are in it.
    """
    order = len(limits)
    filled = np.zeros(order, np.int64)
    for i in range(len(rows)):
        high, low, count = rows[i, HIGH], rows[i, LOW], int64(rows[i, COUNT])
        same = words_in_common(high, low, order, bits, state)
        close(same, order, bits, limits, state, output, filled)
        for k in range(same):
            state.actual[k] += count
        if same > 0:
            state.adjusted[same - 1] += 1
        open_longer(high, low, count, same, order, bits, unwanted, state)
        state.key[0, HIGH], state.key[0, LOW] = high, low
    if last:
        close(0, order, bits, limits, state, output, filled)
        state.length[0] = 0
    return filled


@kernel
def words_in_common(high: int, low: int, order: int, bits: int, state: Pass) -> int:
    """How many last words a row shares with the one before; not more than are open."""
    same = 0
    while same < state.length[0]:
        position = order - 1 - same
        if word_at(high, low, position, bits) != word_at(state.key[0, HIGH], state.key[0, LOW], position, bits):
            break
        same += 1
    return same


@kernel
def close(
    same: int, order: int, bits: int, limits: Ints, state: Pass, output: Hashes, filled: Ints
) -> None:
    """Write the open n-grams of more than `same` words."""
    for k in range(same, state.length[0]):
        high, low = shift_right(state.key[0, HIGH], state.key[0, LOW], (order - 1 - k) * bits)
        adjusted = state.adjusted[k]
        pruned = state.actual[k] <= limits[k] or state.unwanted[k] != 0
        place = filled[k]
        output[k, place, HIGH], output[k, place, LOW] = high, low
        output[k, place, COUNT] = (uint64(adjusted) << uint64(1)) | uint64(pruned)
        filled[k] = place + 1
        if adjusted < FEW:
            state.tally[k, adjusted] += 1
        state.tally[k, ALL] += 1
        state.tally[k, KEPT] += 0 if pruned else 1


@kernel
def open_longer(
    high: int, low: int, count: int, same: int, order: int, bits: int, unwanted: Bytes, state: Pass
) -> None:
    """Begin the n-grams of more than `same` words; there are none from before the first <s>."""
    length = same
    before = uint64(0) if same == 0 else uint64(state.unwanted[same - 1])
    while length < order:
        word = word_at(high, low, order - 1 - length, bits)
        before |= uint64(unwanted[word])
        state.unwanted[length] = before
        state.actual[length] = count
        state.adjusted[length] = count if word == BEGIN or length == order - 1 else 1
        length += 1
        if word == BEGIN:
            break
    state.length[0] = length

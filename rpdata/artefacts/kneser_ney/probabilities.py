"""Probabilities and back-off weights, order after order (Chen & Goodman 1998, section 4.1.6; Heafield et al. 2013).

    p(w | c) = (a(cw) - D(a(cw))) / sum_v a(cv)  +  weight(c) p(w | c without its first word)
    weight(c) = (sum over kept v of D(a(cv))  +  sum over pruned v of a(cv)) / sum_v a(cv)

and for single words the lower probability is uniform: 1 / words, <unk> among them, <s> not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rpdata.artefacts.kneser_ney.adjust import PRUNED, Grams
from rpdata.artefacts.kneser_ney.buckets import DEALT_BYTES, LOWER, Bucket, boundaries, collect, deal
from rpdata.artefacts.kneser_ney.discounts import Discounts
from rpdata.artefacts.kneser_ney.keys import BEGIN, COUNT, HIGH, LOW, ROW_BYTES
from rpdata.artefacts.kneser_ney.parallel import in_order
from rpdata.artefacts.kneser_ney.plan import Plan
from rpdata.artefacts.kneser_ney.spool import Spool
from rpdata.text.arrays import Counts, Floats, Hashes
from rpdata.text.compiled import EntryPoint, int64, kernel, uint64

ROW_NEEDS = DEALT_BYTES + 8 + 4 + ROW_BYTES + 16 + 16       # dealt, result, its context; context, sums, slots


@dataclass(frozen=True)
class Weighed:
    """probabilities: of the rows of an order. weights: of the rows of the order below, as contexts."""

    probabilities: Spool
    weights: Spool


def unigram_probabilities(rows: Hashes, discounts: Discounts, kept: int) -> Floats:
    """Of all words by number; <s> has 1, for it is there without being predicted. kept: words that are not pruned."""
    counts = (rows[:, COUNT] >> np.uint64(1)).astype(np.float64)
    pruned = (rows[:, COUNT] & np.uint64(PRUNED)) != 0
    off = np.array([0.0, *discounts])[np.minimum(counts, 3).astype(np.int64)]
    total = counts.sum()
    weight = (off[~pruned].sum() + counts[pruned].sum()) / total
    result: Floats = (counts - off) / total + weight / (kept - 1)
    result[BEGIN] = 1.0
    return result


def weigh(
    grams: Grams, lower: Grams, probabilities: Spool, discounts: Discounts, plan: Plan
) -> Weighed:
    """The probabilities of an order above 1, and the weights of its contexts; probabilities: of the order below."""
    cuts = boundaries(grams, lower, plan.bits, limit=plan.memory // (plan.threads + 1) // ROW_NEEDS)
    buckets = deal(grams, lower, probabilities, cuts, plan)
    off = np.array([0.0, *discounts])

    def work(bucket: Bucket) -> tuple[Spool, Floats]:
        contexts = lower.rows.read(bucket.first, bucket.stop)
        rows = bucket.rows.read(0, bucket.rows.rows)
        found, weights = weigh_rows(contexts, rows, rows.view(np.float64), off)
        bucket.rows.delete()
        results = Spool(bucket.rows.path.with_suffix(".p"), np.float64)
        results.append(found)
        results.close()
        return results, weights

    weights = Spool(plan.folder / f"weights-{lower.order}", np.float64)
    dealt = []
    for results, part in in_order(work, buckets, plan.threads):
        dealt.append(results)
        weights.append(part)
    weights.close()
    result = Spool(plan.folder / f"probabilities-{grams.order}", np.float64)
    for part in collected(grams, dealt, cuts, plan):
        result.append(part)
    result.close()
    for spool in dealt:
        spool.delete()
    return Weighed(result, weights)


def collected(grams: Grams, dealt: list[Spool], cuts: Hashes, plan: Plan) -> Iterator[Floats]:
    """See `collect`; one bucket is in order already."""
    return dealt[0].blocks(plan.block_rows) if len(dealt) == 1 else collect(grams, dealt, cuts, plan)


@EntryPoint
def weigh_rows(contexts: Hashes, rows: Hashes, lower: Floats, off: Floats) -> tuple[Floats, Floats]:
    """The probabilities of dealt rows, and the weights of their contexts; lower: the rows as float64."""
    slots = table_of(contexts)
    found = np.empty(len(rows), np.int32)
    total = np.zeros(len(contexts), np.float64)
    weight = np.zeros(len(contexts), np.float64)
    for i in range(len(rows)):
        context = find(rows[i, HIGH], rows[i, LOW], contexts, slots)
        count = int64(rows[i, COUNT] >> uint64(1))
        found[i] = context
        total[context] += count
        weight[context] += count if rows[i, COUNT] & uint64(PRUNED) else off[min(count, 3)]
    for context in range(len(contexts)):
        weight[context] = weight[context] / total[context] if total[context] > 0 else 1.0
    probabilities = np.empty(len(rows), np.float64)
    for i in range(len(rows)):
        context = found[i]
        count = int64(rows[i, COUNT] >> uint64(1))
        probabilities[i] = (count - off[min(count, 3)]) / total[context] + weight[context] * lower[i, LOWER]
    return probabilities, weight


@kernel
def table_of(contexts: Hashes) -> Counts:
    """The rows by key, with open addressing: row + 1, or 0 where it is free."""
    size = 4
    while size < 2 * len(contexts):
        size *= 2
    slots = np.zeros(size, np.int32)
    for row in range(len(contexts)):
        slot = slot_of(contexts[row, HIGH], contexts[row, LOW], size)
        while slots[slot] != 0:
            slot = (slot + 1) & (size - 1)
        slots[slot] = row + 1
    return slots


@kernel
def slot_of(high: int, low: int, size: int) -> int:
    """Fibonacci hashing of both halves (Knuth, volume 3, section 6.4)."""
    mixed = (high ^ (low >> uint64(29)) ^ low * uint64(0x9E3779B97F4A7C15)) * uint64(0xD1B54A32D192ED03)
    return int64((mixed ^ (mixed >> uint64(32))) & uint64(size - 1))


@kernel
def find(high: int, low: int, contexts: Hashes, slots: Counts) -> int:
    """The row of a context; it is there, for it ends in the text wherever one of its n-grams does."""
    size = len(slots)
    slot = slot_of(high, low, size)
    while True:
        row = slots[slot] - 1
        if contexts[row, HIGH] == high and contexts[row, LOW] == low:
            return row
        slot = (slot + 1) & (size - 1)

"""How many similar pairs share a band, held against what the S-curve says of the very same pairs."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from rpdata.bands import cut
from rpdata.dedup.curve import probability
from rpdata.text.measure import measure
from rpdata.text.stop_words import StopLists
from tests.dedup.exact_jaccard import Pairs, similar_pairs


class Candidates(NamedTuple):
    """Of the pairs of a threshold: how many there are, how many share a band, and the sum of their probabilities.

    deviation: the standard deviation of how many share a band, if pairs have nothing to do with each other.
    """

    pairs: int
    sharing: int
    promised: float
    deviation: float


def candidates(corpora: Iterable[Sequence[str]], thresholds: Sequence[float]) -> dict[float, Candidates]:
    """Of each threshold, over all pairs of one corpus that brute force finds to be at least that similar."""
    counted = {threshold: np.zeros(4) for threshold in thresholds}
    for texts in corpora:
        similar, signatures = similar_pairs(texts), signed(texts)
        for threshold in thresholds:
            pairs = similar.at_least(threshold)
            chance = probability(pairs.jaccard, threshold)
            sharing = share_a_band(signatures, pairs, threshold)
            counted[threshold] += len(chance), sharing.sum(), chance.sum(), (chance * (1 - chance)).sum()
    return {
        threshold: Candidates(int(pairs), int(sharing), float(promised), float(np.sqrt(variance)))
        for threshold, (pairs, sharing, promised, variance) in counted.items()
    }


def share_a_band(signatures: pa.Array, pairs: Pairs, threshold: float) -> np.ndarray:
    """Of each pair."""
    bands = np.array(cut(signatures, threshold).to_pylist(), object)
    return (bands[pairs.first] == bands[pairs.second]).any(axis=1)


def signed(texts: Sequence[str]) -> pa.Array:
    """Signatures as annotation makes them."""
    return measure(pa.array(texts, pa.string()), [None] * len(texts), StopLists({}), "sha1")[1]

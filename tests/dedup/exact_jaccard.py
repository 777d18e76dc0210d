"""All pairs of documents that share a shingle, with their exact Jaccard similarity: the truth to compare with.

Sets of distinct 13-grams of normalised words, an inverted index as a sparse matrix, and its product with itself.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, triu

from tests.text.reference import SHINGLE_WORDS, ngrams, normalise


class Pairs(NamedTuple):
    """`first` < `second`: places of documents; `jaccard`: intersection / union as float64."""

    first: np.ndarray
    second: np.ndarray
    jaccard: np.ndarray

    def at_least(self, threshold: float) -> "Pairs":
        """Those that are duplicates at the threshold."""
        return Pairs(*(column[self.jaccard >= threshold] for column in self))

    def keys(self) -> set[tuple[int, int]]:
        return set(zip(self.first.tolist(), self.second.tolist(), strict=True))


def shingles(text: str) -> set[tuple[str, ...]]:
    """The distinct 13-grams; none for a text of fewer words."""
    return set(ngrams(normalise(text).split(), SHINGLE_WORDS))


def similar_pairs(texts: Sequence[str]) -> Pairs:
    """Every pair with a shingle in common."""
    numbers: dict[tuple[str, ...], int] = {}
    offsets, columns = [0], []
    for text in texts:
        columns += [numbers.setdefault(shingle, len(numbers)) for shingle in shingles(text)]
        offsets.append(len(columns))
    ones = np.ones(len(columns), np.int32)
    sets = csr_matrix((ones, columns, offsets), shape=(len(texts), len(numbers)))
    common = triu(sets @ sets.T, k=1).tocoo()
    sizes = np.diff(offsets)
    union = sizes[common.row] + sizes[common.col] - common.data
    order = np.lexsort((common.col, common.row))
    return Pairs(common.row[order], common.col[order], (common.data / union)[order])

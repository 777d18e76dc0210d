"""Boosted trees over columns, compiled: a few comparisons for each tree and document."""

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@njit(cache=True, nogil=True)
def sum_of_trees(
    columns: Floats, base: float, roots: Numbers, inputs: Numbers, splits: Floats, left: Numbers, right: Numbers
) -> Floats:
    """For each document the base and, tree by tree, the number of the leaf that it falls into.

    columns: shape (inputs, documents). roots: the first node of each tree. Of a node: the input that it compares (-1:
    it is a leaf), the most that goes left (of a leaf: its number), and where to go on.
    """
    found = np.full(columns.shape[1], base)
    for document in range(columns.shape[1]):
        for root in roots:
            node = root
            while inputs[node] >= 0:
                node = left[node] if columns[inputs[node], document] <= splits[node] else right[node]
            found[document] += splits[node]
    return found

"""How signals go together: Spearman's rank correlation of the sample's values."""

from collections import defaultdict
from itertools import combinations_with_replacement

import numpy as np

from rpdata.report.bins import Floats


def spearman(values: Floats) -> Floats:
    """Shape (columns, columns): the correlation of each two columns over the rows in which both are known.

    values: shape (rows, columns); NaN is null. NaN where one of the two has no two different values there.
    """
    known = ~np.isnan(values)
    groups: dict[bytes, list[int]] = defaultdict(list)      # columns that are known in the same rows are ranked once
    for column in range(values.shape[1]):
        groups[known[:, column].tobytes()].append(column)
    found = np.full((values.shape[1], values.shape[1]), np.nan)
    for first, second in combinations_with_replacement(groups.values(), 2):
        rows = known[:, first[0]] & known[:, second[0]]
        left, right = standardised(values[rows][:, first]), standardised(values[rows][:, second])
        block = np.clip(left.T @ right, -1, 1)
        block[~left.any(axis=0)] = np.nan
        block[:, ~right.any(axis=0)] = np.nan
        found[np.ix_(first, second)] = block
        found[np.ix_(second, first)] = block.T
    return found


def standardised(values: Floats) -> Floats:
    """The ranks of each column, with mean 0 and length 1; zeros for a column whose values are all equal."""
    ranks = np.column_stack([ranked(column) for column in values.T]) if values.shape[1] else values
    centred = ranks - (len(ranks) - 1) / 2
    length = np.sqrt((centred**2).sum(axis=0))
    scaled: Floats = np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)
    return scaled


def ranked(values: Floats) -> Floats:
    """Ranks from 0; equal values share the mean of theirs."""
    _, which, times = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(times)
    shared: Floats = (last - (times + 1) / 2)[which]
    return shared

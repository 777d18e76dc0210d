"""What a reference run makes of equal keys: edges of stars between near-duplicates, and all copies but the first."""

import numpy as np

from rpdata.dedup.paragraph_hashes import first_of_each
from rpdata.text.arrays import Hashes, Ints


def stars(keys: Hashes, numbers: Ints) -> tuple[Ints, Ints]:
    """For each key that several documents have, an edge from the first of them to each other one.

    keys: of one band (n,). numbers: of the documents that have them (n,), a document once for a key.
    Returns centres and members (edges,).
    """
    if not len(keys):
        return numbers, numbers
    order = np.argsort(keys, kind="stable")
    keys, numbers = keys[order], numbers[order]
    first = first_of_each(keys)
    centres = np.repeat(np.minimum.reduceat(numbers, first), np.diff(np.append(first, len(keys))))
    edges = centres != numbers
    return centres[edges], numbers[edges]


def later_copies(keys: Hashes, ranks: Ints) -> Ints:
    """The positions of those whose key another one of a lower rank has; ascending.

    keys: of 128 bits, each as two numbers (n, 2). ranks: all different (n,).
    """
    order = np.lexsort((ranks, keys[:, 1], keys[:, 0]))
    keys = keys[order]
    repeated = (keys[1:] == keys[:-1]).all(axis=1)
    copies: Ints = np.sort(order[1:][repeated])
    return copies


def components(documents: int, edges: list[tuple[Ints, Ints]]) -> Ints:
    """The smallest number of each document's component."""
    parents = np.arange(documents)
    while True:
        before = parents.copy()
        for one, other in edges:
            low = np.minimum(parents[one], parents[other])
            np.minimum.at(parents, one, low)
            np.minimum.at(parents, other, low)
            np.minimum.at(parents, before[one], low)
            np.minimum.at(parents, before[other], low)
        parents = parents[parents]
        if (parents == before).all():
            return parents

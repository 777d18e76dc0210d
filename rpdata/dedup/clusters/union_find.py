"""Connected components in memory: edges stream in, a tree for each component grows (union-find, Tarjan 1975).

A root is always the smallest number of its tree, so that it names the cluster whatever the order of the edges was.
"""

import numpy as np

from rpdata.text.arrays import Ints, Words32
from rpdata.text.compiled import EntryPoint, kernel

MOST_DOCUMENTS = (1 << 32) - 1      # numbers are held as uint32; the last one says "alone"
BYTES_PER_DOCUMENT = 24             # its parent; its cluster and its place there, while they are cut into parts
ALONE = np.uint32(MOST_DOCUMENTS)


class UnionFind:
    """The components of the documents 0 .. documents - 1, at most MOST_DOCUMENTS of them."""

    def __init__(self, documents: int) -> None:
        if not 0 <= documents <= MOST_DOCUMENTS:
            raise ValueError(f"{documents} documents cannot be numbered by uint32")
        self._parents = np.arange(documents, dtype=np.uint32)

    def join(self, some: Ints, others: Ints) -> None:
        """Have the documents of each pair in one component. The arrays are of one length, writable and contiguous."""
        for ends in (some, others):
            if len(ends) and not 0 <= ends.min() <= ends.max() < len(self._parents):
                raise ValueError(f"an edge leads beyond the {len(self._parents)} documents")
        _join(self._parents, some, others)

    def clusters(self) -> tuple[Words32, Words32]:
        """(first, member) for every document in a component of two or more, in the order of both.

        first: the smallest number of the component, which is a member too.
        """
        members = _members(self._parents)
        return self._parents[members], members


@kernel
def root(parents: Words32, number: int) -> int:
    """The root of a document's tree; every other document on the way is hung up one higher."""
    while parents[number] != number:
        parents[number] = parents[parents[number]]
        number = parents[number]
    return number


def join(parents: Words32, some: Ints, others: Ints) -> None:
    for i in range(len(some)):
        one, other = root(parents, some[i]), root(parents, others[i])
        if one < other:
            parents[other] = one
        else:
            parents[one] = other


def members(parents: Words32) -> Words32:
    """The documents that are not alone, ordered by root, then number: counted, so that nothing is sorted.

    Every parent is smaller than its child, so one pass upwards leaves each document right below its root.
    """
    places = np.zeros(len(parents), np.uint32)      # of a root: its members, then where the next of them goes
    for number in range(len(parents)):
        parents[number] = parents[parents[number]]
        places[parents[number]] += 1
    total = 0
    for number in range(len(parents)):
        if parents[number] == number:
            size = places[number]
            places[number] = total if size > 1 else ALONE
            total += size if size > 1 else 0
    found = np.empty(total, np.uint32)
    for number in range(len(parents)):
        place = places[parents[number]]
        if place != ALONE:
            found[place] = number
            places[parents[number]] = place + 1
    return found


_join, _members = EntryPoint(join), EntryPoint(members)

"""Buckets that are too large, cut into pieces: what matches thousands of documents is a template, not a duplicate.

To compare all of them would take quadratic time; to leave them out would lose the true duplicates among them.
"""

from typing import NamedTuple

import numpy as np

from rpdata.dedup.pairs.buckets import Buckets
from rpdata.text.arrays import Hashes

# The finaliser of splitmix64 (Steele, Lea and Flood 2014), and the odd number that it counts up by
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST_FACTOR, SECOND_FACTOR = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Oversized(NamedTuple):
    """What was cut."""

    buckets: int = 0
    members: int = 0
    largest: int = 0        # members of the largest


def cut(buckets: Buckets, id_ints: Hashes, band: int, limit: int) -> tuple[Buckets, Oversized]:
    """The buckets, those of more than `limit` members in pieces.

    id_ints: of each row (`members` are positions in it). The pieces of a bucket are the smallest power of two with no
    more than `limit` members on average. A document's piece is told by a hash of its id_int and the band: in no two
    bands do the same documents part, and whatever else is in the bucket, the same ones stay together as long as it has
    as many pieces. A piece of one member is no bucket any more.
    """
    sizes = np.diff(buckets.offsets)
    large = np.flatnonzero(sizes > limit)
    if not len(large):
        return buckets, Oversized()
    parts = np.split(buckets.members, buckets.offsets[1:-1])
    pieces = [part for number, part in enumerate(parts) if sizes[number] <= limit]
    for number in large.tolist():
        pieces += _pieces(parts[number], mixed(id_ints[parts[number]], band), limit)
    pieces.sort(key=lambda piece: int(piece[0]))
    offsets = np.cumsum([0, *map(len, pieces)], dtype=np.int64)
    members = np.concatenate([np.empty(0, np.int64), *pieces])
    return Buckets(offsets, members), Oversized(len(large), int(sizes[large].sum()), int(sizes.max()))


def mixed(id_ints: Hashes, band: int) -> Hashes:
    """A hash of (id_int, band) for each id_int."""
    with np.errstate(over="ignore"):
        hashes = id_ints + GOLDEN * np.uint64(band + 1)
    hashes = (hashes ^ hashes >> np.uint64(30)) * FIRST_FACTOR
    hashes = (hashes ^ hashes >> np.uint64(27)) * SECOND_FACTOR
    return np.asarray(hashes ^ hashes >> np.uint64(31), np.uint64)


def _pieces(members: np.ndarray, hashes: Hashes, limit: int) -> list[np.ndarray]:
    """Members of equal leading bits of their hashes, where those are two or more."""
    bits = (-(-len(members) // limit) - 1).bit_length()
    numbers = (hashes >> np.uint64(64 - bits)).astype(np.int64)
    order = np.argsort(numbers, kind="stable")
    counts = np.bincount(numbers, minlength=1 << bits)
    return [piece for piece in np.split(members[order], np.cumsum(counts)[:-1]) if len(piece) > 1]

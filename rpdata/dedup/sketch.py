"""Signatures as objects of the datasketch library, so that users' own LSH indexes can be filled with them."""

from typing import TYPE_CHECKING

import numpy as np

from rpdata.errors import UserError

if TYPE_CHECKING:
    from datasketch import LeanMinHash

SEED = 42

# RedPajama-V2's permutations are those of datasketch before 2.0, which 2.0 calls so.
SCHEME = "legacy"


def to_datasketch(signature: bytes | None) -> "LeanMinHash":
    """The signature of a document as a datasketch LeanMinHash, whose estimates equal ours.

    It can be compared with, merged with, or inserted beside any `MinHash(num_perm=128, seed=42, scheme="legacy")` of
    the same shingles: the distinct 13-grams of normalised words, joined by spaces, in UTF-8. For one that can be
    updated: `MinHash(seed=lean.seed, hashvalues=lean.digest(), scheme=lean.scheme)`. Signatures of the xxh3 family
    compare only with each other.
    """
    from datasketch import LeanMinHash  # here, because it imports scipy

    return LeanMinHash(seed=SEED, hashvalues=values(signature).astype(np.uint64), scheme=SCHEME)


def jaccard(signature: bytes | None, other: bytes | None) -> float:
    """The estimated Jaccard similarity of two documents' 13-grams: the fraction of equal values."""
    return float(np.mean(values(signature) == values(other)))


def values(signature: bytes | None) -> np.ndarray:
    if signature is None:
        raise UserError("a document of fewer than 13 words has no MinHash signature: leave out the null ones")
    return np.frombuffer(signature, dtype=">u4")

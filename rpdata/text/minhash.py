"""MinHash signatures: 128 minima over the shingles of 13 normalised words, as datasketch and RedPajama-V2 define them.

    value i = min over shingles of (((h * a_i + b_i) mod 2**64) mod (2**61 - 1)) & 0xffffffff

h is the base hash of the shingle: its words joined by blanks, in UTF-8. Its family is part of the definition:
`sha1`: the first 4 bytes of SHA-1, little-endian (datasketch's and RedPajama's); `xxh3`: the low 32 bits of XXH3-64, a
family of its own, faster, whose signatures cannot be compared with the other's. The wrap at 2**64 belongs to it too.
"""

from typing import Literal, NamedTuple

import numpy as np

from rpdata.text.arrays import Bytes, Counts, Hashes, Words32
from rpdata.text.compiled import int64, kernel, uint32, uint64
from rpdata.text.permute import MERSENNE_61, PERMUTATIONS, STEP
from rpdata.text.sha1_lanes import Lanes, hash_messages, make_lanes
from rpdata.text.xxh3 import xxh3

Family = Literal["sha1", "xxh3"]

SHINGLE_WORDS = 13
SEED = 42
CHECKSUM = "6a5665743fa1884640a8eb3543348255a90b4dbd55b093f39e3d61ac90eac9e1"   # SHA-256 of `permutations()`
SIGNATURE_BYTES = 4 * PERMUTATIONS


def permutations() -> Hashes:
    """(2, 128): the factors a and the terms b, drawn in turns from numpy's legacy generator."""
    random = np.random.RandomState(SEED)
    draws = [
        (random.randint(1, MERSENNE_61, dtype=np.uint64), random.randint(0, MERSENNE_61, dtype=np.uint64))
        for _ in range(PERMUTATIONS)
    ]
    return np.ascontiguousarray(np.array(draws, dtype=np.uint64).T)


class Shingles(NamedTuple):
    """Working memory for the shingles of a document."""

    hash: Words32       # base hash of each shingle, and room for STEP more
    least: Hashes       # of each permutation, see `permute.minima`
    lanes: Lanes        # SHA-1


def make_shingles(words: int) -> Shingles:
    """Working memory for documents of up to so many words."""
    return Shingles(
        hash=np.empty(words + STEP, np.uint32),
        least=np.empty(PERMUTATIONS, np.uint64),
        lanes=make_lanes(),
    )


@kernel
def hash_shingles_xxh3(normalised: Bytes, starts: Counts, count: int, shingles: Shingles) -> None:
    """Fill `shingles.hash` with the XXH3 family's base hashes; shingle i starts with word i."""
    for i in range(count):
        shingles.hash[i] = uint32(hash_shingle(normalised, starts, i) & uint64(0xFFFFFFFF))


@kernel
def hash_shingle(normalised: Bytes, starts: Counts, first: int) -> int:
    """XXH3-64 of the shingle that starts with the word `first`."""
    start = int64(starts[first])
    return xxh3(normalised, start, int64(starts[first + SHINGLE_WORDS]) - 1 - start)


@kernel
def hash_shingles_sha1(normalised: Bytes, starts: Counts, count: int, shingles: Shingles) -> None:
    """Fill `shingles.hash` with the SHA-1 family's base hashes; shingle i starts with word i."""
    hash_messages(normalised, starts, SHINGLE_WORDS, count, 1, shingles.hash, shingles.lanes)

"""What two documents are compared by: their signatures and the sets of their shingles."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rpdata.bands import matrix
from rpdata.text.arrays import Hashes, Ints, Words32
from rpdata.text.permute import PERMUTATIONS

SIGNATURE_BYTES = 4 * PERMUTATIONS
HASH_BYTES = 8


@dataclass(frozen=True)
class Evidence:
    """Of documents that are named by their position in it: the set of i is sets[set_offsets[i] : set_offsets[i + 1]].

    A set holds the 64-bit hashes of the distinct shingles, ascending (see `text.shingle_sets`).
    """

    signatures: Words32         # (documents, 128)
    set_offsets: Ints           # (documents + 1,)
    sets: Hashes

    @classmethod
    def of_signatures(cls, signatures: Words32) -> "Evidence":
        """Without sets."""
        return cls(signatures, np.zeros(len(signatures) + 1, np.int64), np.empty(0, np.uint64))

    @classmethod
    def empty(cls) -> "Evidence":
        """Of no documents."""
        return cls.of_signatures(np.empty((0, PERMUTATIONS), np.uint32))

    def __len__(self) -> int:
        return len(self.signatures)


def signatures_of(stored: pa.Array, of_short: Hashes) -> Words32:
    """(documents, 128) from signatures as `minhash/` stores them, null for texts of fewer than 13 words.

    of_short: of each of those texts its only shingle, the hash of all of its words. It takes the place of the values,
    64 times: the estimate is 1 for two short texts of the same words, and next to 0 for any others.
    """
    signed = stored.is_valid().to_numpy(zero_copy_only=False)
    signatures = np.empty((len(stored), PERMUTATIONS), np.uint32)
    signatures[signed] = matrix(stored.drop_null()).view(">u4")
    signatures.view(np.uint64)[~signed] = of_short[:, np.newaxis]
    return signatures

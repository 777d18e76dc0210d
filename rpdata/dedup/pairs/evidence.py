"""What two documents are compared by: their signatures and the sets of their shingles."""

from dataclasses import dataclass

import numpy as np

from rpdata.text.arrays import Hashes, Ints, Words32
from rpdata.text.permute import PERMUTATIONS


@dataclass(frozen=True)
class Evidence:
    """Of documents that are named by their position in it: the set of i is sets[set_offsets[i] : set_offsets[i + 1]].

    A set holds the 64-bit hashes of the distinct shingles of 13 words, ascending (see `text.shingle_sets`).
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

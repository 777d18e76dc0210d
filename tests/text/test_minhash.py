"""MinHash as datasketch and RedPajama-V2 define it."""

import hashlib

import numpy as np
import pytest
import reference
from datasketch import MinHash

from rpdata.text.compiled import kernel
from rpdata.text.minhash import CHECKSUM, permutations
from rpdata.text.permute import MERSENNE_61, PERMUTATIONS, STEP, minima


@kernel
def run_minima(hashes, count, permutations, least, signature):
    minima(hashes, count, permutations, least, signature)


def test_permutations_have_the_published_checksum():
    assert hashlib.sha256(permutations().tobytes()).hexdigest() == CHECKSUM


def test_permutations_are_those_of_datasketch():
    assert np.array_equal(permutations(), MinHash(num_perm=PERMUTATIONS, seed=42, scheme="legacy").permutations)


NEXT_TO_THE_MODULUS = [*range(MERSENNE_61 - 9, MERSENNE_61 + 10), 0, 1, 2**63, 8 * MERSENNE_61 - 1, 2**64 - 1]


@pytest.mark.parametrize("wanted", NEXT_TO_THE_MODULUS)
def test_values_next_to_the_modulus_are_reduced_exactly(wanted):
    """h * a + b is made to be what we want it to be, for one permutation among ordinary ones."""
    pairs = permutations()
    hashes = np.array([1, 7, 0xFFFFFFFF], np.uint32)
    room = np.concatenate([hashes, np.zeros(STEP, np.uint32)])
    for place in (0, 1, 77, 127):
        pairs[:, place] = 0, wanted % 2**64
    signature = np.empty(PERMUTATIONS, np.uint32)
    run_minima(room, len(hashes), pairs, np.empty(PERMUTATIONS, np.uint64), signature)
    expected = [
        min(((int(h) * int(a) + int(b)) % 2**64) % MERSENNE_61 & 0xFFFFFFFF for h in hashes)
        for a, b in pairs.T
    ]
    assert signature.tolist() == expected


def test_the_reference_agrees_with_datasketch():
    shingles = [f"shingle {i}".encode() for i in range(50)]
    theirs = MinHash(num_perm=PERMUTATIONS, seed=42, scheme="legacy")
    theirs.update_batch(shingles)
    ours = reference.minima([reference.sha1_base_hash(shingle) for shingle in shingles])
    assert ours.tolist() == theirs.hashvalues.tolist()

"""Signatures serve as datasketch objects, with the values that datasketch makes of the same 13-grams."""

import pyarrow as pa
import pytest
from datasketch import LeanMinHash, MinHash, MinHashLSH
from datasketch.hashfunc import sha1_hash32
from golden import edge_documents
from text.reference import normalise

from rpdata.dedup import jaccard, to_datasketch
from rpdata.errors import UserError
from rpdata.signals import stop_lists
from rpdata.text import measure

TEXTS = [document["raw_content"] for document in edge_documents()]


def of_datasketch(text):
    words = normalise(text).split()
    sketch = MinHash(num_perm=128, seed=42, hashfunc=sha1_hash32, scheme="legacy")
    sketch.update_batch({" ".join(words[i : i + 13]).encode() for i in range(len(words) - 12)})
    return sketch


@pytest.fixture(scope="module")
def signatures():
    _, found = measure(pa.array(TEXTS), ["en"] * len(TEXTS), stop_lists(), "sha1")
    return {text: signature for text, signature in zip(TEXTS, found.to_pylist(), strict=True) if signature}


def test_our_signature_equals_datasketch_over_the_same_shingles(signatures):
    assert len(signatures) >= 30
    for text, signature in signatures.items():
        assert to_datasketch(signature).hashvalues.tolist() == of_datasketch(text).hashvalues.tolist()


def test_estimates_equal_ours_and_a_users_own_objects_take_part(signatures):
    texts = list(signatures)
    for text in texts:
        for other in texts:
            ours = jaccard(signatures[text], signatures[other])
            assert ours == to_datasketch(signatures[text]).jaccard(to_datasketch(signatures[other]))
            assert ours == to_datasketch(signatures[text]).jaccard(of_datasketch(other))


def test_a_thawed_signature_can_be_updated_like_the_users_own(signatures):
    (text, signature), *_ = signatures.items()
    lean, own = to_datasketch(signature), of_datasketch(text)
    thawed = MinHash(seed=lean.seed, hashvalues=lean.digest(), scheme=lean.scheme, hashfunc=sha1_hash32)
    for sketch in (thawed, own):
        sketch.update(b"thirteen more words that were not in the text and are in both now")
    assert thawed.hashvalues.tolist() == own.hashvalues.tolist()
    assert LeanMinHash.union(lean, to_datasketch(signature)) == lean


def test_an_index_filled_with_our_signatures_finds_the_users_document(signatures):
    index = MinHashLSH(threshold=0.8, num_perm=128)
    for key, signature in enumerate(signatures.values()):
        index.insert(key, to_datasketch(signature))
    for key, text in enumerate(signatures):
        assert key in index.query(of_datasketch(text))


def test_a_document_without_signature_is_refused_with_the_reason():
    with pytest.raises(UserError, match="fewer than 13 words"):
        to_datasketch(None)

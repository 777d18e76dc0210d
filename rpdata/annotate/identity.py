"""`id_int`: the 64-bit number of a document, as RedPajama-V2 derives it from its identifier."""

import hashlib

import numpy as np
import pyarrow as pa


def id_ints(doc_ids: pa.Array) -> pa.Array:
    """The first 8 bytes of SHA-1(doc_id), little-endian, as uint64."""
    digests = b"".join(hashlib.sha1(doc_id.encode()).digest()[:8] for doc_id in doc_ids.to_pylist())
    return pa.array(np.frombuffer(digests, dtype="<u8"))

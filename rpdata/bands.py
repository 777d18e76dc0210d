"""Bands of MinHash signatures: two documents that share a band are candidates for near-duplicates.

A signature is stored once (128 values); all bands of all thresholds are slices of it. For each threshold of Jaccard
similarity, the number of bands and of values in a band minimises the areas of false positives and false negatives,
equally weighted (Leskovec et al., Mining of Massive Datasets, section 3.4; RedPajama-V2's parameters).
"""

import numpy as np
import pyarrow as pa

from rpdata.errors import UserError

VALUES = 128         # of a signature
BYTES = 4 * VALUES   # each a big-endian uint32

BANDS: dict[float, tuple[int, int]] = {0.7: (14, 9), 0.8: (9, 13), 0.9: (5, 25), 1.0: (1, 128)}

TYPE = pa.list_(pa.field("element", pa.binary()))


def cut(signatures: pa.Array, threshold: float) -> pa.Array:
    """The bands of each signature for a threshold, as RedPajama-V2's column `signature_sim<threshold>` has them.

    signatures: binary of 512 bytes, or null. Returns a list of binary for each: its bands in order, each the
    concatenated big-endian uint32 of its values; null for null. Values after the last whole band are left out.
    Raises UserError for a threshold other than 0.7, 0.8, 0.9 and 1.0.
    """
    if threshold not in BANDS:
        raise UserError(f"no bands for a similarity of {threshold}; there are {', '.join(map(str, sorted(BANDS)))}")
    bands, values = BANDS[threshold]
    width = 4 * values
    present = signatures.drop_null()
    used = np.ascontiguousarray(matrix(present)[:, : bands * width])
    offsets = np.arange(0, len(present) * bands + 1, dtype=np.int32) * width
    pieces = pa.Array.from_buffers(
        pa.binary(), len(present) * bands, [None, pa.py_buffer(offsets), pa.py_buffer(used)]
    )
    has_bands = signatures.is_valid().to_numpy(zero_copy_only=False)
    ends = np.concatenate([[0], np.cumsum(has_bands * bands)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), pieces, type=TYPE, mask=signatures.is_null())


def matrix(signatures: pa.Array) -> np.ndarray:
    """Signatures without nulls as uint8 of shape (rows, 512), without a copy."""
    if len(signatures) == 0:   # which may have no buffers
        return np.empty((0, BYTES), np.uint8)
    _, offsets, data = signatures.buffers()
    ends = np.frombuffer(offsets, np.int32)[signatures.offset :][: len(signatures) + 1]
    if np.any(np.diff(ends) != BYTES):
        raise ValueError(f"a signature is {BYTES} bytes")
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]].reshape(-1, BYTES)

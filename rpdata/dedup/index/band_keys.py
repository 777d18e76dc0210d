"""Keys of bands: documents whose signatures agree in a whole band have the same key there.

A key is the XXH3 of the band's bytes (64 bits), so unrelated documents share one with a chance of 2**-64 a pair and
band: among 20 billion documents 11 pairs in each band, which any verification rejects.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from rpdata.bands import BANDS, BYTES, matrix
from rpdata.text.arrays import Bytes, Hashes, Ints, Words32
from rpdata.text.compiled import EntryPoint, int64, uint64
from rpdata.text.xxh3 import xxh3

PREFIXES = 256              # of keys, by their top bits: what is read together, small enough for a core's cache
PREFIX_SHIFT = 64 - 8


@EntryPoint
def hash_bands(signatures: Bytes, rows: int, width: int, keys: Hashes) -> None:
    """Fill keys[band, row] with the hashes of the first bands, each of `width` bytes, of signatures of 512 bytes."""
    for row in range(rows):
        for band in range(keys.shape[0]):
            keys[band, row] = xxh3(signatures, row * BYTES + band * width, width)


@EntryPoint
def sort_by_prefix(keys: Hashes, order: Words32, offsets: Ints) -> None:
    """Fill `order` with positions by the prefix of their keys, ascending among equals, and `offsets` with the ends.

    Rows of prefix p are order[offsets[p] : offsets[p + 1]].
    """
    offsets[:] = 0
    for i in range(keys.size):
        offsets[int64(keys[i] >> uint64(PREFIX_SHIFT)) + 1] += 1
    for prefix in range(PREFIXES):
        offsets[prefix + 1] += offsets[prefix]
    free = offsets[:PREFIXES].copy()
    for i in range(keys.size):
        prefix = int64(keys[i] >> uint64(PREFIX_SHIFT))
        order[free[prefix]] = i
        free[prefix] += 1


def band_keys(signatures: Iterable[pa.Array], threshold: float) -> dict[str, np.ndarray]:
    """The keys of all bands of a threshold, for the documents of a segment that have a signature.

    signatures: of consecutive rows, binary of 512 bytes or null.

    Returns `keys` (uint64) and `rows` (uint32), grouped by band and then by prefix, rows ascending in each group; and
    `offsets` (int64): the group of band b and prefix p begins at offsets[b * PREFIXES + p].
    Memory: 28 bytes for each key.
    """
    bands, values = BANDS[threshold]
    parts, signed = [], []
    first = 0
    for column in signatures:
        there = column.drop_null()
        part = np.empty((bands, len(there)), np.uint64)
        hash_bands(matrix(there).reshape(-1), len(there), 4 * values, part)
        parts.append(part)
        signed.append(np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False)).astype(np.uint32) + first)
        first += len(column)
    by_row = np.concatenate(parts, axis=1) if parts else np.empty((bands, 0), np.uint64)
    row_of = np.concatenate(signed).astype(np.uint32) if signed else np.empty(0, np.uint32)
    count = len(row_of)
    keys, rows = np.empty(bands * count, np.uint64), np.empty(bands * count, np.uint32)
    offsets = np.zeros(bands * PREFIXES + 1, np.int64)
    for band in range(bands):
        order, ends = prefix_order(by_row[band])
        keys[band * count:(band + 1) * count] = by_row[band][order]
        rows[band * count:(band + 1) * count] = row_of[order]
        offsets[band * PREFIXES:(band + 1) * PREFIXES + 1] = band * count + ends
    return {"keys": keys, "rows": rows, "offsets": offsets}


def prefix_order(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions (uint32) of contiguous keys by their prefix, stable, and the PREFIXES + 1 offsets of the prefixes."""
    order = np.empty(len(keys), np.uint32)
    offsets = np.empty(PREFIXES + 1, np.int64)
    sort_by_prefix(np.ascontiguousarray(keys), order, offsets)
    return order, offsets

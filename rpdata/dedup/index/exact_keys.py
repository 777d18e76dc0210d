"""Keys of whole documents, 128 bits of XXH3: those with the same key are copies of each other.

Of the text as it is; of its normalised words, joined by blanks (lower case, without punctuation and marks: what all
signals and signatures count), or where there are none of the text; or of the digest that the crawl has of the payload,
which is of the original page, whatever became of its text since.
"""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from rpdata.dedup.index.band_keys import prefix_order
from rpdata.dedup.settings import Exact
from rpdata.text.arrays import Bytes, Ints
from rpdata.text.normalised_texts import normalised_texts
from rpdata.text.utf8 import utf8_of

COLUMN = {"text": "raw_content", "normalised": "raw_content", "payload": "digest"}      # of `documents/`


def exact_keys(columns: Iterable[pa.Array], kind: Exact) -> dict[str, np.ndarray]:
    """The keys of the documents of a segment; a document without a digest, or with an empty one, has none.

    columns: of consecutive rows, what `COLUMN` names. Returns `keys` (uint64, two for each document) and `rows`
    (uint32), grouped by the prefix of the first, rows ascending in each group; and `offsets` (int64, PREFIXES + 1).
    """
    parts, rows = [], []
    first = 0
    for column in columns:
        if kind == "payload":
            column = pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
        there = column.drop_null()
        hashes = hash_texts(*utf8_of(there))
        if kind == "normalised":
            text, offsets = normalised_texts(there)
            has_words = np.diff(offsets) > 0
            hashes[has_words] = hash_texts(text, offsets)[has_words]
        parts.append(hashes)
        rows.append(np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False)).astype(np.uint32) + first)
        first += len(column)
    keys = np.concatenate(parts) if parts else np.empty((0, 2), np.uint64)
    row_of = np.concatenate(rows).astype(np.uint32) if rows else np.empty(0, np.uint32)
    order, ends = prefix_order(keys[:, 0])
    return {"keys": keys[order], "rows": row_of[order], "offsets": ends}


def hash_texts(text: Bytes, offsets: Ints) -> np.ndarray:
    """(texts, 2) uint64: the 128-bit XXH3 of text[offsets[i] : offsets[i + 1]]."""
    view = text.data
    digest = xxhash.xxh3_128_digest
    ends = offsets.tolist()
    hashed = b"".join([digest(view[start:end]) for start, end in pairwise(ends)])
    return np.frombuffer(hashed, ">u8").reshape(-1, 2).astype(np.uint64)

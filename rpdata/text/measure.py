"""From Arrow texts to their statistics and signatures: what the rest of rpdata calls."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rpdata.text.arrays import Words32
from rpdata.text.codepoints import tables
from rpdata.text.hashing import draw_secret
from rpdata.text.line_structure import make_structure
from rpdata.text.lines import make_lines
from rpdata.text.minhash import SHINGLE_WORDS, SIGNATURE_BYTES, Family, permutations
from rpdata.text.ngrams import DUPLICATE_ORDERS, TOP_ORDERS
from rpdata.text.permute import PERMUTATIONS
from rpdata.text.scan import NO_MINHASH, SHA1, XXH3, Batch, make_documents, scan_batch
from rpdata.text.scratch import make_scratch
from rpdata.text.stats import LineStats, TextStats
from rpdata.text.stop_words import StopLists
from rpdata.text.utf8 import utf8_of

MAX_SIGNED_DOCUMENTS = (2**31 - 1) // SIGNATURE_BYTES      # the offsets of a binary array are int32

_FAMILIES = {None: NO_MINHASH, "sha1": SHA1, "xxh3": XXH3}
_NEWLINE = ord("\n")

_permutations = cache(permutations)
_secret = cache(draw_secret)        # one for each process


def measure(
    texts: pa.StringArray, languages: Sequence[str | None], stop_lists: StopLists, minhash: Family | None
) -> tuple[TextStats, pa.Array | None]:
    """The statistics of a batch of texts and, for a family of hashes, their MinHash signatures.

    Parameters
    ----------
    texts: documents without nulls; each may be empty, none may have more than MAX_DOCUMENT_BYTES (see `utf8`); with
        signatures at most MAX_SIGNED_DOCUMENTS.
    languages: of each document; one without a stop list (or None) has `has_stop_list` False and no stop words.
    minhash: "sha1", "xxh3", or None for no signatures.

    Returns
    -------
    The statistics, a row for each document; and the signatures: a binary array of 128 big-endian uint32 = 512 bytes,
    null for documents of fewer than 13 words; None if none were asked for.

    Working memory: at most 87 bytes for each byte of the largest document, and 50 for each line of the batch.
    """
    if minhash and len(texts) > MAX_SIGNED_DOCUMENTS:
        raise ValueError(f"{len(texts):,} texts: signatures are made for up to {MAX_SIGNED_DOCUMENTS:,} in one call")
    batch = _batch(texts, stop_lists, languages)
    rows = len(texts)
    documents = make_documents(rows)
    most_lines = int(np.count_nonzero(batch.text == _NEWLINE)) + rows
    lines = make_lines(most_lines)
    structure = make_structure(most_lines, rows)
    signatures = np.empty((rows if minhash else 0, PERMUTATIONS), np.uint32)
    line_count = scan_batch(
        batch,
        stop_lists.packed(),
        stop_lists.common.packed(),
        tables(),
        _permutations(),
        _secret(),
        _FAMILIES[minhash],
        make_scratch(int(np.diff(batch.offsets).max(initial=0))),
        documents,
        lines,
        structure,
        signatures,
    )
    columns = documents._asdict() | structure.documents._asdict()
    line_columns = lines._asdict() | structure.lines._asdict()
    for name in ("top_ngram_code_points", "top_token_ngram_code_points"):
        columns[name] = dict(zip(TOP_ORDERS, columns[name], strict=True))
    for name in ("duplicate_ngram_code_points", "token_ngram_again_code_points"):
        columns[name] = dict(zip(DUPLICATE_ORDERS, columns[name], strict=True))
    statistics = TextStats(
        **columns,
        has_stop_list=batch.stop_list >= 0,
        has_common_words=batch.common_list >= 0,
        lines=LineStats(**{name: column[:line_count] for name, column in line_columns.items()}),
    )
    return statistics, _signature_array(signatures, documents.words >= SHINGLE_WORDS) if minhash else None


def _batch(texts: pa.StringArray, stop_lists: StopLists, languages: Sequence[str | None]) -> Batch:
    text, offsets = utf8_of(texts)
    if len(languages) != len(texts):
        raise ValueError(f"{len(texts)} texts, but {len(languages)} languages")
    return Batch(text, offsets, stop_lists.numbers(languages), stop_lists.common.numbers(languages))


def _signature_array(signatures: Words32, signed: npt.NDArray[np.bool_]) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(signed) * SIGNATURE_BYTES]).astype(np.int32)
    values = signatures[signed].astype(">u4")
    validity = np.packbits(signed, bitorder="little")
    return pa.Array.from_buffers(
        pa.binary(), len(signed), [pa.py_buffer(validity), pa.py_buffer(offsets), pa.py_buffer(values)]
    )

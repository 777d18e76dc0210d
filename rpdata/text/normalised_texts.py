"""The normalised words of texts, as text: what signals and signatures count, for whoever wants to compare it whole."""

import numpy as np
import pyarrow as pa

from rpdata.text.arrays import Bytes, Ints
from rpdata.text.bitmaps import FIRST
from rpdata.text.classify import classify
from rpdata.text.codepoints import MAX_GROWTH, Tables, tables
from rpdata.text.compiled import EntryPoint, kernel
from rpdata.text.normalise import normalise
from rpdata.text.scan import load_document
from rpdata.text.scratch import Scratch, make_scratch
from rpdata.text.utf8 import utf8_of
from rpdata.text.vectors import BLOCK


@EntryPoint
def normalise_batch(
    text: Bytes, offsets: Ints, tables: Tables, scratch: Scratch, out: Bytes, out_offsets: Ints
) -> None:
    """Fill `out` with the words of each document, each followed by one blank, and `out_offsets` with their ends."""
    end = 0
    out_offsets[0] = 0
    for row in range(offsets.size - 1):
        written = normalise_document(text, offsets[row], offsets[row + 1], tables, scratch)
        out[end:end + written] = scratch.normalised[:written]
        end += written
        out_offsets[row + 1] = end


@kernel
def normalise_document(text: Bytes, start: int, end: int, tables: Tables, scratch: Scratch) -> int:
    """Fill `scratch.normalised` with the words of text[start:end], each followed by one blank; returns its size."""
    size = load_document(text, start, end, scratch.raw)
    blocks = (FIRST + size) // BLOCK + 1
    classify(scratch.raw, blocks, tables.properties, scratch.bitmaps, scratch.ranks)
    return normalise(scratch.raw, blocks, tables, scratch.bitmaps, scratch.ranks, scratch.normalised)


def normalised_texts(texts: pa.StringArray) -> tuple[Bytes, Ints]:
    """The normalised words of each text, each followed by one blank, in UTF-8; and the offsets of the texts in it.

    Working memory: that of `measure`, and MAX_GROWTH bytes for each byte of text. Raises as `utf8_of` does.
    """
    text, offsets = utf8_of(texts)
    out = np.empty(MAX_GROWTH * len(text) + BLOCK, np.uint8)
    out_offsets = np.empty(len(offsets), np.int64)
    scratch = make_scratch(int(np.diff(offsets).max(initial=0)))
    normalise_batch(text, offsets, tables(), scratch, out, out_offsets)
    return out[:out_offsets[-1]], out_offsets

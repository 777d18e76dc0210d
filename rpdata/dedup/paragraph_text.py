"""Texts without some of their lines."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rpdata.dedup.paragraph_lines import hash_lines
from rpdata.text.arrays import Bytes, Counts, Ints
from rpdata.text.compiled import EntryPoint
from rpdata.text.utf8 import utf8_of


def keep_lines(texts: pa.StringArray, first: Ints, keep: npt.NDArray[np.bool_]) -> pa.StringArray:
    """The texts with those of their lines that `keep` says, newlines between them.

    first: as `hash_lines` gives it; keep: for each line of all texts.
    """
    raw, offsets = utf8_of(texts)
    out = np.empty(raw.size, np.uint8)
    ends = np.zeros(len(offsets), np.int32)
    copy_kept(raw, offsets, first, keep, out, ends)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(out[: ends[-1]]))


@EntryPoint
def copy_kept(
    raw: Bytes, offsets: Ints, first: Ints, keep: npt.NDArray[np.bool_], out: Bytes, ends: Counts
) -> None:
    """Copy the lines; ends[i + 1] is where text i ends in `out`."""
    at = 0
    for document in range(offsets.size - 1):
        begun = False
        position = offsets[document]
        for line in range(first[document], first[document + 1]):
            end = position
            while end < offsets[document + 1] and raw[end] != ord("\n"):
                end += 1
            if keep[line]:
                if begun:
                    out[at] = ord("\n")
                    at += 1
                begun = True
                out[at : at + end - position] = raw[position:end]
                at += end - position
            position = end + 1
        ends[document + 1] = at


def warm_up() -> None:
    """Compile the kernels of paragraph deduplication, or load them."""
    texts = pa.array(["warm"])
    keep_lines(texts, hash_lines(texts)[1], np.array([True]))

"""The bytes of Arrow texts as kernels take them."""

import numpy as np
import pyarrow as pa

from rpdata.text.arrays import Bytes, Ints

MAX_DOCUMENT_BYTES = 1 << 27        # of any one text: positions in it and in its normalised form, in bits, fit 32 bits


def utf8_of(texts: pa.StringArray) -> tuple[Bytes, Ints]:
    """The UTF-8 of all texts, read-only and not copied, and the offsets of each in it (one more than there are texts).

    Raises TypeError for what are no strings, ValueError for nulls and for a text above MAX_DOCUMENT_BYTES.
    """
    if texts.type not in (pa.string(), pa.large_string()):
        raise TypeError(f"texts of type {texts.type}; the kernels read string and large_string")
    if texts.null_count:
        raise ValueError(f"{texts.null_count} of {len(texts)} texts are null: there is no document without a text")
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    _, offset_buffer, text_buffer = texts.buffers()
    if offset_buffer is None:       # Arrow may leave out the buffers of an array without rows
        offset_buffer = bytes(np.dtype(width).itemsize)
    offsets = np.frombuffer(offset_buffer, width)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    if np.diff(offsets).max(initial=0) > MAX_DOCUMENT_BYTES:
        raise ValueError(f"a text of {np.diff(offsets).max():,} bytes; the kernels take up to {MAX_DOCUMENT_BYTES:,}")
    text = np.frombuffer(text_buffer if text_buffer is not None else b"", np.uint8)[offsets[0] : offsets[-1]]
    text.flags.writeable = False    # as numba sees it, an array that may be written to is of another type
    return text, offsets - offsets[0]

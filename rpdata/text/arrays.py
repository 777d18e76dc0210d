"""What the arrays of the kernels hold."""

from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]        # UTF-8
Bits = npt.NDArray[np.uint64]        # bitmaps: bit b of word k is about byte 64 * k + b
Hashes = npt.NDArray[np.uint64]
Words32 = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int32]       # counts, numbers and positions within a document
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.int8]
Floats32 = npt.NDArray[np.float32]


def read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The array in one piece, as a kernel takes what may come from a file.

    As numba sees it, an array that may be written to is of another type, and so is one with gaps.
    """
    view: npt.NDArray[Any] = np.ascontiguousarray(array).view(np.ndarray)
    view.flags.writeable = False
    return view

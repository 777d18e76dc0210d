"""What the arrays of the kernels hold."""

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

"""Rows on disk: appended in order, read in slices.

Nothing is mapped: what is mapped counts as memory of the process.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


class Spool:
    """A file of rows of one type.

    columns: of a row; 1 gives arrays of one dimension.
    rows: how many there are.
    """

    def __init__(self, path: Path, dtype: npt.DTypeLike, columns: int = 1) -> None:
        self.rows = 0
        self._dtype = np.dtype(dtype)
        self._columns = columns
        self.path = path
        self._file = path.open("wb", buffering=0)

    def append(self, rows: npt.NDArray[Any]) -> None:
        """Add rows at the end."""
        left = np.ascontiguousarray(rows, self._dtype).reshape(-1).view(np.uint8).data
        while left:
            left = left[self._file.write(left) :]
        self.rows += len(rows)

    def close(self) -> None:
        """No more is added. (An open file for each of hundreds would be too many.)"""
        self._file.close()

    def read(self, start: int, stop: int) -> npt.NDArray[Any]:
        """A slice of the rows, in fresh memory."""
        width = self._columns
        with self.path.open("rb") as file:
            values = np.fromfile(
                file, self._dtype, (stop - start) * width, offset=start * width * self._dtype.itemsize
            )
        return values if width == 1 else values.reshape(-1, width)

    def blocks(self, size: int) -> Iterator[npt.NDArray[Any]]:
        """All rows, so many at a time."""
        for start in range(0, self.rows, size):
            yield self.read(start, min(self.rows, start + size))

    def delete(self) -> None:
        """Give the disk its room back."""
        self._file.close()
        self.path.unlink()

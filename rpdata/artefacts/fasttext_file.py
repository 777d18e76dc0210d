"""Whether a file is a whole fastText classifier, told before the library loads it.

The library trusts what it reads: a file that was cut short ends the process, or classifies by whatever was in memory.
So we walk over the parts of the format (version 12 of fastText 0.9's `saveModel`) and see that they end with the file.
"""

import mmap
import struct
from pathlib import Path

MAGIC, VERSIONS, SUPERVISED = 793712314, (11, 12), 3
CENTROIDS = 256         # of each part of a quantised vector


class NotAModelError(Exception):
    """The file is no fastText classifier, or not a whole one; its text says which part is wrong."""


def check(path: Path) -> None:
    """Raise NotAModelError if the file is not a classifier, dense (`.bin`) or quantised (`.ftz`), from end to end."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            raise NotAModelError("it is empty")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            walk = _Walk(data)
            walk.header()
            walk.dictionary()
            quantised = walk.matrix(walk.flag())
            walk.matrix(walk.flag() and quantised)
            if walk.position != len(data):
                raise NotAModelError(f"it goes on behind its {walk.part}")


class _Walk:
    """A position in the file, and the part that it is in."""

    def __init__(self, data: mmap.mmap) -> None:
        self.position = 0
        self.part = "header"
        self._data = data

    def header(self) -> None:
        magic, version = self._take("<2i")
        if magic != MAGIC or version not in VERSIONS:
            raise NotAModelError("it does not begin like one of fastText 0.9")
        settings = self._take("<12id")
        self._dimensions, model = settings[0], settings[7]
        if model != SUPERVISED:
            raise NotAModelError("it holds word vectors and tells no labels")

    def dictionary(self) -> None:
        self.part = "dictionary"
        entries, _, labels, _, pruned = self._take("<3i2q")
        if labels < 1:
            raise NotAModelError("it has no labels")
        for _ in range(entries):
            end = self._data.find(b"\0", self.position)
            self._skip(end - self.position + 1 + 9)             # the word, its count and type
        self._skip(8 * max(pruned, 0))

    def matrix(self, quantised: bool) -> bool:
        """Over a matrix; returns `quantised`."""
        self.part = "weights"
        if not quantised:
            rows, columns = self._take("<2q")
            self._skip(4 * self._sane(rows, columns))
            return False
        with_norms = self.flag()
        rows, columns, codes = self._take("<2qi")
        self._sane(rows, columns)
        self._skip(codes)
        self._quantiser()
        if with_norms:
            self._skip(rows)
            self._quantiser()
        return True

    def flag(self) -> bool:
        (value,) = self._take("<?")
        return bool(value)

    def _quantiser(self) -> None:
        dimensions, *_ = self._take("<4i")
        self._skip(4 * dimensions * CENTROIDS)

    def _sane(self, rows: int, columns: int) -> int:
        if rows < 1 or columns != self._dimensions:
            raise NotAModelError(f"its {self.part} have {rows} x {columns} numbers")
        return rows * columns

    def _take(self, form: str) -> tuple[int, ...]:
        start = self.position
        self._skip(struct.calcsize(form))
        return struct.unpack_from(form, self._data, start)

    def _skip(self, size: int) -> None:
        if size < 0 or size > len(self._data) - self.position:
            raise NotAModelError(f"it ends in its {self.part}")
        self.position += size

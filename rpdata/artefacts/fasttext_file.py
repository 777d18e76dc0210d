"""Whether a file is a whole fastText classifier, told before the library loads it.

The library trusts what it reads: a file that was cut short ends the process, or classifies by whatever was in memory.
So we walk over the parts of the format (version 12 of fastText 0.9's `saveModel`) and see that they end with the file,
and that there is a row of weights for all that is looked up.
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
            quantised = walk.matrix(walk.flag(), walk.inputs)
            walk.matrix(walk.flag() and quantised, walk.labels)
            if walk.position != len(data):
                raise NotAModelError(f"it goes on behind its {walk.part}")


class _Walk:
    """A position in the file, and the part that it is in.

    inputs, labels: the rows that the two matrices must have, once the dictionary is behind.
    """

    def __init__(self, data: mmap.mmap) -> None:
        self.position = 0
        self.part = "header"
        self._data = data

    def header(self) -> None:
        magic, version = self._take("<2i")
        if magic != MAGIC or version not in VERSIONS:
            raise NotAModelError("it does not begin like one of fastText 0.9")
        settings = self._take("<12id")
        self._dimensions, words_together, model, self._buckets, longest = (settings[i] for i in (0, 5, 7, 8, 10))
        if model != SUPERVISED:
            raise NotAModelError("it holds word vectors and tells no labels")
        if self._dimensions < 1 or self._buckets < (words_together > 1 or longest > 0):
            raise NotAModelError(f"it has {self._dimensions} dimensions and {self._buckets} buckets")

    def dictionary(self) -> None:
        self.part = "dictionary"
        entries, words, self.labels, _, pruned = self._take("<3i2q")
        if words < 0 or self.labels < 1 or words + self.labels != entries:
            raise NotAModelError(f"it has {entries} entries for {words} words and {self.labels} labels")
        for entry in range(entries):
            end = self._data.find(b"\0", self.position)
            self._skip(end - self.position + 1)
            _, is_label = self._take("<qb")                     # its count comes first
            if is_label != (entry >= words):
                raise NotAModelError(f"its dictionary has {words} words, but entry {entry} is of another kind")
        self.inputs = words + (self._buckets if pruned < 0 else pruned)     # a row for each n-gram that was not pruned
        for _ in range(pruned):
            _, place = self._take("<2i")
            if not 0 <= place < pruned:
                raise NotAModelError(f"an n-gram of its dictionary has the place {place} of {pruned}")

    def matrix(self, quantised: bool, expected: int) -> bool:
        """Over a matrix of as many rows as expected; returns `quantised`."""
        self.part = "weights"
        if not quantised:
            rows, columns = self._take("<2q")
            self._sane(rows, columns, expected)
            self._skip(4 * rows * columns)
            return False
        with_norms = self.flag()
        rows, columns, codes = self._take("<2qi")
        self._sane(rows, columns, expected)
        self._skip(codes)
        if codes != rows * self._quantiser(columns):
            raise NotAModelError(f"its {self.part} have {codes} codes for {rows} rows")
        if with_norms:
            self._skip(rows)
            self._quantiser(1)
        return True

    def flag(self) -> bool:
        (value,) = self._take("<?")
        return bool(value)

    def _quantiser(self, expected: int) -> int:
        """Over the centroids for vectors of as many dimensions as expected; returns the number of parts of each."""
        dimensions, parts, width, last = self._take("<4i")
        if dimensions != expected or parts < 1 or (parts - 1) * width + last != dimensions or not 1 <= last <= width:
            raise NotAModelError(f"its {self.part} have {parts} parts of {width} for {dimensions} dimensions")
        self._skip(4 * dimensions * CENTROIDS)
        return parts

    def _sane(self, rows: int, columns: int, expected: int) -> None:
        if rows != expected or columns != self._dimensions:
            raise NotAModelError(
                f"its {self.part} have {rows} x {columns} numbers, not {expected} x {self._dimensions}"
            )

    def _take(self, form: str) -> tuple[int, ...]:
        start = self.position
        self._skip(struct.calcsize(form))
        return struct.unpack_from(form, self._data, start)

    def _skip(self, size: int) -> None:
        if size < 0 or size > len(self._data) - self.position:
            raise NotAModelError(f"it ends in its {self.part}")
        self.position += size

"""What is in the file of a fastText classifier, told and checked in one walk over it.

The format is version 12 of fastText 0.9's `saveModel`, dense (`.bin`) or quantised (`.ftz`, Joulin et al. 2016,
"FastText.zip"). Its own library trusts what it reads: a file that was cut short ends the process, or classifies by
whatever was in memory. So nothing leaves here before the parts end with the file, there is a row of weights for all
that is looked up, and every weight is a number.
"""

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rpdata.text.arrays import Bytes, Floats32, Ints

MAGIC, VERSIONS, SUPERVISED = 793712314, (11, 12), 3
WITHOUT_NGRAMS = 11     # the version whose classifiers have no n-grams of characters, whatever their settings say
CENTROIDS = 256         # of each part of a quantised vector
MOST_COUNTED = 10**15   # labels in all: the library's tree of labels holds no more
BLOCK = 1 << 16         # rows that are looked at together

HIERARCHICAL_SOFTMAX, NEGATIVE_SAMPLING, SOFTMAX, ONE_VS_ALL = 1, 2, 3, 4       # losses

Pairs = npt.NDArray[np.int32]


class NotAModelError(Exception):
    """The file is no fastText classifier, or not a whole one; its text says which part is wrong."""


@dataclass(frozen=True)
class Entries:
    """The dictionary: entry i is spelling[start[i] : end[i]], UTF-8; first the words, then the labels."""

    spelling: Bytes
    start: Ints
    end: Ints
    count: Ints         # in the training text
    words: int

    @property
    def labels(self) -> list[str]:
        """In the order of the rows of the output."""
        spans = zip(self.start[self.words :], self.end[self.words :], strict=True)
        return [self.spelling[start:end].tobytes().decode("utf-8", "replace") for start, end in spans]


@dataclass(frozen=True)
class Matrix:
    """Rows of weights: values (rows, dimensions), to be multiplied by norms (rows,) if there are any.

    What is dense is mapped from the file, so that processes share it.
    """

    values: Floats32
    norms: Floats32 | None


@dataclass(frozen=True)
class ModelFile:
    """Everything that a classifier is.

    Attributes
    ----------
    words_together: the longest n-gram of words; 1 if only words count.
    buckets: where n-grams are hashed to; the input has a row for each word, then for each bucket.
    shortest, longest: n-grams of characters; longest is 0 if there are none.
    kept: of a pruned model (bucket, row behind those of the words), for all buckets that have a row; else None.
    """

    words_together: int
    loss: int
    buckets: int
    shortest: int
    longest: int
    entries: Entries
    kept: Pairs | None
    input: Matrix
    output: Matrix


def read(path: Path) -> ModelFile:
    """The parts of a classifier; NotAModelError if the file is none, or not a whole one."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            raise NotAModelError("it is empty")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)     # closed with the last array that looks into it
    walk = _Walk(data)
    settings = walk.header()
    entries, kept = walk.dictionary()
    quantised = walk.flag()
    if kept is not None and not quantised:
        raise NotAModelError("its dictionary is pruned, but its weights are not quantised")
    rows = entries.words + (settings["buckets"] if kept is None else len(kept))
    inputs = walk.matrix(quantised, rows)
    outputs = walk.matrix(walk.flag() and quantised, len(entries.start) - entries.words)
    walk.end()
    return ModelFile(**settings, entries=entries, kept=kept, input=inputs, output=outputs)


class _Walk:
    """A position in the file, and the part that it is in."""

    def __init__(self, data: mmap.mmap) -> None:
        self._position = 0
        self._part = "header"
        self._data = data

    def header(self) -> dict[str, int]:
        magic, version = self._take("<2i")
        if magic != MAGIC or version not in VERSIONS:
            raise NotAModelError("it does not begin like one of fastText 0.9")
        settings = self._take("<12id")
        self._dimensions, words_together, loss, model, buckets, shortest, longest = (
            settings[i] for i in (0, 5, 6, 7, 8, 9, 10)
        )
        if model != SUPERVISED:
            raise NotAModelError("it holds word vectors and tells no labels")
        if not HIERARCHICAL_SOFTMAX <= loss <= ONE_VS_ALL:
            raise NotAModelError(f"it was trained with an unknown loss, number {loss}")
        if version == WITHOUT_NGRAMS:
            longest = 0
        if self._dimensions < 1 or buckets < (words_together > 1 or longest > 0):
            raise NotAModelError(f"it has {self._dimensions} dimensions and {buckets} buckets")
        return {"words_together": words_together, "loss": loss, "buckets": buckets, "shortest": shortest,
                "longest": max(longest, 0)}

    def dictionary(self) -> tuple[Entries, Pairs | None]:
        self._part = "dictionary"
        number, words, labels, _, pruned = self._take("<3i2q")
        if words < 0 or labels < 1 or words + labels != number:
            raise NotAModelError(f"it has {number} entries for {words} words and {labels} labels")
        begin = self._position
        starts, ends, counts = [], [], []
        for entry in range(number):
            starts.append(self._position)
            ends.append(end := self._data.find(b"\0", self._position))
            self._skip(end - self._position + 1)
            count, is_label = self._take("<qb")
            counts.append(count)
            if is_label != (entry >= words):
                raise NotAModelError(f"its dictionary has {words} words, but entry {entry} is of another kind")
        if min(counts[words:]) < 0 or sum(counts[words:]) > MOST_COUNTED:
            raise NotAModelError("its labels have impossible counts")
        spelling = np.frombuffer(self._data, np.uint8, self._position - begin, begin)
        entries = Entries(
            spelling, np.array(starts, np.int64) - begin, np.array(ends, np.int64) - begin, np.array(counts, np.int64),
            words,
        )
        return entries, None if pruned < 0 else self._kept(pruned)

    def _kept(self, pruned: int) -> Pairs:
        kept = self._array(np.dtype("<i4"), pruned, 2)
        for place in kept[:, 1]:
            if not 0 <= place < pruned:
                raise NotAModelError(f"an n-gram of its dictionary has the place {place} of {pruned}")
        return kept

    def matrix(self, quantised: bool, expected: int) -> Matrix:
        """A matrix of as many rows as expected."""
        self._part = "weights"
        if not quantised:
            rows, columns = self._take("<2q")
            self._sane(rows, columns, expected)
            return Matrix(self._numbers(rows, columns), None)
        with_norms = self.flag()
        rows, columns, size = self._take("<2qi")
        self._sane(rows, columns, expected)
        codes = self._array(np.dtype(np.uint8), size)
        centroids = self._centroids(columns)
        if size != rows * len(centroids):
            raise NotAModelError(f"its {self._part} have {size} codes for {rows} rows")
        values = _decoded(codes.reshape(rows, -1), centroids)
        if not with_norms:
            return Matrix(values, None)
        norm_codes = self._array(np.dtype(np.uint8), rows)
        return Matrix(values, _decoded(norm_codes[:, None], self._centroids(1))[:, 0])

    def flag(self) -> bool:
        (value,) = self._take("<?")
        return bool(value)

    def end(self) -> None:
        if self._position != len(self._data):
            raise NotAModelError(f"it goes on behind its {self._part}")

    def _centroids(self, expected: int) -> list[Floats32]:
        """Of vectors with as many dimensions as expected: for each part of a vector (CENTROIDS, its dimensions)."""
        dimensions, parts, width, last = self._take("<4i")
        if dimensions != expected or parts < 1 or (parts - 1) * width + last != dimensions or not 1 <= last <= width:
            raise NotAModelError(f"its {self._part} have {parts} parts of {width} for {dimensions} dimensions")
        return [self._numbers(CENTROIDS, width) for _ in range(parts - 1)] + [self._numbers(CENTROIDS, last)]

    def _sane(self, rows: int, columns: int, expected: int) -> None:
        if rows != expected or columns != self._dimensions:
            raise NotAModelError(
                f"its {self._part} have {rows} x {columns} numbers, not {expected} x {self._dimensions}"
            )

    def _numbers(self, rows: int, columns: int) -> Floats32:
        numbers: Floats32 = self._array(np.dtype("<f4"), rows, columns)
        for start in range(0, rows, BLOCK):
            if not np.isfinite(numbers[start : start + BLOCK]).all():
                raise NotAModelError(f"its {self._part} are not all numbers: training it went wrong")
        return numbers

    def _array(self, kind: np.dtype[Any], *shape: int) -> npt.NDArray[Any]:
        start = self._position
        size = kind.itemsize
        for number in shape:
            size *= number          # of Python's numbers, which do not overflow
        self._skip(size)
        return np.frombuffer(self._data, kind, size // kind.itemsize, start).reshape(shape)

    def _take(self, form: str) -> tuple[int, ...]:
        start = self._position
        self._skip(struct.calcsize(form))
        return struct.unpack_from(form, self._data, start)

    def _skip(self, size: int) -> None:
        if size < 0 or size > len(self._data) - self._position:
            raise NotAModelError(f"it ends in its {self._part}")
        self._position += size


def _decoded(codes: Bytes, centroids: list[Floats32]) -> Floats32:
    """The vectors that codes (rows, parts) stand for."""
    return np.concatenate([part[codes[:, i]] for i, part in enumerate(centroids)], axis=1, dtype=np.float32)

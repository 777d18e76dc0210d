"""A fastText classifier that answers as fastText does, at several times its speed."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa

from rpdata.artefacts.fasttext_file import (
    HIERARCHICAL_SOFTMAX,
    Entries,
    Matrix,
    ModelFile,
    NotAModelError,
    read,
)
from rpdata.artefacts.fasttext_labels import Labels, label_tree, logistic_table
from rpdata.artefacts.fasttext_scan import label_batch, make_scratch
from rpdata.artefacts.fasttext_vectors import LANES
from rpdata.artefacts.fasttext_words import (
    FNV_PRIME,
    FNV_START,
    Index,
    Vocabulary,
    Weights,
    make_memory,
)
from rpdata.errors import UserError
from rpdata.text.arrays import Bits, Counts, Floats32, Words32
from rpdata.text.codepoints import tables
from rpdata.text.hashing import draw_secret
from rpdata.text.utf8 import utf8_of

SPARSE = 32                 # bits for each that is set

Join: TypeAlias = Literal["delete", "space"]

_secret = cache(draw_secret)        # one for each process


class FastText:
    """A classifier, dense or quantised, whatever its loss and its n-grams.

    Its answers are those of fastText 0.9.3: it adds the same numbers of 32 bits in the same order. It keeps what it
    learned of words from one batch to the next, at most 12 MB.

    labels: with their prefix `__label__`.
    """

    def __init__(self, parts: ModelFile) -> None:
        self.labels = parts.entries.labels
        self._vocabulary = _vocabulary(parts)
        self._weights = _weights(parts.input)
        self._outputs = _outputs(parts)
        self._memory = make_memory()
        self._alone = Lock()

    @classmethod
    def load(cls, path: Path) -> "FastText":
        """UserError if it cannot be read, is no classifier of fastText, or not a whole one."""
        try:
            return cls(read(path))
        except NotAModelError as error:
            raise UserError(f"{path} is not a model of fastText, or not a whole one: {error}") from error
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}") from error

    def predict(self, texts: pa.StringArray, join: Join) -> tuple[Counts, Floats32]:
        """The best label of each text, as one line, and its probability.

        Parameters
        ----------
        texts: without nulls; each may be empty, none may have more than MAX_DOCUMENT_BYTES.
        join: how lines become one: "delete" deletes newlines, so that words join (cc_net); "space" is
            `" ".join(text.splitlines()).strip()`.

        Returns
        -------
        label: (texts,) indices into `labels`; -1 for an empty text, or if the model knows nothing in it.
        probability: (texts,) with the 1e-5 that fastText adds, so it may exceed 1; 0 where there is no label.
        """
        text, offsets = utf8_of(texts)
        best = np.empty(len(texts), np.int32)
        probability = np.empty(len(texts), np.float32)
        dimensions = self._outputs.rows.shape[1]
        largest = int(np.diff(offsets).max(initial=0))
        scratch = make_scratch(largest, dimensions, self._vocabulary.words_together, len(self.labels))
        with self._alone:
            label_batch(
                text, offsets, join == "delete", self._vocabulary, self._weights, self._outputs,
                tables().properties, self._memory, _secret(), scratch, best, probability,
            )
        return best, probability


def _vocabulary(parts: ModelFile) -> Vocabulary:
    entries, kept = parts.entries, parts.kept
    pairs = np.empty((0, 2), np.int32) if kept is None else kept
    asked = (pairs[:, 0] >= 0) & (pairs[:, 0] < parts.buckets)
    return Vocabulary(
        spelling=entries.spelling,
        start=entries.start,
        end=entries.end,
        words=entries.words,
        by_hash=make_index(_fnv(entries), np.arange(len(entries.start), dtype=np.int32), 1 << 32),
        buckets=parts.buckets,
        shortest=parts.shortest,
        longest=parts.longest,
        words_together=parts.words_together,
        pruned=kept is not None,
        kept=make_index(pairs[asked, 0].astype(np.uint32), pairs[asked, 1].astype(np.int32), max(parts.buckets, 1)),
        kept_bits=_bits(pairs[asked, 0], parts.buckets),
    )


def make_index(keys: Words32, places: Counts, limit: int) -> Index:
    """An index of keys below a limit: about two bins for each, so that most lookups see one key or none."""
    bins = 2 * len(keys) + 1
    shift = 0
    while limit >> shift > bins:
        shift += 1
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    edges = np.searchsorted(keys >> np.uint32(shift), np.arange((limit >> shift) + 2))
    return Index(keys, places[order], edges.astype(np.int32), shift)


def _bits(numbers: Counts, limit: int) -> Bits:
    """A bitmap of numbers below a limit, modulo a power of 2 that leaves few bits set."""
    bits = 64
    while bits < min(limit, SPARSE * len(numbers)):
        bits *= 2
    is_set = np.zeros(bits, np.bool_)
    is_set[numbers & (bits - 1)] = True
    return np.packbits(is_set, bitorder="little").view(np.uint64)


def _fnv(entries: Entries) -> Words32:
    """The FNV hash of each entry: over all at once, byte after byte."""
    size = entries.end - entries.start
    hashes = np.full(len(size), FNV_START, np.uint32)
    left = np.arange(len(size))
    for i in range(int(size.max(initial=0))):
        left = left[size[left] > i]
        signed = entries.spelling[entries.start[left] + i].view(np.int8).astype(np.uint32)
        hashes[left] = (hashes[left] ^ signed) * np.uint32(FNV_PRIME)
    return hashes


def _weights(matrix: Matrix) -> Weights:
    values = matrix.values if matrix.norms is None else matrix.values * matrix.norms[:, None]
    if values.shape[1] < LANES:
        values = np.pad(values, ((0, 0), (0, LANES - values.shape[1])))
    data = values.view(np.uint8).reshape(-1)
    data.flags.writeable = False
    return Weights(data, 4 * values.shape[1], values.shape[1])


def _outputs(parts: ModelFile) -> Labels:
    values, norms = parts.output.values, parts.output.norms
    counts: Sequence[int] = parts.entries.count[parts.entries.words :].tolist()
    return Labels(
        loss=parts.loss,
        rows=np.array(values, np.float32),
        norms=np.ones(len(values), np.float32) if norms is None else norms,
        children=label_tree(list(counts) if parts.loss == HIERARCHICAL_SOFTMAX else [0]),
        logistic=logistic_table(),
    )

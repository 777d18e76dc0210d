"""A fastText classifier that answers as fastText does, at several times its speed."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal, TypeAlias, cast

import numpy as np
import pyarrow as pa

from rpdata.artefacts.fasttext_file import (
    HIERARCHICAL_SOFTMAX,
    SOFTMAX,
    Entries,
    Matrix,
    ModelFile,
    NotAModelError,
    read,
)
from rpdata.artefacts.fasttext_labels import Labels, label_tree, logistic_table
from rpdata.artefacts.fasttext_scan import label_batch, make_scratch
from rpdata.artefacts.fasttext_vectors import LANES, reciprocal_of
from rpdata.artefacts.fasttext_words import FNV_PRIME, FNV_START, Index, Vocabulary, Weights, make_memory
from rpdata.errors import UserError
from rpdata.text.arrays import Bits, Counts, Floats32, Words32
from rpdata.text.codepoints import tables
from rpdata.text.hashing import draw_secret
from rpdata.text.utf8 import utf8_of

Join: TypeAlias = Literal["delete", "space"]

_secret = cache(draw_secret)        # one for each process


class FastText:
    """A classifier, dense or quantised, whatever its loss and its n-grams.

    Its answers are those of fastText 0.9.3: it adds the same numbers of 32 bits in the same order. It keeps what it
    learned of words from one batch to the next, at most 16 MB.

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


def warm_up() -> None:
    """Compile and cache the kernels, or load them if that was done before: a model without a word is asked."""
    label = b"__label__none"
    entries = Entries(
        np.frombuffer(label, np.uint8), np.zeros(1, np.int64), np.full(1, len(label)), np.ones(1, np.int64), words=0
    )
    rows = [Matrix(np.zeros((number, LANES), np.float32), None) for number in (0, 1)]
    model = ModelFile(
        words_together=1, loss=SOFTMAX, buckets=0, shortest=0, longest=0, entries=entries, kept=None, input=rows[0],
        output=rows[1],
    )
    FastText(model).predict(pa.array(["warm"]), "delete")


def _vocabulary(parts: ModelFile) -> Vocabulary:
    entries = parts.entries
    kept, kept_before, kept_places = _kept(parts)
    return Vocabulary(
        spelling=entries.spelling,
        start=entries.start,
        end=entries.end,
        words=entries.words,
        by_hash=make_index(_fnv(entries)),
        buckets=parts.buckets,
        reciprocal=cast(int, np.uint64(reciprocal_of(parts.buckets))),
        shortest=parts.shortest,
        longest=parts.longest,
        words_together=parts.words_together,
        pruned=parts.kept is not None,
        kept=kept,
        kept_before=kept_before,
        kept_places=kept_places,
    )


def _kept(parts: ModelFile) -> tuple[Bits, Counts, Counts]:
    """The three arrays of a vocabulary about buckets that have a row; the last one, if a bucket has several."""
    if parts.kept is None:
        return np.zeros(0, np.uint64), np.zeros(0, np.int32), np.zeros(0, np.int32)
    asked = parts.kept[(parts.kept[:, 0] >= 0) & (parts.kept[:, 0] < parts.buckets)][::-1]
    buckets, last = np.unique(asked[:, 0], return_index=True)
    bits = np.zeros(parts.buckets // 64 + 1, np.uint64)
    np.bitwise_or.at(bits, buckets >> 6, np.uint64(1) << (buckets & 63).astype(np.uint64))
    counts = np.bincount(buckets >> 6, minlength=len(bits))
    return bits, (np.cumsum(counts) - counts).astype(np.int32), asked[last, 1]


def make_index(keys: Words32) -> Index:
    """An index of keys of 32 bits, with about two bins for each, so that most lookups see one key or none."""
    shift = max(31 - len(keys).bit_length(), 0)
    order = np.argsort(keys, kind="stable")
    edges = np.searchsorted(keys[order] >> np.uint32(shift), np.arange((1 << 32 - shift) + 1))
    return Index(keys[order], order.astype(np.int32), edges.astype(np.int32), shift)


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

"""Importance weights: how much more likely a text is in a target corpus than in the crawl (DSIR, Xie et al. 2023).

Each text is a bag of hashed raw words and pairs of them (`rpdata.text.features`). An artefact holds how often each
bucket was met in the target and in the source. What was counted with one hash function, or in one number of buckets,
says nothing about another.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from rpdata.artefacts.folder import Stored
from rpdata.errors import UserError, unknown_name
from rpdata.text.arrays import Floats, Ints
from rpdata.text.codepoints import tables
from rpdata.text.features import SIPHASH, XXH3, Hashing, make_hashing, make_raw_scratch, score_features
from rpdata.text.hashing import draw_secret
from rpdata.text.siphash import keys_of_seed
from rpdata.text.utf8 import utf8_of

ALGORITHMS = {"siphash13-seed42": SIPHASH, "xxh3": XXH3}
SEED = 42               # PYTHONHASHSEED of the reference
SMOOTHING = 1e-8        # added to every probability before its logarithm is taken
BUCKETS = 10_000        # of the reference
TARGET, SOURCE, MEANS = "target.npy", "source.npy", "means.json"

_secret = cache(draw_secret)
_keys = cache(keys_of_seed)


@dataclass(frozen=True)
class Importance:
    """Of a batch of texts; one row for each. An empty text has zeros.

    Attributes
    ----------
    log_ratios: target -> ln p(text in target) - ln p(text in source), in nats.
    length_corrections: target -> what the reference adds for the length, in nats.
    raw_words, code_points: of the text.
    """

    log_ratios: Mapping[str, Floats]
    length_corrections: Mapping[str, Floats]
    raw_words: Ints
    code_points: Ints

    def per_word(self, target: str) -> Floats:
        """The log ratio over the raw words, in nats/word; 0 where there are none.

        A log ratio is a sum over the text's words, so a longer text's is further from 0; this one compares texts of
        any length. (The reference meant to correct for length too, but weighs code points against means in words.)
        """
        return self.log_ratios[target] / np.maximum(self.raw_words, 1)


@dataclass(frozen=True)
class _Target:
    weights: Floats         # of each bucket: log ratio of its probabilities
    target_mean: float      # raw words of a document
    source_mean: float


class ImportanceTables:
    """The targets of one language, all over one hash function and number of buckets, scored in one pass."""

    def __init__(self, algorithm: str, targets: Mapping[str, _Target]) -> None:
        self._algorithm = ALGORITHMS[algorithm]
        self._targets = dict(targets)
        self._weights = np.ascontiguousarray(np.stack([target.weights for target in targets.values()], axis=1))

    @classmethod
    def load(cls, artefacts: Mapping[str, Stored]) -> "ImportanceTables":
        """Of at least one target, by its name. UserError if a file is damaged, or two artefacts do not go together."""
        first = next(iter(artefacts.values()))
        for artefact in artefacts.values():
            refuse_mixture(first, artefact)
        return cls(algorithm_of(first), {name: read_target(artefact) for name, artefact in artefacts.items()})

    @property
    def targets(self) -> list[str]:
        return list(self._targets)

    def score(self, texts: pa.StringArray) -> Importance:
        """Of texts without nulls, which may be empty."""
        text, offsets = utf8_of(texts)
        scores = np.empty((len(texts), len(self._targets)), np.float64)
        words, code_points = (np.empty(len(texts), np.int64) for _ in range(2))
        score_features(
            text,
            offsets,
            tables().properties,
            new_hashing(self._algorithm),
            make_raw_scratch(int(np.diff(offsets).max(initial=0))),
            self._weights,
            scores,
            words,
            code_points,
        )
        corrections = {name: length_correction(code_points, target) for name, target in self._targets.items()}
        return Importance(dict(zip(self._targets, scores.T, strict=True)), corrections, words, code_points)


def new_hashing(algorithm: int) -> Hashing:
    """Of one of the values of ALGORITHMS, with nothing remembered."""
    return make_hashing(algorithm, _keys(SEED), _secret())


def length_correction(code_points: Ints, target: _Target) -> Floats:
    """The log ratio of the Poisson probabilities of a text's length, as published: *code points* against mean *words*.

    So it is not 0 only where the number of code points is near a mean number of words.
    """
    return log_poisson(code_points, target.target_mean) - log_poisson(code_points, target.source_mean)


def log_poisson(count: Ints, mean: float) -> Floats:
    log_factorial = np.fromiter(map(math.lgamma, count + 1.0), np.float64, len(count))
    probability: Floats = np.exp(count * math.log(mean) - log_factorial - mean)
    return np.log(probability + SMOOTHING)


def algorithm_of(artefact: Stored) -> str:
    """The hash function of an artefact; UserError for one that is not known."""
    name = artefact.facts.get("hash")
    if not isinstance(name, str) or name not in ALGORITHMS:
        raise unknown_name(f"hash function of {artefact.folder}", str(name), ALGORITHMS)
    return name


def refuse_mixture(first: Stored, other: Stored) -> None:
    """UserError unless both have the same language, hash function and number of buckets."""
    for what, ours, theirs in (
        ("hash function", algorithm_of(first), algorithm_of(other)),
        ("number of buckets", first.facts.get("buckets"), other.facts.get("buckets")),
        ("language", first.language, other.language),
    ):
        if ours != theirs:
            raise UserError(
                f"{first.name} and {other.name} can't be used together: their {what} differs ({ours}, {theirs}).\n"
                "Give artefacts of one kind, or train the other one anew: rpdata artefacts train importance"
            )


def read_target(artefact: Stored) -> _Target:
    """UserError for a file that is damaged, or of another dimension than the artefact says."""
    buckets = artefact.facts.get("buckets")
    logs = [np.log(probabilities(artefact.file(name), buckets) + SMOOTHING) for name in (TARGET, SOURCE)]
    path = artefact.file(MEANS)
    try:
        told = orjson.loads(path.read_bytes())
        means = [float(told[key]) for key in ("target", "source")]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path} does not hold the two means, `target` and `source`: {error}") from error
    if not all(0 < mean < math.inf for mean in means):
        raise UserError(f"{path}: the means are {means}: a corpus without words can't be compared with")
    return _Target(logs[0] - logs[1], *means)


def probabilities(path: Path, buckets: object) -> Floats:
    """Of each bucket, from a file of counts. UserError unless it is one of so many buckets, and counted something."""
    counts = read_counts(path)
    if len(counts) != buckets:
        raise UserError(f"{path} holds {len(counts)} buckets, where the artefact says {buckets}: it is of another one")
    shares: Floats = counts / counts.sum()
    return shares


def read_counts(path: Path) -> Ints:
    """A file of counts; UserError if it is no whole one, or nothing was counted."""
    counts = read_array(path)
    if counts.ndim != 1 or not np.issubdtype(counts.dtype, np.integer):
        raise UserError(f"{path} holds no counts: an array of whole numbers in one dimension belongs there")
    if counts.min(initial=0) < 0 or not counts.any():
        raise UserError(f"{path} holds no counts: none is above 0, or some are below")
    if counts.astype(np.float64).sum() >= 2**62:
        raise UserError(f"{path} holds no counts: they are too large to be added up")
    return counts.astype(np.int64)


def read_array(path: Path) -> npt.NDArray[Any]:
    """A .npy file; UserError if it is no whole one, or would run code."""
    try:
        with path.open("rb") as file:
            array: npt.NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise UserError(f"{path} is no whole array of numpy's: {error}") from error
    return array

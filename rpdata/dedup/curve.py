"""The S-curve of a threshold's bands: how likely two documents of a given similarity are to share one.

Two documents share a value of their signatures with the probability of their Jaccard similarity s, so one band of r
values with s^r, and at least one of b bands with 1 - (1 - s^r)^b (Leskovec et al., Mining of Massive Datasets, section
3.4). Measured, the same is counted on signatures of random sets of exactly that similarity.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from rpdata.bands import BANDS
from rpdata.errors import UserError
from rpdata.text.arrays import Floats, Hashes, Words32
from rpdata.text.compiled import EntryPoint
from rpdata.text.minhash import permutations
from rpdata.text.permute import PERMUTATIONS, STEP, minima

SIMILARITIES = tuple(round(hundredths / 100, 2) for hundredths in (*range(50, 95, 5), *range(95, 101)))
SHINGLES = 400          # in the union of two sets: documents of some 380 words
PAIRS = 10_000          # of sets for each similarity


@dataclass(frozen=True)
class Point:
    """At one similarity: the probability of a common band, and the share of random pairs that have one."""

    similarity: float
    predicted: float
    measured: float


@dataclass(frozen=True)
class Curve:
    """What the bands of a threshold find.

    Attributes
    ----------
    bands, values: their number, and how many values of the signature each has.
    half: the similarity at which every other pair is found.
    pairs: that `measured` was counted on, at each point.
    """

    threshold: float
    bands: int
    values: int
    half: float
    pairs: int
    points: tuple[Point, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def probability(similarity: Floats | float, threshold: float) -> Floats:
    """That two documents of this Jaccard similarity share a band; UserError for a threshold without bands."""
    bands, values = bands_of(threshold)
    found: Floats = 1 - (1 - np.asarray(similarity, np.float64) ** values) ** bands
    return found


def bands_of(threshold: float) -> tuple[int, int]:
    """The number of bands and of values in each."""
    if threshold not in BANDS:
        raise UserError(f"no bands for a similarity of {threshold}; there are {', '.join(map(str, sorted(BANDS)))}")
    return BANDS[threshold]


def curve(threshold: float, *, pairs: int = PAIRS, seed: int = 42) -> Curve:
    """The curve at SIMILARITIES, predicted and measured; takes about a second."""
    bands, values = bands_of(threshold)
    points = [
        Point(similarity, float(probability(similarity, threshold)), measured(similarity, bands, values, pairs, seed))
        for similarity in SIMILARITIES
    ]
    half = (1 - 0.5 ** (1 / bands)) ** (1 / values)
    return Curve(threshold, bands, values, half, pairs, tuple(points))


def measured(similarity: float, bands: int, values: int, pairs: int, seed: int) -> float:
    """The share of random pairs of sets whose signatures have a band in common.

    The sets have SHINGLES members together, and the nearest number to `similarity` of that in common.
    """
    rng = np.random.default_rng([seed, round(similarity * 100)])
    common = round(similarity * SHINGLES)
    first = common + (SHINGLES - common) // 2
    sizes = (common, first - common, SHINGLES - first)
    parts = [signatures(rng.integers(1 << 32, size=(pairs, size + STEP), dtype=np.uint32)) for size in sizes]
    equal = np.minimum(parts[0], parts[1]) == np.minimum(parts[0], parts[2])
    shared = equal[:, : bands * values].reshape(pairs, bands, values).all(axis=2).any(axis=1)
    return float(shared.mean())


def signatures(hashes: Words32) -> Words32:
    """Of sets of base hashes, one in a row, behind which STEP are room; of empty sets the largest values."""
    result = np.full((len(hashes), PERMUTATIONS), 0xFFFFFFFF, np.uint32)
    if hashes.shape[1] > STEP:
        sign_rows(hashes, permutations(), np.empty(PERMUTATIONS, np.uint64), result)
    return result


@EntryPoint
def sign_rows(hashes: Words32, permutations: Hashes, least: Hashes, result: Words32) -> None:
    """Fill a row of `result` for each of `hashes`."""
    for row in range(len(hashes)):
        minima(hashes[row], hashes.shape[1] - STEP, permutations, least, result[row])

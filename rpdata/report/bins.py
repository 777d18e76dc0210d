"""Histograms: where the bins of a number lie, and how many documents are in each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

BINS = 32
WHOLE_NUMBERS = 24      # a range of so many whole numbers gets a bin for each
TAILS = 0.005           # of the sample lie beyond the first and beyond the last bin, which take them in
SPREAD = 6              # a long tail: so many times the median; then bins are equal in the logarithm
REACH = 1.5             # a bound is drawn in if it makes the picture at most so many times as wide
SAME = 1e-12            # of their size: numbers that are no further apart are one in a picture
LARGEST, SMALLEST = 1e300, 1e-300      # what lies beyond counts to the last bin, or as zero
EXACT = 2.0**52         # whole numbers below have half ones between them


@dataclass(frozen=True)
class Bins:
    """Bins of equal width, of a number or of its logarithm.

    Attributes
    ----------
    edges: shape (bins + 1,), ascending; what lies beyond counts to the first or last bin.
    is_log: whether they are equal in the logarithm. The first bin has zeros then, and whatever is below edges[1].
    """

    edges: tuple[float, ...]
    is_log: bool

    def __len__(self) -> int:
        return len(self.edges) - 1

    def count(self, values: Floats) -> Counts:
        """How many of the values, which have no NaN, are in each bin."""
        return np.bincount(self.bin_of(values), minlength=len(self)).astype(np.int64)

    def bin_of(self, values: Floats) -> Counts:
        """The bin of each value."""
        return np.clip(np.searchsorted(self.edges, values, side="right") - 1, 0, len(self) - 1).astype(np.int64)

    def place(self, value: float) -> float:
        """Where a value lies: 0 at the first edge, 1 at the last; below 0 and above 1 beyond them."""
        low, high = self.edges[1 if self.is_log else 0], self.edges[-1]
        if not self.is_log:
            return (value - low) / (high - low)
        first = 1 / len(self)
        if value <= 0:
            return first / 2
        return first + (1 - first) * (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))


def bins_for(values: Floats, bounds: Sequence[float]) -> Bins:
    """Bins that suit a sample of values (without NaN), and show the bounds that are not far off."""
    finite = np.clip(values[np.isfinite(values)], -LARGEST, LARGEST)
    if not len(finite):
        return Bins(tuple(np.linspace(0, 1, BINS + 1).tolist()), False)
    low, high = float(finite.min()), float(finite.max())
    near = [bound for bound in bounds if not math.isinf(bound)]
    if (finite == np.rint(finite)).all() and high - low < WHOLE_NUMBERS and max(-low, high) < EXACT:
        inside = [bound for bound in near if low - 1 <= bound <= max(high, low + 1) + 1]
        first, last = math.floor(min([low, *inside])), math.ceil(max([high, *inside]))
        return Bins(tuple(np.arange(first - 0.5, max(last, first + 1) + 1).tolist()), False)
    low, high = (float(each) for each in np.quantile(finite, [TAILS, 1 - TAILS]))
    positive = finite[finite > 0]
    if low >= 0 and len(positive) > len(finite) / 2 and high > SPREAD * np.median(positive):
        least = float(np.quantile(positive, TAILS))
        least = max(min([least, *(bound for bound in near if bound > 0)]), SMALLEST)
        most = max([high, least * 10, *(bound for bound in near if bound < high * 100)])
        return Bins((0.0, *np.geomspace(least, most, BINS).tolist()), True)
    width = (high - low) or 1.0
    wider = [bound for bound in near if low - width * (REACH - 1) <= bound <= high + width * (REACH - 1)]
    low, high = min([low, *wider]), max([high, *wider])
    size = max(-low, high)
    if high - low <= SAME * max(size, SMALLEST):
        aside = max(0.5, size * math.sqrt(SAME))
        low, high = low - aside, high + aside
    return Bins(tuple(np.linspace(low, high, BINS + 1).tolist()), False)

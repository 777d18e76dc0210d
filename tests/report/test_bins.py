"""Histograms of numbers that are all alike, very large or very small."""

import math
from itertools import pairwise

import numpy as np
import pytest

from rpdata.report.bins import bins_for
from rpdata.report.page.svg import LARGE, SMALL, Curve, Line, histogram

VALUES = {
    "nanoseconds, all alike": [1.7e18] * 3, "nanoseconds": [1.7e18 + 256 * number for number in range(4)],
    "all alike": [0.1] * 4, "nearly alike": [1.0, 1 + 2**-52] * 9, "too small": [0.0, 5e-324],
    "too large": [-1e308, 1e308], "far apart": [1e-320] * 50 + [1e300] * 51, "endless": [math.inf, 1.0, 2.0],
    "all endless": [math.inf] * 3, "none": [], "negative": [-(2.0**63), 2.0**63],
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("bounds", [[], [0.5], [-1e300, 1e300], [5e-324]])
@pytest.mark.parametrize("name", VALUES)
def test_every_number_has_its_bin_and_its_picture(name, bounds):
    values = np.array(VALUES[name])
    bins = bins_for(values, bounds)
    assert all(low < high for low, high in pairwise(bins.edges))
    counts = bins.count(values)
    assert counts.sum() == len(values)
    for frame in (LARGE, SMALL):
        drawn = histogram("", bins, [Curve(counts, "whole")], [Line(bound, 0, True) for bound in bounds], frame)
        assert not any(f"{sign}{wrong}" in drawn for sign in 'MVHl "' for wrong in ("nan", "inf", "-inf"))


def test_bounds_are_at_their_place_in_the_logarithm():
    bins = bins_for(np.geomspace(1, 1e6, 1000), [])
    assert bins.is_log
    assert bins.place(0) < bins.place(10) < bins.place(1000) < bins.place(bins.edges[-1]) == 1

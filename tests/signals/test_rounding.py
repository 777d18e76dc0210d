"""Ratios are rounded as the reference rounds them: Python's round(x, 8), which is not rint(x * 1e8) / 1e8."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.signals.rounding import ratio, rounded, score

BATCH = 1_000_000


def by_python(values):
    return np.array([round(x, 8) for x in values.tolist()])


@pytest.mark.parametrize("seed", range(7))
def test_a_million_random_ratios_round_as_python_rounds(seed):
    random = np.random.default_rng(seed)
    denominators = random.integers(1, 10 ** (seed + 1), BATCH)
    values = random.integers(0, denominators + 1) / denominators
    assert np.array_equal(rounded(values), by_python(values))


@pytest.mark.parametrize("magnitude", [1, 50, 1e7])
def test_a_million_values_beside_a_half_round_as_python_rounds(magnitude):
    random = np.random.default_rng(int(magnitude))
    halves = (random.integers(0, int(magnitude * 1e8), BATCH) + 0.5) / 1e8
    steps = random.integers(-2, 3, BATCH)   # up to two neighbouring floats away
    values = halves + steps * np.spacing(halves)
    assert np.array_equal(rounded(values), by_python(values))


def test_the_obvious_way_to_round_is_wrong():
    assert np.rint(69 / 2560 * 1e8) / 1e8 != round(69 / 2560, 8)
    assert rounded(np.array([69 / 2560]))[0] == round(69 / 2560, 8)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200))
def test_any_float_rounds_as_python_rounds(x):
    assert rounded(np.array([x]))[0] == round(x, 8)


def test_nothing_to_divide_by_gives_null_or_the_stated_value():
    numerator, denominator = np.array([1, 0, 2]), np.array([3, 0, 0])
    assert ratio(numerator, denominator).to_pylist() == [0.33333333, None, None]
    assert ratio(numerator, denominator, empty=0.0).to_pylist() == [0.33333333, 0.0, 0.0]
    assert score(np.array([0.123456789, 7.0]), np.array([True, False])).to_pylist() == [0.12345679, None]

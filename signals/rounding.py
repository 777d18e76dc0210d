"""From numpy arrays of statistics to Arrow columns; ratios are rounded exactly as the reference rounds them."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]

SCALE = 1e8       # eight decimals
DOUBT = 1e-6      # scaled values that come this near to a half are left to Python
BLOCK = 1 << 15   # values at once: intermediate results stay in the cache, and small for millions of lines


def ratio(numerator: npt.NDArray, denominator: npt.NDArray, empty: float | None = None) -> pa.Array:
    """Python's `round(numerator / denominator, 8)`; `empty`, by default null, where the denominator is 0."""
    defined = denominator != 0
    values = np.full(len(numerator), empty or 0.0)
    np.divide(numerator, denominator, out=values, where=defined)
    values = rounded(values)
    return pa.array(values) if empty is not None else nullable(values, defined)


def score(values: Floats, defined: npt.NDArray[np.bool_]) -> pa.Array:
    """Values rounded to eight decimals as Python rounds; null where not `defined`."""
    return nullable(rounded(values), defined)


def rounded_where_known(values: pa.Array) -> pa.Array:
    """Values of float64 rounded to eight decimals as Python rounds; nulls stay."""
    return score(values.fill_null(0.0).to_numpy(), values.is_valid().to_numpy(zero_copy_only=False))


def count(values: npt.NDArray) -> pa.Array:
    """Counts as int32: a batch holds less than 2 GiB of text."""
    return pa.array(values.astype(np.int32, copy=False))


def flag(values: npt.NDArray) -> pa.Array:
    """0 or 1 as int8."""
    return pa.array(values.astype(np.int8, copy=False))


def rounded(values: Floats) -> Floats:
    """Python's `round(x, 8)` of every value.

    Python rounds the exact binary value, half to even. `rint(x * 1e8) / 1e8` gives the same where the product, which
    has an error of its own, falls on the right side of a half: certain unless it is within that error of one (73 of
    2 million random ratios came out different). Those are rounded by Python itself.
    """
    result = np.empty_like(values)
    for start in range(0, len(values), BLOCK):
        block = values[start : start + BLOCK]
        scaled = block * SCALE
        nearest = np.rint(scaled)
        result[start : start + BLOCK] = nearest / SCALE
        error = DOUBT + np.abs(scaled) * np.finfo(np.float64).eps
        for i in np.flatnonzero(np.abs(scaled - nearest) >= 0.5 - error):
            result[start + i] = round(float(block[i]), 8)
    return result


def nullable(values: npt.NDArray, defined: npt.NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, mask=None if defined.all() else ~defined)

"""Bands are cut from the stored signature as RedPajama-V2 publishes them."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from golden import edge_golden
from scipy.integrate import quad

from rpdata.bands import BANDS, cut
from rpdata.errors import UserError

GOLDEN = [golden["minhash"] for golden in edge_golden() if "minhash" in golden]


def signature(minhash):
    """The whole signature is the one band of threshold 1.0."""
    whole = minhash["signature_sim1.0"]
    return bytes.fromhex(whole[0]) if whole else None


@pytest.mark.parametrize("threshold", BANDS)
def test_bands_equal_the_reference_byte_for_byte(threshold):
    bands = cut(pa.array([signature(minhash) for minhash in GOLDEN], pa.binary()), threshold)
    expected = [minhash[f"signature_sim{threshold}"] for minhash in GOLDEN]
    assert bands.to_pylist() == [[bytes.fromhex(band) for band in b] if b else None for b in expected]
    assert None in expected
    bands.validate(full=True)


@pytest.mark.parametrize("threshold", BANDS)
def test_bands_equal_the_columns_that_the_reference_wrote(shared, threshold):
    files = sorted((shared / "golden/lsh/output").rglob("*.minhash.parquet"))
    assert len(files) == 3
    for file in files:
        table = pq.read_table(file).combine_chunks()
        whole = [bands[0] if bands else None for bands in table["signature_sim1.0"].to_pylist()]
        bands = cut(pa.array(whole, pa.binary()), threshold)
        assert bands.equals(table[f"signature_sim{threshold}"].chunk(0))


@pytest.mark.parametrize("threshold", BANDS)
def test_a_slice_has_the_bands_of_its_rows(threshold):
    signatures = pa.array([os.urandom(512), None, os.urandom(512), os.urandom(512), None], pa.binary())
    for start in range(6):
        for length in range(6 - start):
            part = cut(signatures.slice(start, length), threshold)
            part.validate(full=True)
            assert part.to_pylist() == cut(signatures, threshold).to_pylist()[start : start + length]


def test_an_unknown_threshold_names_those_that_exist():
    with pytest.raises(UserError, match=r"0\.7, 0\.8, 0\.9, 1\.0"):
        cut(pa.array([], pa.binary()), 0.75)


@pytest.mark.parametrize(("threshold", "bands"), BANDS.items())
def test_the_number_of_bands_minimises_false_positives_and_negatives(threshold, bands):
    def area(b, r):
        missed, _ = quad(lambda s: 1 - (1 - (1 - s**r) ** b), threshold, 1)
        found, _ = quad(lambda s: 1 - (1 - s**r) ** b, 0, threshold)
        return 0.5 * found + 0.5 * missed

    candidates = [(b, r) for b in range(1, 129) for r in range(1, 128 // b + 1)]
    assert min(candidates, key=lambda c: area(*c)) == bands


def test_a_hundred_thousand_signatures_are_cut_without_a_loop_over_them():
    signatures = pa.Array.from_buffers(
        pa.binary(), 100_000,
        [None, pa.py_buffer(np.arange(100_001, dtype=np.int32) * 512), pa.py_buffer(os.urandom(100_000 * 512))],
    )
    assert len(cut(signatures, 0.8).flatten()) == 900_000

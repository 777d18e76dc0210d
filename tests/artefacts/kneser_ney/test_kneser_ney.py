"""Models estimated here are those of KenLM's lmplz."""

import gzip
from pathlib import Path

import pytest
from arpa_file import read_arpa

from rpdata.artefacts.kneser_ney import estimate


@pytest.mark.parametrize("order", [3, 5])
def test_the_model_of_lmplz_comes_out(order: int, shared: Path, tmp_path: Path) -> None:
    """The n-grams in its order, and every number to the last digit but one of those that it prints."""
    golden = tmp_path / "golden.arpa"
    golden.write_bytes(gzip.decompress((shared / f"golden/lm/order{order}.arpa.gz").read_bytes()))
    estimate(shared / "golden/lm/text.txt", tmp_path / "ours.arpa", order=order)

    for expected, ours in zip(read_arpa(golden), read_arpa(tmp_path / "ours.arpa"), strict=True):
        assert list(ours) == list(expected)
        for gram, numbers in expected.items():
            assert ours[gram] == pytest.approx(numbers, abs=1e-6), gram

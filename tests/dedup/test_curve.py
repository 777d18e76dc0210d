"""The S-curve says how likely two documents are to share a band; signatures agree with it."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.reference import minima

from rpdata.bands import BANDS
from rpdata.cli import app
from rpdata.dedup.curve import SIMILARITIES, curve, probability, signatures
from rpdata.dedup.curve_plot import plot
from rpdata.errors import CannotFinish, UserError
from rpdata.terminal_curve import print_curve
from rpdata.text.permute import STEP

DEVIATIONS = 4.5        # of 15 points for four thresholds, one in 2,000 runs would be further out by chance


@pytest.fixture(scope="module", params=sorted(BANDS))
def shown(request):
    return curve(request.param)


def test_what_signatures_find_is_what_the_curve_predicts(shown):
    assert [point.similarity for point in shown.points] == list(SIMILARITIES)
    for point in shown.points:
        chance = point.predicted * (1 - point.predicted)
        assert abs(point.measured - point.predicted) <= DEVIATIONS * np.sqrt(chance / shown.pairs) + 1 / shown.pairs
    assert shown.points[-1].measured == 1


def test_the_curve_rises_and_is_at_a_half_where_it_says_so(shown):
    assert probability(shown.half, shown.threshold) == pytest.approx(0.5)
    assert np.all(np.diff(probability(np.linspace(0, 1, 101), shown.threshold)) >= 0)


@given(st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=30))
def test_signatures_of_sets_are_those_of_the_definition(hashes):
    row = np.array([[*hashes, *[0] * STEP]], np.uint32)
    assert np.array_equal(signatures(row)[0], minima(list(hashes)))


def test_the_same_seed_gives_the_same_curve():
    assert curve(0.8, pairs=200) == curve(0.8, pairs=200) != curve(0.8, pairs=200, seed=1)


def test_a_threshold_without_bands_is_refused_with_those_that_have_some():
    with pytest.raises(UserError, match=r"no bands for a similarity of 0\.85; there are 0\.7, 0\.8, 0\.9, 1\.0"):
        curve(0.85)


def test_the_table_says_what_is_found_at_the_threshold(capsys):
    print_curve(curve(1.0), as_json=False)
    printed = capsys.readouterr().out
    assert "1 band of 128 values" in printed
    assert "100% at 1.0" in printed
    assert len([line for line in printed.splitlines() if line.startswith(("0.", "1.00"))]) == len(SIMILARITIES)


def test_a_picture_is_drawn_into_the_kind_of_file_that_its_name_says(shown, tmp_path):
    pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")
    plot(shown, tmp_path / "curve.png")
    plot(shown, tmp_path / "curve.svg")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (tmp_path / "curve.svg").read_bytes()


@pytest.mark.parametrize("name", ["curve.docx", "curve"])
def test_a_picture_of_an_unknown_kind_is_refused_with_the_known_ones(name, shown, tmp_path):
    pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")
    with pytest.raises(UserError, match=r"has to end in one of .*\.png"):
        plot(shown, tmp_path / name)


def test_a_picture_that_cannot_be_written_names_the_file_and_the_cause(shown, tmp_path):
    pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")
    with pytest.raises(CannotFinish, match=r"absent/curve\.png: No such file"):
        plot(shown, tmp_path / "absent" / "curve.png")


def test_without_matplotlib_the_error_says_how_to_get_it(shown, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    with pytest.raises(UserError, match="pip install matplotlib"):
        plot(shown, tmp_path / "curve.png")


def test_the_table_is_printed_also_where_the_picture_cannot_be_drawn(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    with pytest.raises(UserError, match="pip install matplotlib"):
        app(["dedup", "curve", "0.8", "--plot", str(tmp_path / "curve.png")], standalone_mode=False)
    assert "9 bands of 13 values" in capsys.readouterr().out

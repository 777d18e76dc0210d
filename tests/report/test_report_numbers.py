"""What the report's pictures are made of, against slow definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from rpdata.decide.compare import by_pattern
from rpdata.report.bins import bins_for
from rpdata.report.correlation import spearman
from rpdata.report.evidence import Span, evidence

FLOATS = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(st.tuples(*[st.one_of(st.integers(0, 4).map(float), st.just(np.nan))] * 3), min_size=2, max_size=40))
def test_correlation_is_spearmans_over_the_rows_that_both_know(rows):
    values = np.array(rows)
    found = spearman(values)
    for first in range(3):
        for second in range(3):
            known = ~np.isnan(values[:, [first, second]]).any(axis=1)
            one, other = values[known, first], values[known, second]
            if len(set(one)) < 2 or len(set(other)) < 2:
                assert np.isnan(found[first, second])
            else:
                assert found[first, second] == pytest.approx(spearmanr(one, other).statistic)


@given(st.lists(FLOATS, max_size=200), st.lists(FLOATS, max_size=3), st.lists(FLOATS, max_size=50))
def test_every_value_is_in_one_bin_and_places_ascend(sample, bounds, others):
    bins = bins_for(np.array(sample, float), bounds)
    assert all(low < high for low, high in zip(bins.edges, bins.edges[1:], strict=False))
    assert bins.count(np.array([*sample, *others], float)).sum() == len(sample) + len(others)
    places = [bins.place(value) for value in sorted([*sample, *others])]
    assert places == sorted(places)


def test_bins_of_long_tails_are_of_logarithms_and_of_few_whole_numbers_one_each():
    tail = np.concatenate([np.zeros(50), np.geomspace(1, 1e5, 500)])
    assert bins_for(tail, [50, 100_000]).is_log
    assert bins_for(np.array([0.0, 1, 1, 2]), [1.0]).edges == (-0.5, 0.5, 1.5, 2.5)
    assert bins_for(np.array([0.1, 0.2, 0.3]), [0.35]).edges[-1] == 0.35     # a bound that is near is drawn in


def test_patterns_count_documents_by_who_keeps_them():
    left = np.array([[10, 9], [20, 8], [30, 7]])
    assert by_pattern(np.array([3, 1, 0]), np.array([10, 20, 30]), left).tolist() == [
        [1, 30, 30, 7], [1, 20, 20, 8], [0, 0, 0, 0], [1, 10, 10, 9]
    ]


LINES = ["Menu of the day", "", "• one", "the menu of THE day, again...", "{ } #tag", "123 456", "short"]


@pytest.mark.parametrize(("column", "marked"), [
    ("rps_doc_frac_chars_dupe_5grams", []),
    ("rps_doc_frac_chars_top_4gram", [(0, "Menu of the day"), (3, "menu of THE day,")]),
    ("rps_doc_curly_bracket", [(4, "{"), (4, "}")]),
    ("rps_doc_frac_lines_end_with_ellipsis", [(3, LINES[3])]),
    ("rps_doc_symbol_to_word_ratio", [(3, "..."), (4, "#")]),
    ("rps_lines_start_with_bulletpoint", [(2, "• one")]),
    ("rps_doc_word_count", []),
])
def test_evidence_is_where_the_text_shows_it(column, marked):
    of_lines = {"rps_lines_start_with_bulletpoint": [0, 0, 1, 0, 0, 0, 0]}
    found = evidence([column], LINES, of_lines)
    assert [(span.line, LINES[span.line][span.start:span.end]) for span in found] == marked


def test_of_repeated_lines_every_copy_is_marked():
    assert evidence(["rpdata_doc_frac_duplicate_lines"], ["a", "b", "a", ""], {}) == [Span(0, 0, 1), Span(2, 0, 1)]

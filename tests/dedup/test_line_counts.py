"""Lines are counted alike however their documents are cut into units, runs and ranges."""

from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rpdata.dedup.line_counts import Repeated, Runs, bounds, repeated, run_folder
from rpdata.engine.arrays import write_arrays

TOP = 1 << 63
KEYS = st.sampled_from([0, 1, 2, TOP - 1, TOP, TOP + 1, (1 << 64) - 1])
UNITS = st.lists(st.lists(st.lists(KEYS, max_size=5), max_size=5), min_size=1, max_size=4)      # documents' lines


@settings(max_examples=40)      # each writes some ten files, and syncs them
@given(UNITS, st.integers(1, 4), st.integers(1, 6), st.integers(1, 8))
def test_each_line_has_the_number_of_documents_that_have_it_if_those_are_more_than_so_many(
    tmp_path_factory, units, more_than, most, records
):
    folder = tmp_path_factory.mktemp("lines")
    runs = []
    for number, documents in enumerate(units):
        unit = Runs(folder / f"unit-{number}", most)
        for lines in documents:
            unit.add(np.array(lines, np.uint64), np.array([0, len(lines)]))
        unit.close_run()
        runs += [(number, run_folder(folder / f"unit-{number}", run)) for run in range(len(unit.records))]
    parts = []
    different = 0
    for number, (low, high) in enumerate(pairwise(bounds(8, records))):
        keys, counts, starts, found = repeated(runs, len(units), low, high, more_than)
        parts.append(folder / f"part-{number}")
        write_arrays(parts[-1], {"keys": keys, "counts": counts, "starts": starts})
        different += found

    documents_with = Counter(key for documents in units for lines in documents for key in set(lines) - {0})
    expected = {key: count for key, count in documents_with.items() if count > more_than}
    assert different == len(expected)
    for number, documents in enumerate(units):
        for held in (0, 100):
            known = Repeated(parts, number, held)
            for lines in documents:
                copies = known.copies_of(np.array(lines, np.uint64))
                assert copies.tolist() == [expected.get(key, 0) for key in lines]


def test_ranges_follow_each_other_and_leave_no_key_out():
    for records in (0, 1, 8, 9, 1000):
        cuts = bounds(records, 8)
        assert (cuts[0], cuts[-1]) == (0, 1 << 64)
        assert len({high - low for low, high in pairwise(cuts)}) == 1
        assert (len(cuts) - 1) * 8 >= records

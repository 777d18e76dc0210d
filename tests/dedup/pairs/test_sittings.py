"""Elections come out the same however little evidence fits the memory."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rpdata.dedup.pairs.election import elect
from rpdata.dedup.pairs.evidence import Evidence
from rpdata.dedup.pairs.sittings import Court

GROUPS = st.lists(st.lists(st.integers(0, 29), unique=True, max_size=30), max_size=5)
SIGNATURES = st.lists(st.integers(0, 3), min_size=30, max_size=30)
DOCUMENT = 512


class Archive:
    """Documents 100, 101, ..., and how much of them was held at once."""

    def __init__(self, values: list[int]) -> None:
        self.values = np.array(values, np.uint32)
        self.largest = 0

    def gather(self, numbers: np.ndarray) -> Evidence:
        assert (np.diff(numbers) > 0).all()
        self.largest = max(self.largest, len(numbers))
        return Evidence.of_signatures(np.repeat(self.values[numbers - 100, np.newaxis], 128, axis=1))

    def sizes(self, numbers: np.ndarray) -> np.ndarray:
        return np.full(len(numbers), DOCUMENT)


@given(GROUPS, SIGNATURES, st.integers(1, 40))
def test_a_sitting_of_a_few_documents_elects_as_one_of_all(groups, values, most):
    offsets = np.cumsum([0, *map(len, groups)])
    members = np.array([member for group in groups for member in group], np.int64)
    archive = Archive(values)
    court = Court(0.8, "signature", archive.gather, archive.sizes, most * DOCUMENT)
    found = court.elect(offsets, members + 100)
    expected = elect(offsets, members, Archive(values).gather(np.arange(100, 130)), 0.8, "signature")
    for name in ("leaders", "followers", "leading"):
        assert getattr(found, name).tolist() == (getattr(expected, name) + 100).tolist()
    assert found.jaccard.tolist() == expected.jaccard.tolist()
    for name in ("unresolved", "compared", "measured"):
        assert getattr(found, name) == getattr(expected, name)
    assert archive.largest <= most + 16


def test_without_verification_no_evidence_is_asked_for():
    found = Court(0.8, "none", None, None).elect(np.array([0, 2]), np.array([9, 7]))
    assert (found.leaders.tolist(), found.followers.tolist(), found.leading.tolist()) == ([9], [7], [9])


def test_no_groups_are_no_elections():
    archive = Archive([])
    found = Court(0.8, "jaccard", archive.gather, archive.sizes).elect(np.zeros(1, np.int64), np.empty(0, np.int64))
    assert (found.compared, len(found.leading), archive.largest) == (0, 0, 0)

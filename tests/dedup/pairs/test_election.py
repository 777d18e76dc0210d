"""The election: leaders, followers, and who is left over."""

from itertools import pairwise

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from rpdata.dedup.pairs.election import Elected, elect, fewest_equal
from rpdata.dedup.pairs.evidence import Evidence
from rpdata.dedup.settings import LEADERS, SLACK
from rpdata.dedup.sketch import jaccard

VALUES = 128


def evidence_of(sets: list[set[int]], signatures: list[list[int]] | None = None) -> Evidence:
    """Signatures, if none are given, in which all pairs are alike: the sets alone decide."""
    offsets = np.cumsum([0, *map(len, sets)], dtype=np.int64)
    hashes = np.array([value for members in sets for value in sorted(members)], np.uint64)
    rows = np.zeros((len(sets), VALUES)) if signatures is None else np.array(signatures)
    return Evidence(rows.astype(np.uint32).reshape(-1, VALUES), offsets, hashes)


def similarity(one: set[int], other: set[int]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def pairs(result: Elected) -> list[tuple[int, int, float]]:
    columns = result.leaders.tolist(), result.followers.tolist(), result.jaccard.tolist()
    return list(zip(*columns, strict=True))


def rounds(group: list[int], alike) -> tuple[list[tuple[int, int]], list[int]]:
    """The first of who is left leads a round; all that match it leave with it. What is left after 16 is unresolved."""
    left, edges = list(group), []
    for _ in range(16):
        if not left:
            break
        leader, *others = left
        edges += [(leader, other) for other in others if alike(leader, other)]
        left = [other for other in others if not alike(leader, other)]
    return edges, left


SMALL_SETS = st.lists(st.sets(st.integers(0, 9), max_size=10), max_size=40)
THRESHOLDS = st.sampled_from([0.5, 0.7, 0.8, 0.9, 1.0])


@given(SMALL_SETS, THRESHOLDS, st.lists(st.integers(0, 40), max_size=3), st.randoms(use_true_random=False))
def test_the_election_is_that_of_rounds(sets, threshold, cuts, random):
    order = list(range(len(sets)))
    random.shuffle(order)
    offsets = sorted([0, len(sets), *(min(cut, len(sets)) for cut in cuts)])
    result = elect(np.array(offsets), np.array(order, np.int64), evidence_of(sets), threshold, "jaccard")
    edges, unresolved = [], []
    for start, end in pairwise(offsets):
        of_group = rounds(order[start:end], lambda a, b: similarity(sets[a], sets[b]) >= threshold)
        edges += of_group[0]
        unresolved += of_group[1]
    assert sorted(pairs(result)) == sorted((a, b, similarity(sets[a], sets[b])) for a, b in edges)
    assert result.unresolved == len(unresolved)
    assert set(order) - {*result.followers.tolist(), *result.leading.tolist()} == set(unresolved)


FEW_VALUES = st.lists(st.lists(st.integers(0, 1), min_size=8, max_size=8), max_size=30)


@given(FEW_VALUES, THRESHOLDS)
def test_by_signature_the_fraction_of_equal_values_decides(signatures, threshold):
    """Signatures of 8 values, each 16 times: fractions of 1/8, the threshold 0.5 among them."""
    wide = Evidence.of_signatures(np.repeat(np.array(signatures, np.uint32).reshape(-1, 8), 16, axis=1))
    result = elect(np.array([0, len(wide)]), np.arange(len(wide)), wide, threshold, "signature")

    def estimate(a, b):
        return sum(x == y for x, y in zip(signatures[a], signatures[b], strict=True)) / 8

    edges, unresolved = rounds(list(range(len(wide))), lambda a, b: estimate(a, b) >= threshold)
    assert sorted(pairs(result)) == sorted((a, b, estimate(a, b)) for a, b in edges)
    assert result.unresolved == len(unresolved)


def test_without_verification_all_follow_the_first_of_their_group():
    result = elect(np.array([0, 0, 3, 5]), np.array([4, 2, 9, 7, 8]), Evidence.empty(), 0.8, "none")
    assert [part.tolist() for part in (result.leaders, result.followers)] == [[4, 4, 7], [2, 9, 8]]
    assert result.leading.tolist() == [4, 7]
    assert np.isnan(result.jaccard).all()
    assert (result.compared, result.measured, result.unresolved) == (0, 0, 0)


def test_the_seventeenth_that_matches_no_one_leads_no_one():
    """Pairs of equal sets: the first of the 17th pair finds 16 leaders, and the second does not find the first."""
    sets = [{number} for number in range(17)] * 2
    result = elect(np.array([0, 34]), np.arange(34), evidence_of(sets), 0.8, "jaccard")
    assert pairs(result) == [(number, 17 + number, 1.0) for number in range(16)]
    assert result.leading.tolist() == list(range(16))
    assert result.unresolved == 2
    assert result.compared == sum(range(16)) + LEADERS + sum(range(1, 17)) + LEADERS


def test_an_estimate_below_the_slack_rules_out_equal_sets():
    sets = [set(range(20)), set(range(20))]
    fewest = fewest_equal(0.8 - SLACK)
    assert fewest == 84                                         # 0.65 * 128 = 83.2
    for equal, follows in ((fewest, True), (fewest - 1, False)):
        signatures = [[0] * VALUES, [0] * equal + [1] * (VALUES - equal)]
        result = elect(np.array([0, 2]), np.arange(2), evidence_of(sets, signatures), 0.8, "jaccard")
        assert pairs(result) == [(0, 1, 1.0)] * follows
        assert (result.compared, result.measured) == (1, int(follows))


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.7, 0.8, 0.9, 1.0])
def test_a_similarity_of_just_the_threshold_is_enough(threshold):
    """0.7 is no sum of powers of two, 7/10 is rounded just like it; one hash less is too few."""
    of_ten = round(threshold * 10)
    sets = [set(range(10)), set(range(of_ten)), set(range(of_ten - 1))]
    offsets = np.array([0, 2, 4])
    result = elect(offsets, np.array([0, 1, 0, 2]), evidence_of(sets), threshold, "jaccard")
    assert pairs(result) == [(0, 1, threshold)]


def test_estimates_are_those_of_datasketch():
    sketches = []
    for first in range(0, 60, 3):
        sketch = MinHash(num_perm=VALUES, seed=42, scheme="legacy")
        sketch.update_batch([f"shingle {number}".encode() for number in range(first, first + 60)])
        sketches.append(sketch)
    evidence = Evidence.of_signatures(np.array([sketch.hashvalues for sketch in sketches], np.uint32))
    members = np.array([(0, other) for other in range(1, len(sketches))]).ravel()
    result = elect(np.arange(0, len(members) + 1, 2), members, evidence, 1 / 128, "signature")
    expected = [(0, other, sketches[0].jaccard(sketches[other])) for other in range(1, len(sketches))]
    assert pairs(result) == [pair for pair in expected if pair[2] > 0]
    assert len(result.leaders) > 15
    as_stored = [np.array(sketch.hashvalues, ">u4").tobytes() for sketch in sketches]
    assert result.jaccard[0] == jaccard(as_stored[0], as_stored[1])


def test_no_groups_and_groups_of_one_elect_without_comparing():
    nothing = elect(np.zeros(1, np.int64), np.empty(0, np.int64), Evidence.empty(), 0.8, "jaccard")
    assert (len(nothing.leading), nothing.compared, nothing.unresolved) == (0, 0, 0)
    alone = elect(np.array([0, 1, 2]), np.array([1, 0]), evidence_of([{1}, {1}]), 0.8, "jaccard")
    assert (pairs(alone), alone.leading.tolist()) == ([], [1, 0])
    assert alone.compared == 0

"""Of a cluster is kept whatever does not match a kept document, the preferred ones first."""

from itertools import pairwise

import numpy as np
import pytest
from build_dataset import Builder
from dedup.cluster_cases import Here, edge_folders
from hypothesis import given, settings
from hypothesis import strategies as st

from rpdata.dataset import Dataset
from rpdata.dedup.clusters.components import components
from rpdata.dedup.clusters.preference import Preference, PreferenceTask, make_preference
from rpdata.dedup.clusters.survivors import fates_of, find_survivors, survivors_tasks
from rpdata.dedup.index.order import Numbering
from rpdata.dedup.index.segments import Place, Segment
from rpdata.dedup.job import Job
from rpdata.dedup.pairs.evidence import Evidence
from rpdata.dedup.pairs.sittings import Court
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.arrays import Arrays

ROUNDS = 16


def court_among(sets, threshold, verify="jaccard", most=1 << 30):
    """A court of documents that are known by sets of small numbers; their signatures exclude no pair."""
    held = []

    def gather(numbers):
        ends = np.concatenate([[0], np.cumsum([len(sets[number]) for number in numbers])])
        hashes = np.concatenate([np.empty(0), *(sorted(sets[number]) for number in numbers)]).astype(np.uint64)
        held.append(len(numbers))
        return Evidence(np.zeros((len(numbers), 128), np.uint32), ends.astype(np.int64), hashes)

    def sizes(numbers):
        return np.array([8 * len(sets[number]) for number in numbers], np.int64)

    return Court(threshold, verify, gather, sizes, most), held


def similarity(one, other):
    return len(one & other) / len(one | other)


def by_rounds(clusters, sets, threshold, ranks):
    """number -> (kept, similarity with the kept one); as it is told: a leader, all others against it, the next."""
    fates, unresolved = {}, 0
    for cluster in clusters:
        left = sorted(cluster, key=lambda number: (np.isnan(ranks[number]), ranks[number], number))
        for _ in range(ROUNDS):
            if not left:
                break
            leader, *others = left
            fates[leader] = True, None
            left = []
            for number in others:
                found = similarity(sets[leader], sets[number])
                if found >= threshold:
                    fates[number] = False, found
                else:
                    left.append(number)
        unresolved += len(left)
        fates |= dict.fromkeys(left, (True, None))
    return fates, unresolved


def decided(clusters, ranks, court):
    """The same, by the product."""
    members = {number: cluster[0] for cluster in clusters for number in cluster}
    number = np.array(sorted(members), np.int64)
    first = np.array([members[each] for each in sorted(members)], np.int64)
    found = fates_of(first, number, np.array([ranks[each] for each in number.tolist()], np.float64), court)
    sizes = {cluster[0]: len(cluster) for cluster in clusters}
    assert found.size.tolist() == [sizes[members[each]] for each in sorted(members)]
    fates = {
        each: (bool(keep), None if np.isnan(jaccard) else float(jaccard))
        for each, keep, jaccard in zip(number.tolist(), found.keep, found.jaccard, strict=True)
    }
    return fates, found.unresolved


SETS = st.sets(st.integers(0, 12), min_size=1, max_size=8)
RANKS = st.one_of(st.just(float("nan")), st.integers(-2, 2).map(float))


@given(
    st.lists(st.lists(st.tuples(SETS, RANKS), min_size=2, max_size=30), max_size=5), st.randoms(),
    st.sampled_from([0.5, 0.7, 0.8]), st.sampled_from([1, 200, 1 << 30]),
)
@settings(max_examples=150)
def test_survivors_are_those_of_the_rounds_however_little_is_held_at_a_time(drawn, random, threshold, most):
    numbers = list(range(0, 3 * sum(map(len, drawn)), 3))
    random.shuffle(numbers)
    clusters, sets, ranks = [], {}, {}
    for cluster in drawn:
        clusters.append(sorted(numbers.pop() for _ in cluster))
        for number, (some, rank) in zip(clusters[-1], cluster, strict=True):
            sets[number], ranks[number] = some, rank
    court, _ = court_among(sets, threshold, most=most)
    assert decided(clusters, ranks, court) == by_rounds(clusters, sets, threshold, ranks)


def test_a_chain_whose_ends_are_far_apart_keeps_both_ends():
    sets = {number: set(range(number, number + 10)) for number in (0, 1, 2)}
    assert similarity(sets[0], sets[1]) >= 0.8 > similarity(sets[0], sets[2])
    court, _ = court_among(sets, 0.8)
    assert decided([[0, 1, 2]], [0, 0, 0], court)[0] == {0: (True, None), 1: (False, 9 / 11), 2: (True, None)}
    # The one in the middle is like both of them: where it is preferred, both go.
    assert decided([[0, 1, 2]], [0, -1, 0], court)[0] == {0: (False, 9 / 11), 1: (True, None), 2: (False, 9 / 11)}


def test_beyond_16_leaders_a_document_is_kept_and_counted():
    sets = {number: {number // 2} for number in range(40)}
    fates, unresolved = decided([list(range(40))], np.zeros(40), court_among(sets, 0.8)[0])
    assert [number for number, (keep, _) in fates.items() if not keep] == list(range(1, 32, 2))
    assert unresolved == 8


def test_without_verification_only_the_preferred_document_is_kept():
    court, held = court_among({}, 0.8, "none")
    fates, unresolved = decided([[0, 7, 9], [3, 4]], {0: 5, 7: 1, 9: 1, 3: np.nan, 4: 9}, court)
    assert [number for number, fate in fates.items() if fate == (True, None)] == [4, 7]
    assert (unresolved, held) == (0, [])


@pytest.mark.parametrize("most", [1000, 3000])
def test_a_cluster_larger_than_memory_is_compared_piece_by_piece(most):
    sets = {number: {number % 5, 100 + number % 5} for number in range(500)}
    court, held = court_among(sets, 0.8, most=most)
    fates, _ = decided([list(range(500))], np.zeros(500), court)
    assert [number for number, (keep, _) in fates.items() if keep] == [0, 1, 2, 3, 4]
    assert max(held) <= most // 16 + 5


def test_the_task_of_a_part_follows_the_keep_rule_across_segments_and_tells_what_it_found(tmp_path):
    builder = Builder(tmp_path / "out")
    rows = {"2023-06/0000/en_head": 30, "2023-06/0001/en_head": 40, "2023-14/0000/en_tail": 50}
    builder.with_partitions(rows)
    segments = [
        Segment(tmp_path, builder.root, (Place(partition, count, "", "", ""),)) for partition, count in rows.items()
    ]
    job = Job.begin(tmp_path / "work", DedupSettings(verify="none", keep="longest"), Numbering(segments), frozenset())
    for segment in segments:
        preference = Preference.of("longest", Dataset.open(builder.root))
        make_preference(PreferenceTask(segment, preference, job.stage("preference") / segment.name))
    clusters = [[3, 35, 100], [4, 5], [29, 30, 69, 70, 119]]
    leaders, followers = np.array([edge for cluster in clusters for edge in pairwise(cluster)]).T
    found = components(edge_folders(tmp_path, leaders, followers), 120, 1 << 30, Here(), tmp_path / "clusters")
    for task in 2 * survivors_tasks(job, 0.8, found):       # the second time it is there
        find_survivors(task)
    (folder,) = job.stage("survivors", 0.8).iterdir()
    arrays = Arrays(folder)
    assert arrays.facts == {"unresolved": 0}
    members = sorted(number for cluster in clusters for number in cluster)
    cluster_of = {number: cluster for cluster in clusters for number in cluster}
    assert arrays["number"].tolist() == members
    assert arrays["first"].tolist() == [cluster_of[number][0] for number in members]
    assert arrays["size"].tolist() == [len(cluster_of[number]) for number in members]
    assert np.isnan(arrays["jaccard"]).all()
    lengths = [length for partition in rows for length in builder.tables["documents"][partition]["length"].to_pylist()]
    longest = {max(cluster, key=lambda number: (lengths[number], -number)) for cluster in clusters}
    assert {number for number, keep in zip(members, arrays["keep"], strict=True) if keep} == longest
    assert longest != {cluster[0] for cluster in clusters}

"""What is found on a corpus with planted near-duplicates is what is there, as far as documents share bands, and they
share them as often as the curve of the bands promises."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from rpdata.bands import cut
from rpdata.dataset import Dataset
from rpdata.dedup.run import run
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.arrays import Arrays
from rpdata.engine.resources import Resources
from tests.dedup.annotated import annotated, here, stages_here
from tests.dedup.candidates import candidates, share_a_band
from tests.dedup.exact_jaccard import similar_pairs
from tests.dedup.found_here import found_here
from tests.dedup.planted import Counts, plant, plant_pairs

COUNTS = Counts(unrelated=200, edited=1500, templates=6, quotations=40, translations=40, chains=24)
THRESHOLDS = (0.7, 0.8, 0.9)
SHARDS = 3
PROMISE = 0.01      # of what the curve says, how much more or less pairs may share a band
ALONE = 32_000      # pairs to count that on: two standard deviations of what shares a band are less than PROMISE


class Judged:
    """The overlay of one run, by number of document, and the truth to hold it against."""

    def __init__(self, root, corpus, pairs):
        self.corpus, self.pairs = corpus, pairs
        frame = Dataset.open(root).scan(["minhash", "duplicates"]).collect()
        assert frame["raw_content"].to_list() == corpus.texts
        self.frame = frame
        self.signatures = frame["signature"].to_arrow().cast(pa.binary())

    def column(self, name, threshold):
        return self.frame[f"{name}_sim{threshold}"].to_numpy()

    def together(self, threshold, pairs):
        """Of pairs, whether both are in one cluster."""
        cluster = self.column("cluster_id", threshold)
        return cluster[pairs.first] == cluster[pairs.second]


@pytest.fixture(scope="module")
def corpus():
    return plant(COUNTS)


@pytest.fixture(scope="module")
def pairs(corpus):
    return similar_pairs(corpus.texts)


@pytest.fixture(scope="module")
def dataset(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    ends = np.linspace(0, len(corpus.texts), SHARDS + 1).astype(int)
    shards = {f"2023-06/{n:04}/en_head": corpus.texts[ends[n]:ends[n + 1]] for n in range(SHARDS)}
    return annotated(folder / "out", folder / "crawl", shards)


def deduplicated(dataset, verify):
    settings = DedupSettings("none", THRESHOLDS, verify)
    with pytest.MonkeyPatch.context() as patched:       # the tasks are the same; other tests have workers do them
        patched.setattr("rpdata.dedup.run.start", here)
        run(dataset, settings, Resources(1), allow_large_clusters=True)


@pytest.fixture(scope="module")
def judged(dataset, corpus, pairs):
    deduplicated(dataset, "jaccard")
    return Judged(dataset, corpus, pairs)


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_nothing_is_removed_that_is_not_as_similar_to_what_is_kept(judged, threshold):
    kept, cluster = judged.column("keep", threshold), judged.column("cluster_id", threshold)
    exact = dict(zip(*keys_and_jaccard(judged.pairs), strict=True))
    of_cluster = {}
    for number in np.flatnonzero(kept).tolist():
        of_cluster.setdefault(int(cluster[number]), []).append(number)
    told = judged.frame[f"jaccard_to_kept_sim{threshold}"].to_list()
    for number in np.flatnonzero(~kept).tolist():
        similar = [exact.get((min(number, k), max(number, k)), 0.0) for k in of_cluster[int(cluster[number])]]
        assert told[number] in similar
        assert told[number] >= threshold
    assert (~kept).sum() > 200
    assert all(told[number] is None for number in np.flatnonzero(kept).tolist())


@pytest.fixture(scope="module")
def counted():
    return candidates([plant_pairs(ALONE, min(THRESHOLDS), lengths=(40, 100))], THRESHOLDS)


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_similar_pairs_share_a_band_as_often_as_the_curve_promises(counted, threshold):
    of = counted[threshold]
    assert 2 * of.deviation < PROMISE * of.promised
    assert abs(of.sharing - of.promised) <= PROMISE * of.promised


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_similar_pairs_that_share_a_band_are_in_one_cluster(judged, threshold):
    true = judged.pairs.at_least(threshold)
    share = share_a_band(judged.signatures, true, threshold)
    assert judged.together(threshold, true)[share].all()
    assert 500 < share.sum() < len(share)


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_a_pair_of_two_documents_is_found_just_if_it_is_similar_and_shares_a_band(judged, threshold):
    edited = np.array([kind == "edited" for kind in judged.corpus.kinds])
    among = edited[judged.pairs.first] & edited[judged.pairs.second]
    pairs = type(judged.pairs)(*(column[among] for column in judged.pairs))
    share = share_a_band(judged.signatures, pairs, threshold)
    assert np.array_equal(judged.together(threshold, pairs), share & (pairs.jaccard >= threshold))
    assert 0.3 < share[pairs.jaccard >= threshold].mean() < 1


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_what_is_alike_in_a_passage_or_in_meaning_only_stays(judged, threshold):
    kept = judged.column("keep", threshold)
    for kind in ("unrelated", "quotation", "translation"):
        assert all(kept[number] for number, other in enumerate(judged.corpus.kinds) if other == kind)


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_every_verified_pair_is_a_true_one_of_exactly_that_similarity(dataset, pairs, threshold):
    job = found_here(dataset, DedupSettings("none", (threshold,), "jaccard"), stages_here())[1]
    exact = dict(zip(*keys_and_jaccard(pairs), strict=True))
    count = 0
    for folder in job.stage("edges", threshold).glob("*/*"):
        edges = [Arrays(folder)[name].tolist() for name in ("leader", "follower", "jaccard")]
        for leader, follower, jaccard in zip(*edges, strict=True):
            assert exact[min(leader, follower), max(leader, follower)] == jaccard >= threshold
            count += 1
    assert count > 200


def test_unverified_clusters_are_all_that_share_a_band(dataset, corpus):
    deduplicated(dataset, "none")
    frame = Dataset.open(dataset).scan(["minhash", "duplicates"]).collect()
    for threshold in THRESHOLDS:
        bands = cut(frame["signature"].to_arrow().cast(pa.binary()), threshold).to_pylist()
        buckets, edges = {}, []
        for number, own in enumerate(bands):
            for place, band in enumerate(own or []):
                edges.append((buckets.setdefault((place, band), number), number))
        graph = coo_matrix((np.ones(len(edges)), np.array(edges).T), shape=(len(bands), len(bands)))
        _, expected = connected_components(graph, directed=False)
        cluster = frame[f"cluster_id_sim{threshold}"].to_numpy()
        assert len(set(zip(cluster.tolist(), expected.tolist(), strict=True))) == len(set(expected.tolist()))
        assert len(set(cluster.tolist())) == len(set(expected.tolist()))
        assert frame[f"keep_sim{threshold}"].sum() == len(set(expected.tolist()))


def keys_and_jaccard(pairs):
    return zip(pairs.first.tolist(), pairs.second.tolist(), strict=True), pairs.jaccard.tolist()

"""Clusters are the connected components of the pairs, in memory or through files, whatever happens on the way."""

import shutil
import tempfile
import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from dedup.cluster_cases import Here, by_scipy, digest, edge_folders, on_disk
from hypothesis import given, settings
from hypothesis import strategies as st

from rpdata.dedup.clusters import stars
from rpdata.dedup.clusters.components import components, fits
from rpdata.dedup.clusters.pieces import cut, whole_clusters, with_a_number_from
from rpdata.engine.cluster import local_cluster

PLENTY = 1 << 30


def chain(documents):
    """Each document beside the next of a random order: the deepest tree that there is."""
    order = np.random.default_rng(7).permutation(documents)
    return order[:-1], order[1:]


def hub(documents):
    """The last document is everybody's neighbour."""
    return np.full(documents - 1, documents - 1), np.arange(documents - 1)


def random_pairs(documents):
    """About as many pairs as documents: one giant component, and many small ones."""
    return np.random.default_rng(7).integers(0, documents, (2, documents * 6 // 10))


@given(
    st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))),
    st.integers(1, 3),
    st.sampled_from([400, 700, PLENTY, PLENTY]),
)
@settings(max_examples=40)
def test_clusters_are_the_connected_components_by_scipy(graph, folders, memory):
    documents, edges = graph
    leaders, followers = np.array(edges, np.int64).reshape(-1, 2).T
    with tempfile.TemporaryDirectory() as root:
        edges = edge_folders(Path(root), leaders, followers, folders)
        found = components(edges, documents, memory, Here(), Path(root) / "work")
        assert on_disk(found).tolist() == by_scipy(documents, leaders, followers).tolist()


@pytest.mark.parametrize("shape", [chain, hub, random_pairs])
def test_files_of_several_pieces_and_parts_give_the_components_too(tmp_path, shape):
    documents, memory = 6_000, 100_000
    assert not fits(documents, memory)
    leaders, followers = shape(documents)
    found = components(edge_folders(tmp_path, leaders, followers, 3), documents, memory, Here(), tmp_path / "work")
    assert (on_disk(found) == by_scipy(documents, leaders, followers)).all()
    assert [path.name for path in (tmp_path / "work").iterdir()] == [found.name]    # nothing else is left


def test_a_run_that_is_stopped_at_any_task_goes_on_to_the_same_bytes(tmp_path):
    documents, memory = 300, 4_000
    edges = edge_folders(tmp_path, *random_pairs(documents), 2)
    tasks = Here()
    whole = components(edges, documents, memory, tasks, tmp_path / "whole")
    assert tasks.done > 30
    torn, found, stops = tmp_path / "torn", None, 0
    while found is None:
        try:
            found = components(edges, documents, memory, Here(4), torn)
        except KeyboardInterrupt:
            stops += 1
            for part in torn.glob("clusters-*/[0-9]*"):     # as a process leaves them that is killed while it writes
                shutil.copytree(part, part.with_name(f".{part.name}.{stops:032}.tmp"))
    assert stops == (tasks.done - 1) // 4       # no task was done twice
    assert (on_disk(found) == on_disk(whole)).all()
    for stray in found.glob(".*"):
        shutil.rmtree(stray)
    assert digest(found) == digest(whole)
    again = Here(0)
    assert components(edges, documents, PLENTY, again, torn).parent == torn     # also with other memory: it is done
    assert again.done == 0


def test_workers_of_a_cluster_write_the_same_bytes_and_so_does_memory(tmp_path):
    documents, memory = 400, 9_000
    edges = edge_folders(tmp_path, *random_pairs(documents), 2)
    here = components(edges, documents, memory, Here(), tmp_path / "here")
    with local_cluster(2) as cluster:
        there = components(edges, documents, memory, cluster, tmp_path / "there")
        in_memory = components(edges, documents, PLENTY, cluster, tmp_path / "memory")
    assert digest(here) == digest(there)
    assert (on_disk(in_memory) == on_disk(here)).all()


def test_no_task_takes_more_than_it_may_though_one_document_is_everybodys_neighbour(tmp_path):
    documents, memory = 1_000_000, 16 << 20
    assert not fits(documents, memory)
    ranges = stars.Ranges.within(documents, memory)
    tracemalloc.start()
    try:
        edges = edge_folders(tmp_path, *hub(documents))
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        found = stars.find_stars(edges, ranges, Here(), tmp_path / "work")
        assert tracemalloc.get_traced_memory()[1] - before < memory
    finally:
        tracemalloc.stop()
    assert sum(len(larger) for number in range(ranges.count) for larger, _ in found.edges("larger", number)) == (
        documents - 1
    )


def test_an_edge_beyond_the_documents_is_refused(tmp_path):
    for memory in (64, PLENTY):
        with pytest.raises(ValueError, match="an edge leads beyond the 100 documents"):
            components(edge_folders(tmp_path, [3], [100]), 100, memory, Here(), tmp_path / str(memory))


@given(st.lists(st.integers(1, 9)), st.integers(1, 12))
def test_slices_are_of_whole_clusters_and_as_large_as_they_may_be(sizes, most):
    first = np.repeat(np.arange(len(sizes)) * 3, sizes)
    found = list(whole_clusters(first, most))
    assert [each.start for each in found[1:]] == [each.stop for each in found[:-1]]
    assert np.concatenate([first[:0], *[first[each] for each in found]]).tolist() == first.tolist()
    pieces = [sizes[each] for each in cut(np.cumsum(sizes), most)]
    assert [sum(piece) for piece in pieces] == [each.stop - each.start for each in found]
    for piece, following in pairwise(pieces):
        assert len(piece) == 1 or sum(piece) <= most
        assert sum(piece) + following[0] > most


@given(st.lists(st.lists(st.integers(0, 40), min_size=2, unique=True), max_size=8), st.integers(0, 41))
def test_clusters_with_a_number_from_there_on_are_chosen_whole(clusters, known):
    named = sorted({min(each): sorted(each) for each in clusters}.items())
    first = np.array([name for name, members in named for _ in members], np.int64)
    member = np.array([number for _, members in named for number in members], np.int64)
    expected = [(name, number) for name, members in named if members[-1] >= known for number in members]
    assert list(zip(*(each.tolist() for each in with_a_number_from(known, first, member)), strict=True)) == expected

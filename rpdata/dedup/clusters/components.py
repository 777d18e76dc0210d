"""The clusters of all pairs of duplicates: in memory while the documents fit, through files beyond."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rpdata.dedup.clusters import union_find
from rpdata.dedup.clusters.pieces import PART, edges_of, finish_clusters, is_whole, whole_clusters, write_clusters
from rpdata.dedup.clusters.stars import Gather, Ranges, find_stars, gather
from rpdata.engine.cluster import Cluster


def components(
    edge_folders: Sequence[Path], documents: int, memory: int, cluster: Cluster, work: Path
) -> Path:
    """Find the connected components of documents 0 .. documents - 1; the same for any memory, workers, order of edges.

    edge_folders: of arrays `leader` and `follower` (int64). memory: bytes that the arrays of one task may take.
    work: a folder for this alone. What a killed run has done is not done again; all of it is not done again either.

    Returns the folder of the clusters of two or more documents, see `pieces`.
    """
    finished = [folder for folder in work.glob("clusters-*") if is_whole(folder)]
    if finished:
        return finished[0]
    if fits(documents, memory):
        folder = work / "clusters-0"
        for _ in cluster.run(join, [("clusters", Join(tuple(edge_folders), documents, folder))]):
            pass
    else:
        ranges = Ranges.within(documents, memory)
        folder = work / f"clusters-{ranges.count}"
        stars = find_stars(edge_folders, ranges, cluster, work / f"stars-{ranges.count}")
        tasks = (Gather(stars, number, folder) for number in range(ranges.count))
        for _ in cluster.run(gather, ((f"clusters, part {task.number}", task) for task in tasks)):
            pass
    finish_clusters(folder)
    for old in work.glob("stars-*"):
        shutil.rmtree(old)
    return folder


def fits(documents: int, memory: int) -> bool:
    """Whether the components of so many documents are found in memory."""
    return documents <= min(union_find.MOST_DOCUMENTS, memory // union_find.BYTES_PER_DOCUMENT)


@dataclass(frozen=True)
class Join:
    """All edges, in one task."""

    edge_folders: tuple[Path, ...]
    documents: int
    folder: Path

    def clusters(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(first, member), sorted, some at a time."""
        trees = union_find.UnionFind(self.documents)
        for leaders, followers in edges_of(self.edge_folders):
            trees.join(leaders, followers)
        first, member = trees.clusters()
        for some in whole_clusters(first, PART):
            yield first[some], member[some]


def join(task: Join) -> None:
    """Write the clusters."""
    write_clusters(task.folder, 0, task.clusters())

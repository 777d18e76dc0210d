"""The clusters of all pairs of duplicates: in memory while the documents fit, through files beyond."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rpdata.dedup.clusters.pieces import edges_of, finish_clusters, has_range, is_whole, part_size, write_clusters
from rpdata.dedup.clusters.stars import Gather, Ranges, find_stars, gather
from rpdata.dedup.clusters.union_find import BYTES_PER_DOCUMENT, MOST_DOCUMENTS, UnionFind
from rpdata.engine.cluster import Cluster


def components(edge_folders: Sequence[Path], documents: int, memory: int, cluster: Cluster, work: Path) -> Path:
    """Find the connected components of documents 0 .. documents - 1; the same for any memory, workers, order of edges.

    edge_folders: of arrays `leader` and `follower` (int64). memory: bytes that the arrays of one task may take.
    work: a folder for this alone. What a killed run has done is not done again; all of it is not done again either.

    Returns the folder of the clusters of two or more documents, see `pieces`.
    """
    finished = [folder for folder in work.glob("clusters-*") if is_whole(folder)]
    folder = finished[0] if finished else find_clusters(edge_folders, documents, memory, cluster, work)
    for steps in work.glob("stars-*"):
        shutil.rmtree(steps, ignore_errors=True)        # where a worker of a killed run still writes, they stay
    return folder


def find_clusters(edge_folders: Sequence[Path], documents: int, memory: int, cluster: Cluster, work: Path) -> Path:
    """As `components`, if it is not done yet."""
    if fits(documents, memory):
        folder = work / "clusters-0"
        for _ in cluster.run(join, [("clusters", Join(tuple(edge_folders), documents, folder))]):
            pass
    else:
        ranges = Ranges.within(documents, memory)
        folder = work / f"clusters-{ranges.count}"      # its parts are others than those of other ranges
        stars = find_stars(edge_folders, ranges, cluster, work / f"stars-{ranges.count}")
        tasks = [Gather(stars, number, folder) for number in range(ranges.count) if not has_range(folder, number)]
        for _ in cluster.run(gather, ((f"clusters, part {task.number}", task) for task in tasks)):
            pass
    finish_clusters(folder)
    return folder


def fits(documents: int, memory: int) -> bool:
    """Whether the components of so many documents are found in memory."""
    return documents <= min(MOST_DOCUMENTS, memory // BYTES_PER_DOCUMENT)


@dataclass(frozen=True)
class Join:
    """All edges, in one task."""

    edge_folders: tuple[Path, ...]
    documents: int
    folder: Path


def join(task: Join) -> None:
    """Write the clusters."""
    trees = UnionFind(task.documents)
    for leaders, followers in edges_of(task.edge_folders):
        trees.join(leaders, followers)
    write_clusters(task.folder, 0, [trees.clusters()], part_size(task.documents))

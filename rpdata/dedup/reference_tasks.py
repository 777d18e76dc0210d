"""The tasks of a reference run, each of which can be done again: edges and copies by key, clusters, files by place."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from rpdata.bands import BANDS
from rpdata.dedup.index.band_keys import PREFIXES
from rpdata.dedup.index.order import Numbering, Range
from rpdata.dedup.reference_files import write_clusters, write_duplicates
from rpdata.dedup.reference_groups import components, later_copies, stars
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.engine.commit import Commit
from rpdata.text.arrays import Hashes, Ints

FOLDER = "reference"            # of the dataset
LEFT_OUT = "_tail"              # partitions that RedPajama-V2 does not deduplicate

KEYS_AT_ONCE = 4 << 20          # of a task: 60 bytes for each


@dataclass(frozen=True)
class Run:
    """What travels to every task. root: of the dataset. work: where stages leave what the next ones read."""

    root: Path
    work: Path
    order: Numbering

    @property
    def ranges(self) -> list[Range]:
        """The partitions that are deduplicated, in the order of their documents."""
        return [each for each in self.order.ranges if is_wanted(each)]

    def keys(self, part: str, low: int, high: int) -> Iterator[tuple[Hashes, Ints]]:
        """Of each segment the keys of some groups of one of its folders, and the numbers of those who have them."""
        starts = np.array([each.first_number for each in self.order.ranges])
        wanted = np.array([is_wanted(each) for each in self.order.ranges])
        for segment in self.order.segments:
            arrays = segment.arrays(part)
            start, end = arrays["offsets"][[low, high]].tolist()
            numbers = self.order.of(segment, np.array(arrays["rows"][start:end]))
            there = wanted[np.searchsorted(starts, numbers, side="right") - 1]
            yield np.array(arrays["keys"][start:end])[there], numbers[there]


def is_wanted(place: Range) -> bool:
    return not place.place.partition.endswith(LEFT_OUT)


def parts_of_keys(order: Numbering) -> list[tuple[int, int]]:
    """Prefixes of keys, from the first to below the second, that are few enough to be looked at together."""
    parts = min(PREFIXES, max(1, -(-order.documents // KEYS_AT_ONCE)))
    bounds = [PREFIXES * part // parts for part in range(parts + 1)]
    return list(pairwise(bounds))


@dataclass(frozen=True)
class EdgesTask:
    """The edges of one band of a threshold, for some prefixes of its keys."""

    threshold: float
    band: int
    prefixes: tuple[int, int]

    @property
    def name(self) -> str:
        return f"edges_sim{self.threshold}/{self.band}-{self.prefixes[0]}"


def edges_tasks(threshold: float, order: Numbering) -> list[EdgesTask]:
    """All of a threshold."""
    bands, _ = BANDS[threshold]
    return [EdgesTask(threshold, band, part) for band in range(bands) for part in parts_of_keys(order)]


def find_edges(task: EdgesTask, run: Run) -> None:
    """Write the edges."""
    if is_written(run.work / task.name):
        return
    group = task.band * PREFIXES
    found = list(run.keys(f"keys-{task.threshold}", group + task.prefixes[0], group + task.prefixes[1]))
    centres, members = stars(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))
    write_arrays(run.work / task.name, {"centres": centres, "members": members})


def find_clusters(threshold: float, run: Run) -> None:
    """Write who is in a cluster of several, ascending, and the smallest `id_int` of that cluster."""
    folder = run.work / f"clusters_sim{threshold}"
    if is_written(folder):
        return
    stored = [Arrays(run.work / task.name) for task in edges_tasks(threshold, run.order)]
    parents = components(run.order.documents, [(each["centres"], each["members"]) for each in stored])
    there = np.flatnonzero(np.bincount(parents, minlength=len(parents))[parents] > 1)
    roots = parents[there]
    ids = ids_of(there, run.order)
    by_cluster = np.argsort(roots, kind="stable")
    first = np.flatnonzero(np.diff(roots[by_cluster], prepend=-1))
    sizes = np.diff(np.append(first, len(there)))
    cluster_ids = np.empty(len(there), np.uint64)
    if len(first):
        cluster_ids[by_cluster] = np.repeat(np.minimum.reduceat(ids[by_cluster], first), sizes)
    facts = {"documents": len(there), "clusters": len(sizes), "largest": int(sizes.max(initial=0))}
    write_arrays(folder, {"numbers": there, "cluster_ids": cluster_ids}, facts)


def ids_of(numbers: Ints, order: Numbering) -> Hashes:
    """The `id_int` of documents, ascending."""
    ids = np.empty(len(numbers), np.uint64)
    for segment, part, rows in order.split(numbers):
        ids[part] = segment.arrays("ids")["ids"][rows]
    return ids


def find_copies(prefixes: tuple[int, int], run: Run) -> None:
    """Write the numbers of the documents whose digest another one has that comes first: ascending."""
    folder = run.work / f"copies/{prefixes[0]}"
    if is_written(folder):
        return
    keys, numbers = (np.concatenate(part) for part in zip(*run.keys("exact-payload", *prefixes), strict=True))
    copies = np.sort(numbers[later_copies(keys, ranks(numbers, run))])
    write_arrays(folder, {"numbers": copies}, {"keys": len(keys)})


def ranks(numbers: Ints, run: Run) -> Ints:
    """What comes before what: the last file first, so that the newest snapshot is; but in a file row after row."""
    starts = np.array([each.first_number for each in run.order.ranges])
    ends = np.array([each.end for each in run.order.ranges])
    place = np.searchsorted(starts, numbers, side="right") - 1
    found: Ints = (run.order.documents - ends)[place] + (numbers - starts[place])
    return found


@dataclass(frozen=True)
class ClustersFile:
    """The clusters of a threshold in one partition."""

    threshold: float
    range: Range

    @property
    def name(self) -> str:
        return f"{FOLDER}/clusters_sim{self.threshold}/{self.range.place.partition}.clusters.parquet"


def write_clusters_file(task: ClustersFile, run: Run) -> tuple[str, int]:
    """Write the file, if it has members; returns its name, and how many."""
    clusters = Arrays(run.work / f"clusters_sim{task.threshold}")
    start, end = np.searchsorted(clusters["numbers"], [task.range.first_number, task.range.end]).tolist()
    if start < end:
        rows = np.array(clusters["numbers"][start:end]) - task.range.first_number
        cluster_ids = np.array(clusters["cluster_ids"][start:end])
        partition = task.range.place.partition
        source = run.root / "minhash" / f"{partition}.parquet"
        with Commit(run.root) as output:
            write_clusters(output.file(task.name), source, partition, rows, cluster_ids)
    return task.name, end - start


def write_duplicates_file(snapshot: str, run: Run) -> tuple[str, int]:
    """Write the copies of one snapshot; returns the file's name, and how many there are."""
    name = f"{FOLDER}/duplicates/duplicates-{snapshot}.parquet"
    places = [each for each in run.ranges if each.place.partition.split("/")[0] == snapshot]
    found = [np.empty(0, np.int64)]
    for low, _ in parts_of_keys(run.order):
        numbers = Arrays(run.work / f"copies/{low}")["numbers"]
        found.append(np.array(numbers[slice(*np.searchsorted(numbers, [places[0].first_number, places[-1].end]))]))
    copies = np.sort(np.concatenate(found))
    sources = []
    for each in reversed(places):
        rows = copies[slice(*np.searchsorted(copies, [each.first_number, each.end]))] - each.first_number
        sources.append((run.root / "documents" / f"{each.place.partition}.parquet", each.place.partition, rows))
    with Commit(run.root) as output:
        write_duplicates(output.file(name), sources)
    return name, len(copies)


def snapshot_of(name: str) -> str:
    """The snapshot that a file of copies is of."""
    return Path(name).stem.removeprefix("duplicates-")

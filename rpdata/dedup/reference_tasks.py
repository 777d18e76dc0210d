"""The tasks of a reference run, each of which can be done again; between them folders of arrays below the job's.

    reference-edges-<t>      prefixes of a band  who shares a band with whom
    reference-clusters-<t>                       what that connects
    reference-ids-<t>        part of clusters    what the clusters are called
    reference-copies         prefixes            whose digest a document before has
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rpdata.dedup.clusters.pieces import parts
from rpdata.dedup.index.order import Numbering, Range
from rpdata.dedup.job import Job
from rpdata.dedup.pairs.buckets import group
from rpdata.dedup.pairs.rows import Rows
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.text.arrays import Hashes, Ints

LEFT_OUT = "_tail"              # what partitions end in that RedPajama-V2 does not deduplicate

EDGES, CLUSTERS, IDS, COPIES = "reference-edges", "reference-clusters", "reference-ids", "reference-copies"


def ranges_of(numbering: Numbering) -> list[Range]:
    """The partitions that are deduplicated, in the joint order."""
    return [each for each in numbering.ranges if not each.place.partition.endswith(LEFT_OUT)]


def snapshot_of(each: Range) -> str:
    """The snapshot of a partition."""
    return each.place.partition.partition("/")[0]


def wanted_keys(rows: Rows, numbering: Numbering) -> Iterator[tuple[Hashes, Ints]]:
    """Keys and numbers of each prefix, but of documents that are left out."""
    starts = np.array([each.first_number for each in numbering.ranges])
    wanted = np.array([not each.place.partition.endswith(LEFT_OUT) for each in numbering.ranges])
    for keys, numbers in rows.by_prefix(numbering):
        there = wanted[np.searchsorted(starts, numbers, side="right") - 1]
        yield keys[there], numbers[there]


@dataclass(frozen=True)
class EdgesTask:
    """Some prefixes of a band of a threshold."""

    job: Job
    threshold: float
    rows: Rows

    @property
    def name(self) -> str:
        return f"{EDGES} {self.rows.part} {self.rows.name}"


def find_edges(task: EdgesTask) -> None:
    """Write `leader` and `follower`: the first document that has a band, and each other one that has it."""
    folder = task.job.stage(EDGES, task.threshold) / task.rows.name
    if is_written(folder):
        return
    leaders, followers = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for keys, numbers in wanted_keys(task.rows, task.job.numbering):
        buckets = group(keys, numbers)
        members = numbers[buckets.members]
        first = np.repeat(members[buckets.offsets[:-1]], np.diff(buckets.offsets))
        leaders.append(first[members != first])
        followers.append(members[members != first])
    write_arrays(folder, {"leader": np.concatenate(leaders), "follower": np.concatenate(followers)})


@dataclass(frozen=True)
class IdsTask:
    """A part of the clusters of a threshold."""

    job: Job
    threshold: float
    part: Path

    @property
    def name(self) -> str:
        return f"{IDS} {self.threshold} {self.part.name}"


def ids_tasks(job: Job, threshold: float, clusters: Path) -> list[IdsTask]:
    """A task for each part of the clusters."""
    return [IdsTask(job, threshold, part) for part, _ in parts(clusters)]


def name_clusters(task: IdsTask) -> None:
    """Write `number` (ascending) and `cluster_id`: the smallest `id_int` of the cluster."""
    folder = task.job.stage(IDS, task.threshold) / task.part.name
    if is_written(folder):
        return
    clusters = Arrays(task.part)
    first, member = np.array(clusters["first"]), np.array(clusters["member"])
    by_number = np.argsort(member)
    ids = np.empty(len(member), np.uint64)
    ids[by_number] = task.job.id_ints(member[by_number])
    starts = np.flatnonzero(np.diff(first, prepend=-1))
    sizes = np.diff(np.append(starts, len(first)))
    cluster_ids = np.repeat(np.minimum.reduceat(ids, starts), sizes) if len(starts) else ids
    facts = {"documents": len(member), "clusters": len(sizes), "largest": int(sizes.max(initial=0))}
    write_arrays(folder, {"number": member[by_number], "cluster_id": cluster_ids[by_number]}, facts)


@dataclass(frozen=True)
class CopiesTask:
    """Some prefixes of the keys of digests."""

    job: Job
    rows: Rows

    @property
    def name(self) -> str:
        return f"{COPIES} {self.rows.name}"


def find_copies(task: CopiesTask) -> None:
    """Write `number`, ascending: of documents whose digest another one has that comes before."""
    folder = task.job.stage(COPIES) / task.rows.name
    if is_written(folder):
        return
    numbering = task.job.numbering
    found = [np.empty(0, np.int64)]
    for keys, numbers in wanted_keys(task.rows, numbering):
        buckets = group(keys, numbers)
        if len(buckets.members):
            members = numbers[buckets.members]
            order = places_in_reverse(members, numbering)
            first = np.repeat(np.minimum.reduceat(order, buckets.offsets[:-1]), np.diff(buckets.offsets))
            found.append(members[order != first])
    write_arrays(folder, {"number": np.sort(np.concatenate(found))})


def places_in_reverse(numbers: Ints, numbering: Numbering) -> Ints:
    """What comes before what: the last file first, so that the newest snapshot is; but in a file row after row."""
    starts = np.array([each.first_number for each in numbering.ranges])
    ends = np.array([each.end for each in numbering.ranges])
    at = np.searchsorted(starts, numbers, side="right") - 1
    found: Ints = (numbering.documents - ends)[at] + (numbers - starts[at])
    return found


def tasks_of(stage: Path) -> Iterator[Arrays]:
    """What each task of a stage has written."""
    for folder in sorted(stage.iterdir()) if stage.is_dir() else ():
        if is_written(folder):
            yield Arrays(folder)


def of_range(arrays: Arrays, each: Range) -> dict[str, np.ndarray]:
    """The items of a partition's documents in arrays that are in the order of `number`."""
    start, end = np.searchsorted(arrays["number"], [each.first_number, each.end])
    return {name: np.array(arrays[name][start:end]) for name in arrays.names}

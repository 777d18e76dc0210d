"""The verified pairs of a band: in each bucket, who follows whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rpdata.dedup.job import Job
from rpdata.dedup.pairs.buckets import Buckets, group
from rpdata.dedup.pairs.cut import Oversized, cut
from rpdata.dedup.pairs.gathering import court_of
from rpdata.dedup.pairs.rows import Rows
from rpdata.dedup.settings import BUCKET_LIMIT
from rpdata.engine.arrays import is_written, write_arrays

STAGE = "edges"
MEMBERS_AT_ONCE = 1 << 20       # of buckets; an election takes 60 bytes for each, beside evidence


@dataclass(frozen=True)
class EdgesTask:
    """Some prefixes of a band of a threshold, or of whole documents (which have to be as similar as that too)."""

    job: Job
    threshold: float
    rows: Rows

    @property
    def name(self) -> str:
        return f"{STAGE} {self.threshold} {self.rows.part} {self.rows.name}"


def find_edges(task: EdgesTask) -> None:
    """Write `leader`, `follower` (numbers) and `jaccard` (nan if nothing was verified) of all pairs that match.

    Facts: compared and measured pairs (see `elect`), unresolved documents, and what was cut: oversized buckets, their
    documents and the largest.
    """
    folder = task.job.stage(STAGE, task.threshold) / task.rows.part / task.rows.name
    if is_written(folder):
        return
    facts = dict.fromkeys(("compared", "measured", "unresolved", "oversized", "oversized_documents", "largest"), 0)
    court = court_of(task.job, task.threshold)
    found = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))]
    for offsets, members in _some_buckets(_buckets(task, facts)):
        elected = court.elect(offsets, members)
        found.append((elected.leaders, elected.followers, elected.jaccard))
        for name in ("compared", "measured", "unresolved"):
            facts[name] += getattr(elected, name)
    leader, follower, jaccard = map(np.concatenate, zip(*found, strict=True))
    write_arrays(folder, {"leader": leader, "follower": follower, "jaccard": jaccard}, facts)


def _some_buckets(prefixes: Iterable[tuple[Buckets, np.ndarray]]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The buckets of several prefixes together: their offsets, and the numbers of their members.

    For each election the files of evidence are opened, which takes longer than to compare a few thousand pairs.
    """
    offsets, members = [np.zeros(1, np.int64)], [np.empty(0, np.int64)]
    size = 0
    for buckets, numbers in prefixes:
        offsets.append(buckets.offsets[1:] + size)
        members.append(numbers[buckets.members])
        size += len(buckets.members)
        if size >= MEMBERS_AT_ONCE:
            yield np.concatenate(offsets), np.concatenate(members)
            offsets, members, size = offsets[:1], members[:1], 0
    yield np.concatenate(offsets), np.concatenate(members)


def _buckets(task: EdgesTask, facts: dict[str, int]) -> Iterator[tuple[Buckets, np.ndarray]]:
    """The buckets of each prefix, none too large, and the numbers of the rows; counts into `facts`."""
    for keys, numbers in task.rows.by_prefix(task.job.numbering):
        buckets = group(keys, numbers)
        largest = int(np.diff(buckets.offsets).max(initial=0))
        cuts = Oversized()
        if largest > BUCKET_LIMIT:
            buckets, cuts = cut(buckets, task.job.id_ints(numbers), task.rows.band, BUCKET_LIMIT)
        facts["oversized"] += cuts.buckets
        facts["oversized_documents"] += cuts.members
        facts["largest"] = max(facts["largest"], largest)
        yield buckets, numbers

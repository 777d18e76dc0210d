"""The verified pairs of a band: in each bucket, who follows whom."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rpdata.dedup.job import Job
from rpdata.dedup.pairs.buckets import Buckets, group
from rpdata.dedup.pairs.cut import Oversized, cut
from rpdata.dedup.pairs.election import Elected, elect
from rpdata.dedup.pairs.evidence import Evidence
from rpdata.dedup.pairs.gathering import EVIDENCE_BYTES, gather, within
from rpdata.dedup.pairs.rows import Rows
from rpdata.dedup.settings import BUCKET_LIMIT, Verify
from rpdata.engine.arrays import is_written, write_arrays

STAGE = "edges"


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
    found: list[tuple[np.ndarray, ...]] = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))]
    facts = dict.fromkeys(("compared", "measured", "unresolved", "oversized", "oversized_documents", "largest"), 0)
    for buckets, numbers in _buckets(task, facts):
        for elected, members in elections(task.job, buckets, numbers, task.threshold):
            leader, follower, jaccard = elected.edges
            found.append((members[leader], members[follower], jaccard))
            for name in ("compared", "measured", "unresolved"):
                facts[name] += getattr(elected, name)
    columns = zip(*found, strict=True)
    write_arrays(folder, dict(zip(("leader", "follower", "jaccard"), map(np.concatenate, columns), strict=True)), facts)


def _buckets(task: EdgesTask, facts: dict[str, int]) -> Iterator[tuple[Buckets, np.ndarray]]:
    """The buckets of each prefix, none too large, and the numbers of the rows; counts into `facts`."""
    numbering = task.job.numbering
    for keys, numbers in task.rows.by_prefix(numbering):
        buckets = group(keys, numbers)
        largest = int(np.diff(buckets.offsets).max(initial=0))
        cuts = Oversized()
        if largest > BUCKET_LIMIT:
            buckets, cuts = cut(buckets, numbering.id_ints(numbers), task.rows.band, BUCKET_LIMIT)
        facts["oversized"] += cuts.buckets
        facts["oversized_documents"] += cuts.members
        facts["largest"] = max(facts["largest"], largest)
        yield buckets, numbers

"""The verified pairs of a band: in each bucket, who follows whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rpdata.dedup.index.band_keys import PREFIX_SHIFT
from rpdata.dedup.job import Job
from rpdata.dedup.pairs.buckets import Buckets, group, with_a_new_one
from rpdata.dedup.pairs.cut import Oversized, cut
from rpdata.dedup.pairs.gathering import court_of
from rpdata.dedup.pairs.rows import Rows
from rpdata.dedup.pairs.sittings import Court
from rpdata.dedup.settings import BUCKET_LIMIT
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.text.arrays import Floats, Hashes, Ints

STAGE = "edges"
MEMBERS_AT_ONCE = 1 << 20       # of buckets; an election takes 70 bytes for each, beside evidence
COUNTED = ("compared", "measured", "unresolved")
CUT = ("oversized", "oversized_documents", "largest")

SAME_TEXT = ("exact-text", "exact-normalised")      # parts of segments whose keys prove that words are equal


class Edges(NamedTuple):
    """Pairs that match. key: of their bucket, the first word of it. jaccard: nan if nothing was verified."""

    leader: Ints
    follower: Ints
    jaccard: Floats
    key: Hashes

    @classmethod
    def joined(cls, some: Iterable["Edges"]) -> "Edges":
        """One after the other."""
        nothing = cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint64))
        return cls(*map(np.concatenate, zip(nothing, *some, strict=True)))

    def those(self, chosen: np.ndarray) -> "Edges":
        """Some of them."""
        return Edges(*(column[chosen] for column in self))


class Members(NamedTuple):
    """Buckets of several prefixes: the numbers of their documents, bucket by bucket, and the key of each."""

    offsets: Ints
    numbers: Ints
    keys: Hashes


@dataclass(frozen=True)
class EdgesTask:
    """Some prefixes of a band of a threshold, or of whole documents (which have to be as similar as that too)."""

    job: Job
    threshold: float
    rows: Rows

    @property
    def name(self) -> str:
        return f"{STAGE} {self.threshold} {self.rows.part} {self.rows.name}"

    @property
    def folder(self) -> Path:
        """Where its output is, once it is done."""
        return self.job.stage(STAGE, self.threshold) / self.rows.part / self.rows.name


def find_edges(task: EdgesTask) -> None:
    """Write the arrays of `Edges`, of all pairs that match.

    Facts: compared and measured pairs (see `elect`) and those of them that match, unresolved documents, and what was
    cut: oversized buckets, their documents and the largest. Copies of a text, and pairs that were known before, do not
    count.
    """
    if is_written(task.folder):
        return
    facts = dict.fromkeys((*COUNTED, "matched", *CUT), 0)
    court = court_of(task.job, task.threshold)
    found, touched = [], [np.empty(0, np.uint64)]
    for members in _some_buckets(_buckets(task, facts)):
        found.append(_copies(members) if task.rows.part in SAME_TEXT else _elected(members, court, facts))
        touched.append(members.keys)
    if task.job.earlier:
        found.append(_earlier(task, np.unique(np.concatenate(touched))))
    edges = Edges.joined(found)
    write_arrays(task.folder, edges._asdict(), facts)


def _copies(members: Members) -> Edges:
    """Of documents with the same words: nothing is to be compared."""
    leads = np.repeat(members.offsets[:-1], np.diff(members.offsets))
    follows = leads != np.arange(len(leads))
    leader, follower = members.numbers[leads[follows]], members.numbers[follows]
    return Edges(leader, follower, np.ones(len(leader)), members.keys[follows])


def _elected(members: Members, court: Court, facts: dict[str, int]) -> Edges:
    """Of documents that share a key; counts into `facts`."""
    elected = court.elect(members.offsets, members.numbers)
    for name in COUNTED:
        facts[name] += getattr(elected, name)
    facts["matched"] += len(elected.followers)
    order = np.argsort(members.numbers)     # each is in one bucket of a band
    at = order[np.searchsorted(members.numbers, elected.followers, sorter=order)]
    return Edges(elected.leaders, elected.followers, elected.jaccard, members.keys[at])


def _earlier(task: EdgesTask, touched: Hashes) -> Edges:
    """The pairs that are known of buckets without a new document."""
    assert task.job.earlier
    folder = task.job.earlier / f"{STAGE}-{task.threshold}" / task.rows.part
    found = []
    for path in sorted(folder.glob(f"{task.rows.band:02d}-*")):
        edges = Edges(*(np.array(Arrays(path)[name]) for name in Edges._fields))
        prefix = edges.key >> np.uint64(PREFIX_SHIFT)
        here = (prefix >= task.rows.first) & (prefix < task.rows.end)
        found.append(edges.those(here & ~np.isin(edges.key, touched)))
    return Edges.joined(found)


def _some_buckets(prefixes: Iterable[tuple[Buckets, Hashes, Ints]]) -> Iterator[Members]:
    """The buckets of several prefixes together.

    For each election the files of evidence are opened, which takes longer than to compare a few thousand pairs.
    """
    nothing = Members(np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.uint64))
    held, size = [nothing], 0
    for buckets, keys, numbers in prefixes:
        rows = buckets.members
        words = keys[rows] if keys.ndim == 1 else keys[rows, 0]
        held.append(Members(buckets.offsets[1:] + size, numbers[rows], words))
        size += len(rows)
        if size >= MEMBERS_AT_ONCE:
            yield Members(*map(np.concatenate, zip(*held, strict=True)))
            held, size = [nothing], 0
    yield Members(*map(np.concatenate, zip(*held, strict=True)))


def _buckets(task: EdgesTask, facts: dict[str, int]) -> Iterator[tuple[Buckets, Hashes, Ints]]:
    """The buckets of each prefix, none too large, and the keys and numbers of its rows; counts into `facts`."""
    for keys, numbers in task.rows.by_prefix(task.job.numbering):
        buckets = group(keys, numbers)
        if task.job.earlier:
            buckets = with_a_new_one(buckets, numbers, task.job.known)
        largest = int(np.diff(buckets.offsets).max(initial=0))
        cuts = Oversized()
        if largest > BUCKET_LIMIT and task.rows.part not in SAME_TEXT:
            buckets, cuts = cut(buckets, task.job.id_ints(numbers), task.rows.band, BUCKET_LIMIT)
        facts["oversized"] += cuts.buckets
        facts["oversized_documents"] += cuts.members
        facts["largest"] = max(facts["largest"], largest)
        yield buckets, keys, numbers

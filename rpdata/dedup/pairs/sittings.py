"""Elections among more documents than evidence fits the memory: some groups at a sitting, or a part of a large one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from rpdata.dedup.pairs.election import Elected, elect, elect_after
from rpdata.dedup.pairs.evidence import Evidence
from rpdata.dedup.settings import Verify
from rpdata.text.arrays import Ints

# Of signatures and sets that are held together, beside those of 16 leaders.
EVIDENCE_BYTES = 128 << 20

Gather: TypeAlias = Callable[[Ints], Evidence]      # ascending numbers of documents -> what they are compared by
Sizes: TypeAlias = Callable[[Ints], Ints]           # likewise -> the bytes of that for each


@dataclass(frozen=True)
class Court:
    """How elections are held. verify: see `election`. gather, sizes: evidence of documents by ascending number."""

    threshold: float
    verify: Verify
    gather: Gather
    sizes: Sizes
    most: int = EVIDENCE_BYTES

    def elect(self, offsets: Ints, numbers: Ints) -> Elected:
        """As `election.elect`, with numbers of documents in the place of positions, and the same result.

        What is bounded is the evidence; of the groups themselves 40 bytes are held for each member.
        """
        if self.verify == "none":
            return elect(offsets, numbers, Evidence.empty(), self.threshold, self.verify)
        known, place = np.unique(numbers, return_inverse=True)
        before = np.concatenate([[0], np.cumsum(self.sizes(known)[place])])     # bytes in front of each member
        sittings = []
        first = 0
        while first < len(offsets) - 1:
            start = int(offsets[first])
            last = _reach(before[offsets], first, self.most)
            end = max(first + 1, last)
            stop = int(offsets[end])
            if last > first:
                sittings.append(self._sit(offsets[first:end + 1] - start, numbers[start:stop], 0))
            else:
                sittings.append(self._large(numbers[start:stop], before[start:stop + 1]))
            first = end
        return _joined(sittings)

    def _large(self, numbers: Ints, before: Ints) -> Elected:
        """One group, piece by piece; whoever leads so far comes along."""
        leading = np.empty(0, np.int64)
        sittings = []
        start = 0
        while start < len(numbers):
            stop = max(start + 1, _reach(before, start, self.most))
            members = np.concatenate([leading, numbers[start:stop]])
            sittings.append(self._sit(np.array([0, len(members)]), members, len(leading)))
            leading = sittings[-1].leading
            start = stop
        return replace(_joined(sittings), leading=leading)

    def _sit(self, offsets: Ints, numbers: Ints, elected: int) -> Elected:
        """At once; the first `elected` members of each group lead already."""
        known, place = np.unique(numbers, return_inverse=True)
        already = np.full(len(offsets) - 1, elected, np.int64)
        found = elect_after(offsets, place, already, self.gather(known), self.threshold, self.verify)
        names = {name: known[getattr(found, name)] for name in ("leaders", "followers", "leading")}
        return replace(found, **names)


def _reach(before: Ints, start: int, most: int) -> int:
    """Up to where `most` bytes reach from `start` on."""
    return int(np.searchsorted(before, before[start] + most, side="right")) - 1


def _joined(sittings: Sequence[Elected]) -> Elected:
    def column(name: str, kind: type = int) -> np.ndarray:
        return np.concatenate([np.empty(0, kind), *(getattr(each, name) for each in sittings)])

    return Elected(
        leaders=column("leaders"),
        followers=column("followers"),
        jaccard=column("jaccard", float),
        leading=column("leading"),
        unresolved=sum(each.unresolved for each in sittings),
        compared=sum(each.compared for each in sittings),
        measured=sum(each.measured for each in sittings),
    )

"""Who follows whom: within a group the first document leads, and what does not match a leader becomes the next one.

Greedy, so that a document is only ever compared with leaders, which are few: never quadratic. The same election finds
the pairs of a bucket and the survivors of a cluster.
"""

from dataclasses import dataclass

import numpy as np

from rpdata.dedup.pairs.evidence import Evidence
from rpdata.dedup.settings import LEADERS, SLACK, Verify
from rpdata.text.arrays import Floats, Hashes, Ints, Words32, read_only
from rpdata.text.compiled import EntryPoint, float64, int64, kernel
from rpdata.text.permute import PERMUTATIONS

UNRESOLVED = -1
DIFFERENT = -1.0


@dataclass(frozen=True)
class Elected:
    """Pairs that match, in order of groups and followers; and who leads."""

    leaders: Ints
    followers: Ints
    jaccard: Floats             # of each leader with its follower; nan where nothing was verified
    leading: Ints               # all leaders, also those whom nobody follows: group by group, in order
    unresolved: int             # members that match none of the 16 leaders of their group
    compared: int               # pairs whose signatures were compared
    measured: int               # pairs of these whose sets were compared


def elect(offsets: Ints, members: Ints, evidence: Evidence, threshold: float, verify: Verify) -> Elected:
    """Hold the election in each group members[offsets[i] : offsets[i + 1]], in which order counts.

    members: positions in `evidence`; in one group no two are the same. Of each, in order: it follows the first leader
    that it matches; else it becomes a leader itself, while the group has fewer than 16; else it is unresolved.

    A pair matches, by `verify`:
    jaccard: if the fraction of equal values of the signatures is at least threshold - SLACK, and the Jaccard
        similarity of the sets at least the threshold: their common hashes over all their hashes, as a float64.
    signature: if the fraction of equal values is at least the threshold.
    none: always; the evidence is not looked at and may be empty.
    """
    return elect_after(offsets, members, np.zeros(len(offsets) - 1, np.int64), evidence, threshold, verify)


def elect_after(
    offsets: Ints, members: Ints, elected: Ints, evidence: Evidence, threshold: float, verify: Verify
) -> Elected:
    """Go on with an election: of each group the first `elected` members lead already, and are not compared."""
    leader, jaccard = np.empty(len(members), np.int64), np.full(len(members), np.nan)
    compared = measured = 0
    if verify == "none":
        sizes = np.diff(offsets)
        leader = np.repeat(members[offsets[:-1][sizes > 0]], sizes[sizes > 0])
    else:
        compared, measured = elect_leaders(
            read_only(offsets),
            read_only(members),
            read_only(elected),
            read_only(evidence.signatures),
            read_only(evidence.set_offsets),
            read_only(evidence.sets),
            fewest_equal(threshold - SLACK if verify == "jaccard" else threshold),
            float(threshold) if verify == "jaccard" else 0.0,
            leader,
            jaccard,
        )
    leads, lost = leader == members, leader == UNRESOLVED
    follows = ~(leads | lost)
    return Elected(
        leader[follows], members[follows], jaccard[follows], members[leads], int(lost.sum()), compared, measured
    )


def fewest_equal(fraction: float) -> int:
    """The least number of equal values, of 128, that is at least this fraction of them."""
    return next(count for count in range(PERMUTATIONS + 2) if count / PERMUTATIONS >= fraction)


@EntryPoint
def elect_leaders(
    offsets: Ints,
    members: Ints,
    elected: Ints,
    signatures: Words32,
    set_offsets: Ints,
    sets: Hashes,
    fewest: int,
    least_jaccard: float,
    leader: Ints,
    jaccard: Floats,
) -> tuple[int, int]:
    """Fill `leader` and `jaccard` for each member; returns how many pairs were compared, and of how many the sets.

    leader: whom a member follows, itself if it leads, or UNRESOLVED. jaccard: of followers with their leaders.
    fewest: equal values of two signatures. least_jaccard: 0 if the signatures decide.
    """
    leaders = np.empty(LEADERS, np.int64)
    compared = measured = 0
    for group in range(offsets.size - 1):
        start = offsets[group]
        count = 0
        for at in range(start, offsets[group + 1]):
            member = members[at]
            found = UNRESOLVED
            if at - start >= elected[group]:
                for i in range(count):
                    compared += 1
                    equal = equal_values(signatures, leaders[i], member)
                    if equal < fewest:
                        continue
                    similarity = equal / float64(PERMUTATIONS)
                    if least_jaccard > 0:
                        measured += 1
                        similarity = set_similarity(set_offsets, sets, leaders[i], member, least_jaccard)
                    if similarity >= least_jaccard:
                        found = leaders[i]
                        jaccard[at] = similarity
                        break
            if found == UNRESOLVED and count < LEADERS:
                leaders[count] = member
                count += 1
                found = member
            leader[at] = found
    return compared, measured


@kernel
def equal_values(signatures: Words32, one: int, other: int) -> int:
    """How many of 128 values are equal."""
    equal = 0
    for k in range(PERMUTATIONS):
        equal += int64(signatures[one, k] == signatures[other, k])
    return equal


@kernel
def set_similarity(set_offsets: Ints, sets: Hashes, one: int, other: int, least: float) -> float:
    """The Jaccard similarity of two sets; DIFFERENT where their sizes alone tell that it is below `least`.

    Two empty sets have nothing in common. No branch depends on which hash is smaller: that can't be predicted.
    """
    i, end = set_offsets[one], set_offsets[one + 1]
    j, other_end = set_offsets[other], set_offsets[other + 1]
    size, other_size = end - i, other_end - j
    if size == 0 or other_size == 0 or min(size, other_size) / float64(max(size, other_size)) < least:
        return DIFFERENT
    common = 0
    while i < end and j < other_end:
        mine, theirs = sets[i], sets[j]
        common += int64(mine == theirs)
        i += int64(mine <= theirs)
        j += int64(theirs <= mine)
    return common / float64(size + other_size - common)

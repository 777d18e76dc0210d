"""The evidence of any documents, from the files of all segments."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from rpdata.dedup.index.segments import Segment
from rpdata.dedup.job import Job
from rpdata.dedup.pairs.chosen import chosen_rows
from rpdata.dedup.pairs.evidence import HASH_BYTES, SIGNATURE_BYTES, Evidence
from rpdata.dedup.pairs.evidence_files import INDEX, part_name, write_evidence
from rpdata.dedup.pairs.sittings import Court
from rpdata.engine.arrays import Arrays
from rpdata.errors import CannotFinish
from rpdata.text.arrays import Hashes, Ints
from rpdata.text.permute import PERMUTATIONS

STAGE = "evidence"


@dataclass(frozen=True)
class EvidenceTask:
    """One segment."""

    job: Job
    segment: Segment

    @property
    def name(self) -> str:
        return f"{STAGE} {self.segment.name}"

    @property
    def folder(self) -> Path:
        """What is written last."""
        return self.job.stage(STAGE) / self.segment.name / INDEX


def collect_evidence(task: EvidenceTask) -> None:
    """Write the evidence of the documents of a segment that have something to be compared with."""
    rows = chosen_rows(task.job, task.segment)
    write_evidence(task.job.stage(STAGE), task.segment, rows, with_sets=task.job.settings.verify == "jaccard")


def court_of(job: Job, threshold: float) -> Court:
    """Where elections among documents of a job are held."""
    return Court(threshold, job.settings.verify, partial(gather, job), partial(sizes, job))


def sizes(job: Job, numbers: Ints) -> Ints:
    """How many bytes the evidence of each document takes; numbers ascend, and their evidence was written."""
    lengths = np.empty(len(numbers), np.int64)
    for shelf in _shelves(job, numbers):
        lengths[shelf.places] = shelf.ends - shelf.starts
    return SIGNATURE_BYTES + HASH_BYTES * lengths


def gather(job: Job, numbers: Ints) -> Evidence:
    """The evidence of documents, by ascending numbers: as many bytes as `sizes` says."""
    shelves = list(_shelves(job, numbers))
    set_offsets = np.zeros(len(numbers) + 1, np.int64)
    for shelf in shelves:
        set_offsets[shelf.places + 1] = shelf.ends - shelf.starts
    np.cumsum(set_offsets, out=set_offsets)
    signatures = np.empty((len(numbers), PERMUTATIONS), np.uint32)
    sets = np.empty(set_offsets[-1], np.uint64)
    for shelf in shelves:
        for part, here, first, first_hash in shelf.parts():
            places = shelf.places[here]
            signatures[places] = part["signatures"][shelf.positions[here] - first]
            starts, ends = shelf.starts[here] - first_hash, shelf.ends[here] - first_hash
            _copy_sets(part, starts, ends, sets, set_offsets[places])
    return Evidence(signatures, set_offsets, sets)


@dataclass(frozen=True)
class _Shelf:
    """What a segment has of the documents that are asked for.

    places: which of them. positions: in the segment's index. starts, ends: of their sets, among all of the segment.
    """

    folder: Path
    places: Ints
    positions: Ints
    starts: Ints
    ends: Ints

    def parts(self) -> Iterator[tuple[Arrays, Ints, int, int]]:
        """Each part that has some of the documents: which, and the position and the hash that the part begins with."""
        index = Arrays(self.folder / INDEX)
        firsts = np.array(index["firsts"])
        part_of = np.searchsorted(firsts, self.positions, side="right") - 1
        for number in np.unique(part_of).tolist():
            first = int(firsts[number])
            here = np.flatnonzero(part_of == number)
            yield Arrays(self.folder / part_name(number)), here, first, int(index["set_offsets"][first])


def _shelves(job: Job, numbers: Ints) -> Iterator[_Shelf]:
    """Of each segment that has some of the documents. Of one with many partitions all at once: to open its files takes
    longer than to read a few documents."""
    pieces: dict[str, list[tuple[Ints, Ints]]] = {}
    for segment, part, rows in job.numbering.split(numbers):
        pieces.setdefault(segment.name, []).append((np.arange(part.start, part.stop), rows.astype(np.int64)))
    for name, several in pieces.items():
        places, wanted = (np.concatenate(each) for each in zip(*several, strict=True))
        index = Arrays(job.stage(STAGE) / name / INDEX)
        rows, offsets = np.array(index["rows"]), np.array(index["set_offsets"])
        positions = np.searchsorted(rows, wanted)
        if not np.array_equal(rows[positions], wanted):
            raise AssertionError(f"{index.folder.parent} lacks documents that are to be compared")
        yield _Shelf(index.folder.parent, places, positions, offsets[positions], offsets[positions + 1])


def _copy_sets(part: Arrays, starts: Ints, ends: Ints, target: Hashes, places: Ints) -> None:
    """Copy hashes starts[i] : ends[i] of the sets of a part to `target` from places[i] on.

    Read, not mapped: a page that is touched brings fifteen others with it, which count as memory of the process and
    take longer than to read the one. (3 kB of each 16th document: 13 -> 7 us. Signatures are eight to a page.)
    """
    if ends[-1] == starts[0]:
        return
    breaks = np.flatnonzero((starts[1:] != ends[:-1]) | (np.diff(places) != np.diff(starts)))
    firsts, lasts = np.append(0, breaks + 1), np.append(breaks, len(starts) - 1)    # of runs that lie side by side
    begin = part.mapped("sets").offset
    spans = HASH_BYTES * np.array([starts[firsts], ends[lasts], places[firsts]])
    view = memoryview(target.view(np.uint8).data)
    with part.path("sets").open("rb", buffering=0) as file:
        for start, end, place in spans.T.tolist():
            if os.preadv(file.fileno(), [view[place : place + end - start]], begin + start) != end - start:
                raise CannotFinish(f"{part.path('sets')} ends too early. Run the same command again.")

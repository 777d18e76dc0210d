"""The evidence of any documents, from the files of all segments."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

import numpy as np

from rpdata.dedup.index.segments import Segment
from rpdata.dedup.job import Job
from rpdata.dedup.pairs.candidates import candidates_of
from rpdata.dedup.pairs.evidence import HASH_BYTES, SIGNATURE_BYTES, Evidence
from rpdata.dedup.pairs.evidence_files import PARTS, part_name, write_evidence
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


def collect_evidence(task: EvidenceTask) -> None:
    """Write the evidence of the documents of a segment that have something to be compared with."""
    rows = candidates_of(task.job, task.segment)
    write_evidence(task.job.stage(STAGE), task.segment, rows, with_sets=task.job.settings.verify == "jaccard")


def court_of(job: Job, threshold: float) -> Court:
    """Where elections among documents of a job are held."""
    return Court(threshold, job.settings.verify, partial(gather, job), partial(sizes, job))


def sizes(job: Job, numbers: Ints) -> Ints:
    """How many bytes the evidence of each document takes; numbers ascend, and their evidence was written."""
    return SIGNATURE_BYTES + HASH_BYTES * _lengths(job, numbers)


def gather(job: Job, numbers: Ints) -> Evidence:
    """The evidence of documents, by ascending numbers: as many bytes as `sizes` says."""
    set_offsets = np.concatenate([[0], np.cumsum(_lengths(job, numbers))])
    signatures = np.empty((len(numbers), PERMUTATIONS), np.uint32)
    sets = np.empty(set_offsets[-1], np.uint64)
    for part, places, positions in _parts(job, numbers):
        signatures[places] = part["signatures"][positions]
        _copy_sets(part, positions, sets, set_offsets[places])
    return Evidence(signatures, set_offsets, sets)


def _copy_sets(part: Arrays, positions: Ints, target: Hashes, places: Ints) -> None:
    """Copy the sets of the documents at some positions of a part to their places in `target`.

    Read, not mapped: a page that is touched brings fifteen others with it, which count as memory of the process and
    take longer than to read the one. (3 kB of each 16th document: 13 -> 7 us. Signatures are eight to a page.)
    """
    offsets = np.array(part["set_offsets"])
    starts, ends = offsets[positions], offsets[positions + 1]
    breaks = np.flatnonzero((starts[1:] != ends[:-1]) | (np.diff(places) != np.diff(starts)))
    firsts, lasts = np.append(0, breaks + 1), np.append(breaks, len(positions) - 1)     # of runs that lie side by side
    if not ends[-1]:
        return
    begin = cast(np.memmap, part["sets"]).offset
    spans = HASH_BYTES * np.array([starts[firsts], ends[lasts], places[firsts]])
    view = memoryview(target.view(np.uint8).data)
    with part.path("sets").open("rb", buffering=0) as file:
        for start, end, place in spans.T.tolist():
            if os.preadv(file.fileno(), [view[place : place + end - start]], begin + start) != end - start:
                raise CannotFinish(f"{part.path('sets')} ends too early. Run the same command again.")


def _lengths(job: Job, numbers: Ints) -> Ints:
    """How many hashes the set of each document has."""
    lengths = np.empty(len(numbers), np.int64)
    for part, places, positions in _parts(job, numbers):
        offsets = np.array(part["set_offsets"])
        lengths[places] = offsets[positions + 1] - offsets[positions]
    return lengths


def _parts(job: Job, numbers: Ints) -> Iterator[tuple[Arrays, Ints, Ints]]:
    """The parts that have some of the documents, which of them those are, and their positions in the part."""
    for segment, places, rows in _by_segment(job, numbers):
        folder = job.stage(STAGE) / segment.name
        part_of = np.searchsorted(Arrays(folder / PARTS)["ends"], rows, side="right")
        for number in np.unique(part_of).tolist():
            part, here = Arrays(folder / part_name(number)), part_of == number
            known = np.array(part["rows"])
            positions = np.searchsorted(known, rows[here])
            if not np.array_equal(known[positions], rows[here]):
                raise AssertionError(f"{part.folder} lacks documents that are to be compared")
            yield part, places[here], positions


def _by_segment(job: Job, numbers: Ints) -> Iterator[tuple[Segment, Ints, Ints]]:
    """Each segment that has some of the documents, which of them those are, and their rows.

    Of a segment with many partitions all at once: to open its files takes longer than to read a few documents.
    """
    pieces: dict[str, list[tuple[Segment, Ints, Ints]]] = {}
    for segment, part, rows in job.numbering.split(numbers):
        piece = (segment, np.arange(part.start, part.stop), rows.astype(np.int64))
        pieces.setdefault(segment.name, []).append(piece)
    for several in pieces.values():
        yield several[0][0], np.concatenate([each[1] for each in several]), np.concatenate([e[2] for e in several])

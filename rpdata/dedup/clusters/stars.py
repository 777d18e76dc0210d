"""Connected components of more documents than memory holds: large-star and small-star (Kiveris et al. 2014,
"Connected Components in MapReduce and Beyond"), as tasks over files.

Both steps replace edges by edges towards the smallest neighbour of a document, its minimum. Written for an edge
between a larger and a smaller document, which is all that a range of documents needs to know:

- large star: (larger, smaller) becomes (larger, minimum of the smaller). Paths get half as long.
- small star: (larger, smaller) becomes (smaller, minimum of the larger), and the larger hangs on its minimum.

They take turns until every edge leads from a document to the smallest of its component. Neither makes more edges of
fewer, and to find minima takes one number for each document of a range, however many edges it has: the memory of a
task is bounded, also where one document is everybody's neighbour.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rpdata.dedup.clusters.pieces import cut, edges_of, pairs, part_size, write_clusters
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.engine.cluster import Cluster
from rpdata.text.arrays import Ints

FOLDERS_OF_A_TASK = 32      # of edges, in the first step
BYTES_PER_DOCUMENT = 32     # of a range, in a task: its minimum, or how many members it has and where they go
BYTES_PER_EDGE = 128        # of a piece, in a task: held, ordered, cut; two pieces grow at a time
LEAST_EDGES = 1 << 10       # of a piece
END = "end"                 # what a task, or a whole step, writes last
LARGER, SMALLER = "larger", "smaller"


@dataclass(frozen=True)
class Ranges:
    """The documents 0 .. documents - 1 cut into `count` ranges of equal width."""

    documents: int
    count: int

    @classmethod
    def within(cls, documents: int, memory: int) -> "Ranges":
        """Ranges of which each can be worked on in `memory` bytes, half of which are for edges."""
        return cls(documents, max(1, -(-2 * BYTES_PER_DOCUMENT * documents // memory)))

    @property
    def width(self) -> int:
        return -(-self.documents // self.count)

    @property
    def piece(self) -> int:
        """Edges that a task writes together, or members of clusters: what the other half of the memory has room for.
        """
        return max(LEAST_EDGES, self.width * BYTES_PER_DOCUMENT // BYTES_PER_EDGE)

    def first(self, number: int) -> int:
        """The first document of a range; beyond the last one, `documents`."""
        return min(number * self.width, self.documents)


@dataclass(frozen=True)
class Step:
    """What one step leaves: the edges of all its tasks. folder: where."""

    folder: Path
    ranges: Ranges

    def task(self, number: int) -> Path:
        return self.folder / f"{number:06d}"

    def has(self, number: int) -> bool:
        """Whether a task of it is done."""
        return is_written(self.task(number) / END)

    @property
    def changes(self) -> int:
        """Of a whole step: edges that it did not leave as they were."""
        return int(Arrays(self.folder / END).facts["changes"])

    def finish(self, tasks: int) -> None:
        """Once all its tasks are done."""
        changes = sum(Arrays(self.task(number) / END).facts["changes"] for number in range(tasks))
        write_arrays(self.folder / END, {}, {"changes": changes, "tasks": tasks})

    def edges(self, end: str, number: int) -> Iterator[tuple[Ints, Ints]]:
        """(larger, smaller) of the edges whose `end` (LARGER or SMALLER) is in a range, in pieces."""
        for task in range(Arrays(self.folder / END).facts["tasks"]):
            for piece in range(Arrays(self.task(task) / END).facts[end]):
                folder = self.task(task) / f"{end}-{piece:06d}"
                start, stop = np.array(Arrays(folder)["offsets"][number:number + 2]).tolist()
                yield from pairs(folder, (LARGER, SMALLER), start, stop)

    def minima(self, number: int) -> Ints:
        """The smallest neighbour of each document of a range, or itself if it has no smaller one."""
        start = self.ranges.first(number)
        found = np.arange(start, self.ranges.first(number + 1))
        for larger, smaller in self.edges(LARGER, number):
            np.minimum.at(found, larger - start, smaller)
        return found


class Writer:
    """Writes the edges of one task in pieces, in each of which those with one `end` in the same range are together."""

    def __init__(self, step: Step, number: int, end: str) -> None:
        self._step, self._folder, self._end = step, step.task(number), end
        self._held: list[tuple[Ints, Ints]] = []
        self._count = 0
        self.pieces = 0

    def add(self, larger: Ints, smaller: Ints) -> None:
        """Append edges."""
        for start in range(0, len(larger), self._step.ranges.piece):
            some = slice(start, start + self._step.ranges.piece)
            self._held.append((larger[some], smaller[some]))
            self._count += len(larger[some])
            if self._count >= self._step.ranges.piece:
                self.write()

    def write(self) -> None:
        """Write what is held, if anything is."""
        if not self._count:
            return
        larger, smaller = (np.concatenate(ends) for ends in zip(*self._held, strict=True))
        range_of = (larger if self._end == LARGER else smaller) // self._step.ranges.width
        order = np.argsort(range_of, kind="stable")
        offsets = np.zeros(self._step.ranges.count + 1, np.int64)
        np.cumsum(np.bincount(range_of, minlength=self._step.ranges.count), out=offsets[1:])
        arrays = {LARGER: larger[order], SMALLER: smaller[order], "offsets": offsets}
        write_arrays(self._folder / f"{self._end}-{self.pieces:06d}", arrays)
        self._held, self._count = [], 0
        self.pieces += 1


Changed = tuple[Ints, Ints, int]    # larger, smaller, and how many of the edges are not as they were


@dataclass(frozen=True)
class Scatter:
    """The first step: brings the edges of some folders into order. A document is no neighbour of its own."""

    step: Step
    number: int
    folders: tuple[Path, ...]

    ends = (LARGER,)

    def edges(self) -> Iterator[Changed]:
        for some, others in edges_of(self.folders):
            larger, smaller = np.maximum(some, others), np.minimum(some, others)
            if len(larger) and not 0 <= smaller.min() <= larger.max() < self.step.ranges.documents:
                raise ValueError(f"an edge leads beyond the {self.step.ranges.documents} documents")
            two = larger != smaller
            yield larger[two], smaller[two], 0


@dataclass(frozen=True)
class SmallStar:
    """Of the edges whose larger document is in a range."""

    step: Step
    number: int
    before: Step

    ends = (LARGER, SMALLER)

    def edges(self) -> Iterator[Changed]:
        minima = self.before.minima(self.number)
        start = self.step.ranges.first(self.number)
        for larger, smaller in self.before.edges(LARGER, self.number):
            lowest = minima[larger - start]
            turned = smaller != lowest
            yield smaller[turned], lowest[turned], int(np.count_nonzero(turned))
        hanging = np.flatnonzero(minima != np.arange(start, start + len(minima)))
        yield hanging + start, minima[hanging], 0


@dataclass(frozen=True)
class LargeStar:
    """Of the edges whose smaller document is in a range."""

    step: Step
    number: int
    before: Step

    ends = (LARGER,)

    def edges(self) -> Iterator[Changed]:
        minima = self.before.minima(self.number)
        start = self.step.ranges.first(self.number)
        for larger, smaller in self.before.edges(SMALLER, self.number):
            lowest = minima[smaller - start]
            yield larger, lowest, int(np.count_nonzero(lowest != smaller))


def do(task: Scatter | SmallStar | LargeStar) -> None:
    """Write the edges of a task, grouped by the range of their ends; nothing to do if they are there."""
    if task.step.has(task.number):
        return
    writers = {name: Writer(task.step, task.number, name) for name in task.ends}
    changes = 0
    for larger, smaller, changed in task.edges():
        changes += changed
        for writer in writers.values():
            writer.add(larger, smaller)
    for writer in writers.values():
        writer.write()
    pieces = {name: writer.pieces for name, writer in writers.items()}
    write_arrays(task.step.task(task.number) / END, {}, {"changes": changes, **pieces})


@dataclass(frozen=True)
class Gather:
    """Once all edges lead to the first documents of their clusters: the clusters that begin in a range."""

    stars: Step
    number: int
    folder: Path

    def clusters(self) -> Iterator[tuple[Ints, Ints]]:
        """(first, member), sorted, some at a time unless a single cluster has more. The edges are read each time."""
        start = self.stars.ranges.first(self.number)
        sizes = np.zeros(self.stars.ranges.first(self.number + 1) - start, np.int64)
        for _, first in self.stars.edges(SMALLER, self.number):
            np.add.at(sizes, first - start, 1)
        roots = np.flatnonzero(sizes)
        sizes = sizes[roots] + 1
        for some in cut(np.cumsum(sizes), self.stars.ranges.piece):
            yield self._part(roots[some] + start, int(sizes[some].sum()))

    def _part(self, roots: Ints, members: int) -> tuple[Ints, Ints]:
        first, member = np.empty(members, np.int64), np.empty(members, np.int64)
        first[:len(roots)] = member[:len(roots)] = roots
        filled = len(roots)
        for some, of in self.stars.edges(SMALLER, self.number):
            here = (of >= roots[0]) & (of <= roots[-1])
            count = int(np.count_nonzero(here))
            first[filled:filled + count], member[filled:filled + count] = of[here], some[here]
            filled += count
        order = np.lexsort((member, first))
        return first[order], member[order]


def gather(task: Gather) -> None:
    """Write the clusters that begin in a range."""
    write_clusters(task.folder, task.number, task.clusters(), part_size(task.stars.ranges.documents))


def find_stars(folders: Sequence[Path], ranges: Ranges, cluster: Cluster, work: Path) -> Step:
    """Run the steps until all edges lead to the first documents of their clusters; returns the small star they are in.

    folders: of edges. work: the steps' folders are made here, and removed once no later step needs them. What a run
    that was killed has done is not done again.
    """
    done = max((int(end.parent.name) for end in work.glob(f"*/{END}")), default=-1)
    steps = [Step(work / f"{number:04d}", ranges) for number in range(done + 1)]
    while not is_finished(steps):
        tasks = tasks_of(Step(work / f"{len(steps):04d}", ranges), steps, folders)
        pending = [task for task in tasks if not task.step.has(task.number)]
        for _ in cluster.run(do, ((f"step {len(steps)} of clustering, part {each.number}", each) for each in pending)):
            pass
        steps.append(Step(work / f"{len(steps):04d}", ranges))
        steps[-1].finish(len(tasks))
        for old in steps[:-2]:
            shutil.rmtree(old.folder, ignore_errors=True)
    return steps[-2]


def tasks_of(step: Step, before: Sequence[Step], folders: Sequence[Path]) -> list[Scatter | SmallStar | LargeStar]:
    """Of the step that comes after others; the first is about the edges of `folders`."""
    if not before:
        some = range(0, len(folders), FOLDERS_OF_A_TASK)
        return [Scatter(step, task, tuple(folders[at:at + FOLDERS_OF_A_TASK])) for task, at in enumerate(some)]
    kind = SmallStar if len(before) % 2 else LargeStar
    return [kind(step, number, before[-1]) for number in range(step.ranges.count)]


def is_finished(steps: Sequence[Step]) -> bool:
    """Whether neither a small star nor the large star after it has changed anything."""
    return len(steps) > 2 and len(steps) % 2 == 1 and not steps[-1].changes and not steps[-2].changes

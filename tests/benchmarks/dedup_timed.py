"""The stages of a deduplication in this process, one task after the other, and the CPU seconds of each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

from rpdata.dedup.duplicates_overlay import mark_unit
from rpdata.dedup.settings import DedupSettings
from rpdata.dedup.stages import Stages
from rpdata.dedup.tallies import tally_unit
from rpdata.engine.arrays import Arrays
from tests.dedup.annotated import Here
from tests.dedup.found_here import found_here


class Timed(Here):
    """Does tasks here, and adds up their seconds: of keys by the part that they make, of others by the function."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def run(self, work: Callable[[Any], Any], tasks: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        stage = getattr(work, "func", work).__name__
        for name, task in tasks:
            started = process_time()
            result = work(task)
            self.seconds[getattr(task, "part", stage) if stage == "make_keys" else stage] += process_time() - started
            yield name, result


@dataclass(frozen=True)
class Timings:
    """What one deduplication took.

    seconds: CPU, by stage. to_survivors: of everything before the overlay, what lies between tasks included.
    candidates: documents of which evidence was collected. members: of buckets, in all bands. edges: pairs that match.
    clustered: documents in clusters. removed: of them.
    """

    seconds: dict[str, float]
    to_survivors: float
    candidates: int
    members: int
    edges: int
    clustered: int
    removed: int


def timed(root: Path, settings: DedupSettings) -> Timings:
    """Deduplicate a dataset that has no index yet, at one threshold, and write its overlay."""
    cluster = Timed()
    stages = Stages(cluster, quiet=True, silent=True)
    started = process_time()
    comparison, job = found_here(root, settings, stages)
    to_survivors = process_time() - started
    tasks = comparison.mark_tasks(root.absolute())
    stages.run("tallies", partial(tally_unit, folder=comparison.work / "tallies"), tasks)
    stages.run("marks", mark_unit, tasks)
    survivors = [arrays["keep"] for arrays in comparison.levels[-1].tasks()]
    return Timings(
        dict(cluster.seconds),
        to_survivors,
        candidates=items(job.stage("evidence"), "rows"),
        members=items(job.stage("candidates"), "numbers"),
        edges=items(job.stage("edges", settings.fuzzy[0]), "leader"),
        clustered=sum(map(len, survivors)),
        removed=sum(int((~keep).sum()) for keep in survivors),
    )


def items(folder: Path, name: str) -> int:
    """How many items the arrays of that name have below a folder."""
    return sum(len(Arrays(path.parent)[name]) for path in folder.rglob(f"{name}.npy"))

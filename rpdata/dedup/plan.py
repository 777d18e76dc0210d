"""`rpdata dedup plan`: what a deduplication will take, before it runs; and the refusal of one that cannot end well."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rpdata.annotate.forecast import OUTPUT_PER_TEXT
from rpdata.dedup.clusters.components import fits
from rpdata.dedup.costs import Stage, Workload, stages_of
from rpdata.dedup.index.segments import KeysTask, Segment, parts
from rpdata.dedup.own_index import (
    documents_entries,
    indexes_of,
    others_of,
    own_index,
    refuse_missing_keys,
    refuse_options,
)
from rpdata.dedup.pairs.chosen import ROOM
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.resources import LEAST_MEMORY, Resources
from rpdata.errors import UserError

TASK_SHARE = 4              # the arrays of a task may take this part of a worker's memory
WORKER_MEMORY = 256 << 20   # that it has before it begins a task: Python, and the libraries


@dataclass(frozen=True)
class Plan:
    """What a run would take.

    Attributes
    ----------
    documents: that are compared; new: of them that an index has no keys of.
    stages: in their order; each waits for the one before it.
    in_memory: whether the clusters are found in the memory of one worker, or through files.
    disk_bytes: that have to be free; kept_bytes: of them, what stays. free_bytes: that are.
    read_bytes, written_bytes: moved in all. core_seconds: work; seconds: with these workers.
    worker_memory: bytes that each worker has, None for those of an existing Dask cluster. needed_memory: that one
        needs.
    """

    dataset: str
    documents: int
    new: int
    settings: DedupSettings
    stages: tuple[Stage, ...]
    in_memory: bool
    workers: int
    worker_memory: int | None
    needed_memory: int
    disk_bytes: int
    kept_bytes: int
    free_bytes: int | None
    read_bytes: int
    written_bytes: int
    core_seconds: float
    seconds: float

    @property
    def obstacle(self) -> str | None:
        """Why it cannot be done as it is asked for, and what to do; None if nothing is in the way."""
        if self.worker_memory is not None and self.needed_memory > self.worker_memory:
            return (
                f"a worker needs {readable(self.needed_memory)} of memory to compare {self.documents:,} documents, "
                f"and has {readable(self.worker_memory)}.\nGive more: --memory, or the same to fewer --workers"
            )
        if self.free_bytes is not None and self.disk_bytes > ROOM * self.free_bytes:
            return (
                f"{self.dataset} needs about {readable(self.disk_bytes)} of disk for its index, its work and its "
                f"result, and {readable(self.free_bytes)} are free.\nMake room, or ask for less: one --fuzzy "
                "threshold, or --verify signature, which keeps no sets of shingles"
            )
        return None

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {**asdict(self), "settings": self.settings.as_dict(), "obstacle": self.obstacle}


def plan(root: Path, settings: DedupSettings, resources: Resources, against: Sequence[Path] = ()) -> Plan:
    """What `run` would take with the same arguments; nothing is written. UserError where it would refuse the input."""
    refuse_options(settings, against)
    mine = own_index(root)
    indexes = indexes_of(against, mine)
    for index in indexes:
        refuse_missing_keys(index, parts(settings.exact, settings.fuzzy))
    others = others_of(indexes, mine, root)
    return plan_of(mine.segments, others, settings, resources, str(root))


def plan_of(
    marked: Sequence[Segment], others: Sequence[Segment], settings: DedupSettings, resources: Resources, shown: str
) -> Plan:
    """What it takes to mark some segments, compared with each other and with others. shown: how they are called."""
    roots = list(dict.fromkeys(each.dataset for each in marked))
    stored = sum(
        file.bytes for root in roots for entry in documents_entries(root) for file in entry.partitions.values()
    )
    documents, own = (sum(each.rows for each in some) for some in ([*marked, *others], marked))
    stored_text = stored * documents // own     # text of others takes as much room
    work = Workload(
        documents=documents,
        unkeyed=sum(each.rows for each in marked if not has_keys(each, settings)),
        marked=own,
        partitions=sum(len(each.places) for each in marked),
        largest_segment=max(each.rows for each in marked),
        stored_text_bytes=stored_text,
        text_bytes=round(stored_text / OUTPUT_PER_TEXT["documents"]),
    )
    return planned(work, settings, resources, dataset=shown, free_bytes=free_bytes(roots[0]))


def planned(
    work: Workload, settings: DedupSettings, resources: Resources, *, dataset: str, free_bytes: int | None = None
) -> Plan:
    """What so much work takes; it needs no dataset. free_bytes: None if the disk is not known."""
    of_worker = None if resources.scheduler else (resources.memory or machine_memory()) // resources.workers
    task_memory = (of_worker or LEAST_MEMORY) // TASK_SHARE
    stages = tuple(stages_of(work, settings, task_memory))
    return Plan(
        dataset=dataset,
        documents=work.documents,
        new=work.unkeyed,
        settings=settings,
        stages=stages,
        in_memory=fits(work.documents, task_memory),
        workers=resources.workers,
        worker_memory=of_worker,
        needed_memory=max(LEAST_MEMORY, WORKER_MEMORY + max(stage.task_memory for stage in stages)),
        disk_bytes=sum(stage.written for stage in stages),
        kept_bytes=sum(stage.written for stage in stages if stage.kept),
        free_bytes=free_bytes,
        read_bytes=sum(stage.read for stage in stages),
        written_bytes=sum(stage.written for stage in stages),
        core_seconds=round(sum(stage.core_seconds for stage in stages), 1),
        seconds=round(sum(stage.core_seconds / min(resources.workers, max(1, stage.tasks)) for stage in stages), 1),
    )


def refuse_what_cannot_end(plan: Plan) -> None:
    """UserError if disk or memory are short, before hours are spent."""
    if plan.obstacle:
        raise UserError(plan.obstacle)


def has_keys(segment: Segment, settings: DedupSettings) -> bool:
    """Whether a segment has all keys that are asked for."""
    return all(KeysTask(segment, part).is_done for part in parts(settings.exact, settings.fuzzy))


def machine_memory() -> int:
    """Bytes."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def free_bytes(root: Path) -> int:
    """Of the disk that the dataset is on."""
    return shutil.disk_usage(root).free


def readable(count: float) -> str:
    """Bytes, e.g. 1.5 GB or 20 MB."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"

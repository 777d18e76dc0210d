"""The stages from keys to survivors, each a set of tasks: in any order, by any worker, any number of times.

    keys        segment             what documents are compared by, see `index`
    preference  segment             how much one would like to keep each
    candidates  prefixes of a band  which documents share a key with another
    chosen      segment             those of them, and how much room it takes to compare them
    evidence    segment             their signatures, and the sets of their shingles
    exact       prefixes            copies, and which of them stays
    edges       prefixes of a band  the pairs that match
    clusters                        what the pairs connect
    survivors   some clusters       which documents of each stay

The output of a stage is a folder below the job's, named after everything that decides its content.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from rpdata.dedup.clusters import ranks
from rpdata.dedup.clusters.components import components
from rpdata.dedup.clusters.preference import Preference, PreferenceTask, make_preference
from rpdata.dedup.clusters.survivors import find_survivors, survivors_tasks
from rpdata.dedup.exact import ExactTask, find_copies
from rpdata.dedup.index.segments import KeysTask, Segment, make_keys
from rpdata.dedup.job import Job
from rpdata.dedup.pairs import candidates, chosen, edges
from rpdata.dedup.pairs.candidates import CandidatesTask, find_candidates, find_reached, find_touched, reached_tasks
from rpdata.dedup.pairs.chosen import ChosenTask, choose, refuse_too_much
from rpdata.dedup.pairs.edges import EdgesTask, find_edges
from rpdata.dedup.pairs.gathering import EvidenceTask, collect_evidence
from rpdata.dedup.pairs.rows import Rows, rows_of_bands, rows_of_documents
from rpdata.engine.arrays import BELOW, is_written
from rpdata.engine.cluster import Cluster
from rpdata.engine.killpoint import passing
from rpdata.engine.progress import Progress


class Task(Protocol):
    """What is pickled for a worker."""

    @property
    def name(self) -> str: ...


class Leaving(Task, Protocol):
    """A task that leaves a folder of arrays."""

    @property
    def folder(self) -> Path: ...


T = TypeVar("T", bound=Task)
L = TypeVar("L", bound=Leaving)


class Stages:
    """Runs stages on a cluster, one after the other. quiet, silent: see `Progress`."""

    def __init__(self, cluster: Cluster, quiet: bool, silent: bool) -> None:
        self.cluster = cluster
        self._quiet = quiet
        self._silent = silent

    def run(self, stage: str, work: Callable[[T], None], tasks: Iterable[T]) -> None:
        """All tasks of a stage. CannotFinish if one can't be done; the others then are."""
        pending = [(task.name, task) for task in tasks]
        with Progress(
            len(pending), len(pending), quiet=self._quiet, silent=self._silent or not pending,
            dashboard=self.cluster.dashboard, counted=f"tasks of {stage}",
        ) as progress:
            for _ in self.cluster.run(work, pending):
                progress.unit_done(1)
        passing(f"{stage} done")


def make_all_keys(stages: Stages, segments: Sequence[Segment], parts: Sequence[str]) -> None:
    """The keys of segments; what their index has already is left."""
    tasks = (KeysTask(segment, part) for segment in segments for part in parts)
    stages.run("keys", make_keys, [task for task in tasks if not task.is_done])


def undone(tasks: Iterable[L]) -> list[L]:
    """The tasks that no run before this one has finished."""
    return [task for task in tasks if not is_written(task.folder)]


def find_duplicates(stages: Stages, job: Job, preferences: Mapping[Path, Preference | None], memory: int) -> None:
    """Everything from candidates to survivors.

    preferences: dataset -> what the keep rule means for it. memory: bytes that the arrays of one task may take.
    """
    settings, documents = job.settings, job.numbering.documents
    rules = [(segment, preferences.get(segment.dataset)) for segment in job.numbering.segments]
    ranked = [PreferenceTask(s, rule, job.stage(ranks.STAGE) / s.name) for s, rule in rules if rule]
    stages.run("preference", make_preference, undone(ranked))
    copies = [] if settings.exact == "none" else rows_of_documents(settings.exact, documents)
    bands = {threshold: rows_of_bands(threshold, documents) for threshold in settings.fuzzy}
    if settings.verify != "none" and settings.fuzzy:
        choose_candidates(stages, job, [*copies, *(rows for each in bands.values() for rows in each)], memory)
        segments = job.numbering.segments
        stages.run(chosen.STAGE, choose, undone(ChosenTask(job, segment) for segment in segments))
        evidence = undone(EvidenceTask(job, segment) for segment in segments)
        refuse_too_much(job, [task.segment for task in evidence])
        stages.run("evidence", collect_evidence, evidence)
    stages.run("exact", find_copies, undone(ExactTask(job, rows) for rows in copies))
    for threshold, rows_of in bands.items():
        stages.run(edges.STAGE, find_edges, undone(EdgesTask(job, threshold, rows) for rows in [*copies, *rows_of]))
        folders = sorted(job.stage(edges.STAGE, threshold).glob(BELOW))
        clusters = components(folders, documents, memory, stages.cluster, job.stage("clusters", threshold))
        passing("clusters done")
        stages.run("survivors", find_survivors, undone(survivors_tasks(job, threshold, clusters)))


def choose_candidates(stages: Stages, job: Job, wanted: Sequence[Rows], memory: int) -> None:
    """Find out which documents are to be compared."""
    if not job.earlier:
        stages.run(candidates.STAGE, find_candidates, undone(CandidatesTask(job, rows) for rows in wanted))
        return
    touched = undone(CandidatesTask(job, rows, candidates.TOUCHED) for rows in wanted)
    stages.run(candidates.TOUCHED, find_touched, touched)
    known = [path for t in job.settings.fuzzy for path in sorted((job.earlier / f"edges-{t}").glob(BELOW))]
    folders = [*sorted(job.stage(candidates.TOUCHED).glob(BELOW)), *known]
    connected = components(folders, job.numbering.documents, memory, stages.cluster, job.stage("connected"))
    stages.run(candidates.STAGE, find_reached, undone(reached_tasks(job, connected)))

"""`rpdata dedup OUT`: from signatures and texts to the overlay `duplicates/`."""

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rpdata.annotate.work import finishing, start
from rpdata.dataset import DUPLICATES
from rpdata.dedup import found
from rpdata.dedup.comparison import Comparison
from rpdata.dedup.duplicates_columns import configuration
from rpdata.dedup.duplicates_overlay import MarkTask, is_marked, mark_unit
from rpdata.dedup.earlier import earlier_edges, keep_edges
from rpdata.dedup.index.catalogue import Index
from rpdata.dedup.index.segments import Segment, parts
from rpdata.dedup.job import Job
from rpdata.dedup.own_index import (
    indexes_of,
    others_of,
    own_index,
    refuse_missing_keys,
    refuse_options,
    refuse_twins,
    save_own,
)
from rpdata.dedup.plan import TASK_SHARE, plan_of, refuse_what_cannot_end
from rpdata.dedup.refused_segments import refuse_other_files, refuse_two_states, refuse_what_is_not_kept
from rpdata.dedup.safety import SafetyReport, refuse, report_of, write_report
from rpdata.dedup.settings import DedupSettings
from rpdata.dedup.stages import Stages, find_duplicates, make_all_keys
from rpdata.dedup.summary import DedupSummary
from rpdata.dedup.tallies import Tallies, tally_unit
from rpdata.engine.commit import sweep
from rpdata.engine.killpoint import passing
from rpdata.engine.lock import writer_lock
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.ledger import configuration_hash
from rpdata.manifest import FILE as MANIFEST
from rpdata.manifest import Manifest


def run(
    root: Path,
    settings: DedupSettings,
    resources: Resources,
    *,
    against: Sequence[Path] = (),
    update_index: bool = False,
    allow_large_clusters: bool = False,
    quiet: bool = False,
    silent: bool = True,
) -> DedupSummary:
    """Write `duplicates/` beside the documents of the dataset `root`; safe to run any number of times.

    against: indexes of other datasets, whose documents come first: one that matches any of them is not kept.
    update_index: add this dataset to the (one) index of `against`.

    Raises UserError where the work is refused before it begins, Refused (exit status 4) where what was found looks
    wrong and `allow_large_clusters` is not given, CannotFinish where the work can't be finished.
    """
    refuse_options(settings, against)
    if update_index and len(against) != 1:
        raise UserError("--update-index adds the dataset to the index of --against: name one, --against INDEX")
    root, shown = root.absolute(), str(root)
    needed = parts(settings.exact, settings.fuzzy)
    with ExitStack() as locks:
        locks.enter_context(writer_lock(root))
        mine = own_index(root)
        others = indexes_of(against, mine)
        if update_index and guarded(against[0]) != root.resolve():
            locks.enter_context(writer_lock(guarded(against[0])))
            others = indexes_of(against, mine)      # under the lock: another run may have added to it since
        for index in others:
            refuse_missing_keys(index, needed)
        known = others_of(others, mine, root)
        if others and not known:
            raise UserError(
                f"{' and '.join(str(index.folder) for index in others)} has the documents of {shown} and no others: "
                "there is nothing to compare with.\nLeave --against away, or name the index of another dataset"
            )
        refuse_twins([*mine.segments, *known])
        refuse_two_states(known)
        refuse_what_is_not_kept(known, mine)
        if settings.fuzzy and settings.verify != "none":
            refuse_other_files(known)
        first = frozenset(each.name for each in known)
        comparison = Comparison.of(mine.folder, [*mine.segments, *known], first, [root], settings)

        def keep(job: Job | None) -> None:
            """Have what was learnt serve the next snapshot."""
            index = others[0].with_segments(mine.segments, root, needed) if update_index else mine
            if job and settings.fuzzy and (update_index or not others):
                keep_edges(job, index)

        refuse_what_cannot_begin(comparison, mine.segments, known, resources, shown)
        save_own(mine, root)
        (summary,) = compare(
            comparison, [shown], mine.segments, resources, partial(earlier_edges, comparison, others), keep,
            allow_large_clusters, quiet=quiet, silent=silent,
        )
    return summary


def recluster(
    folder: Path,
    settings: DedupSettings,
    resources: Resources,
    *,
    allow_large_clusters: bool = False,
    quiet: bool = False,
    silent: bool = True,
) -> list[DedupSummary]:
    """Bring `duplicates/` of all datasets of an index to what a run of all of them together would write.

    Raises as `run` does; UserError too for a dataset that has changed since it was added.
    """
    folder = folder.absolute()
    Index.load(folder)          # that there is one
    with ExitStack() as locks:
        locks.enter_context(writer_lock(guarded(folder)))
        index = Index.load(folder)
        roots = list(dict.fromkeys(each.dataset for each in index.segments))
        for root in roots:
            if root != guarded(folder):
                locks.enter_context(writer_lock(root))
        for root in roots:
            refuse_changed(index, root)
        comparison = Comparison.of(index.folder, index.segments, frozenset(), roots, settings)
        refuse_what_cannot_begin(comparison, index.segments, [], resources, str(index.folder))

        def keep(job: Job | None) -> None:
            if job and settings.fuzzy:
                keep_edges(job, index)

        return compare(
            comparison, list(map(str, roots)), index.segments, resources, lambda: None, keep,
            allow_large_clusters, quiet=quiet, silent=silent,
        )


def refuse_what_cannot_begin(
    comparison: Comparison, marked: Sequence[Segment], others: Sequence[Segment], resources: Resources, shown: str
) -> None:
    """UserError if disk or memory are short, before hours are spent; not where they have been spent already."""
    if not comparison.work.exists() and found.known(comparison, [shown] * len(comparison.targets)) is None:
        refuse_what_cannot_end(plan_of(marked, others, comparison.settings, resources, shown))


def guarded(folder: Path) -> Path:
    """The folder whose lock an index is under: the dataset that it lies in, or itself."""
    folder = folder.resolve()
    return folder.parent if (folder.parent / MANIFEST).is_file() else folder


def refuse_changed(index: Index, root: Path) -> None:
    """UserError if a dataset is not any more what an index has of it."""
    there = {place for segment in own_index(root).segments for place in segment.places}
    known = {place for segment in index.segments if segment.dataset == root for place in segment.places}
    if there != known:
        raise UserError(
            f"{root} has changed since it was added to the index {index.folder}.\nBring the index up to date first: "
            f"rpdata dedup {root} --against {index.folder} --update-index"
        )


def compare(
    comparison: Comparison,
    shown: Sequence[str],
    keyed: Sequence[Segment],
    resources: Resources,
    earlier: Callable[[], Path | None],
    keep: Callable[[Job | None], None],
    allow_large_clusters: bool,
    *,
    quiet: bool,
    silent: bool,
) -> list[DedupSummary]:
    """Do what a comparison asks for; the locks are held. A summary for each target.

    shown: the targets as they were named. keyed: segments that get keys where they lack some. earlier: finds what
    `Job` calls so. keep: what to do once all is marked; None is in the place of a job where that was so before.
    """
    began = time.monotonic()
    settings, home = comparison.settings, comparison.home
    for root in (home, *comparison.targets):
        sweep(root)
    summaries = found.known(comparison, shown)
    if summaries is not None:
        keep(None)
        shutil.rmtree(comparison.work, ignore_errors=True)      # of a run that was killed at its very end
    else:
        with start(resources) as cluster:
            stages = Stages(cluster, quiet, silent)
            memory = cluster.memory // TASK_SHARE
            make_all_keys(stages, keyed, parts(settings.exact, settings.fuzzy))
            job = comparison.job(earlier())
            find_duplicates(stages, job, comparison.preferences, memory)
            reports = [
                safety_of(comparison, job, stages, root, name, allow_large_clusters)
                for root, name in zip(comparison.targets, shown, strict=True)
            ]
            passing("nothing marked yet")
            mark(comparison, stages)
            summaries = found.summaries(comparison, shown, reports)
        keep(job)
        found.note(comparison, summaries)
        shutil.rmtree(home / "work", ignore_errors=True)
    for summary in summaries:
        summary.seconds = round(time.monotonic() - began, 3)
    return summaries


def safety_of(
    comparison: Comparison, job: Job, stages: Stages, root: Path, shown: str, allow: bool
) -> SafetyReport:
    """The report on one dataset, also in its folder; Refused if it is alarming and that was not allowed."""
    tasks = comparison.mark_tasks(root)
    folder = comparison.work / "tallies" / configuration_hash({"dataset": str(root)})[:16]
    stages.run("tallies", partial(tally_unit, folder=folder), tasks)
    tallies = Tallies(folder, [task.unit for task in tasks], comparison.levels)
    report = report_of(tallies, comparison.levels, job.numbering.documents, job.locate)
    write_report(root, report)
    if not allow:
        refuse(report, shown)
    return report


def mark(comparison: Comparison, stages: Stages) -> None:
    """Write the overlays of all targets."""
    for root in comparison.targets:
        manifest = Manifest.load(root)
        manifest.replace(DUPLICATES, configuration(comparison.settings, comparison.state, comparison.against))
        manifest.save(root)
        tasks = comparison.mark_tasks(root)
        with finishing(root, count=lambda: None, missing=partial(unmarked, tasks)):
            stages.run("marks", mark_unit, (task for task in tasks if not is_marked(task)))


def unmarked(tasks: Sequence[MarkTask]) -> list[str]:
    """The units whose overlay is not there."""
    return [task.unit for task in tasks if not is_marked(task)]

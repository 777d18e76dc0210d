"""What a deduplication found, counted; kept beside its index, so that the same question again is answered at once."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rpdata.dedup.comparison import Comparison
from rpdata.dedup.duplicates_overlay import is_marked
from rpdata.dedup.job import Job
from rpdata.dedup.marks import EXACT, Level
from rpdata.dedup.safety import SafetyReport
from rpdata.dedup.summary import DedupSummary, ExactFound, FuzzyFound, summary_from
from rpdata.engine.arrays import FACTS, Arrays
from rpdata.engine.commit import write_atomically

FILE = "found.json"


def summaries(comparison: Comparison, shown: Sequence[str], reports: Sequence[SafetyReport]) -> list[DedupSummary]:
    """One for each target, from the facts that the tasks of all stages left."""
    numbering = comparison.numbering
    return [
        DedupSummary(
            output=name,
            documents=(own := sum(each.place.rows for each in numbering.ranges if each.segment.dataset == root)),
            verify=comparison.settings.verify,
            keep=comparison.settings.keep,
            safety=report,
            indexed=numbering.documents - own if comparison.first else 0,
            without_signature=without_signature(comparison, root),
            exact=exact_found(comparison, root, report),
            fuzzy=[fuzzy_found(comparison, each, root, report) for each in comparison.levels if not each.is_exact],
            units=len(comparison.mark_tasks(root)),
        )
        for root, name, report in zip(comparison.targets, shown, reports, strict=True)
    ]


@dataclass(frozen=True)
class Groups:
    """What one level has of a target: groups with a document of it, documents of it in them, the largest group."""

    groups: int
    documents: int
    largest: int


def groups_of(comparison: Comparison, level: Level, root: Path) -> Groups:
    """Count those of one target."""
    ranges = comparison.numbering.ranges
    starts = np.array([each.first_number for each in ranges], np.int64)
    is_own = np.array([each.segment.dataset == root for each in ranges], bool)
    groups = documents = largest = 0
    for arrays in level.tasks():        # a group is in one task
        numbers = np.array(arrays["number"])
        own = is_own[np.searchsorted(starts, numbers, side="right") - 1]
        groups += len(np.unique(arrays["first"][own]))
        documents += int(np.count_nonzero(own))
        largest = max(largest, int(arrays["size"][own].max(initial=0)))
    return Groups(groups, documents, largest)


def exact_found(comparison: Comparison, root: Path, report: SafetyReport) -> ExactFound | None:
    kind = comparison.settings.exact
    if kind == "none":
        return None
    level = next(each for each in comparison.levels if each.is_exact)
    found = groups_of(comparison, level, root)
    segments = [each for each in comparison.numbering.segments if each.dataset == root]
    keyed = sum(len(each.arrays(f"exact-{kind}")["rows"]) for each in segments)
    return ExactFound(kind, found.groups, found.documents, removed_of(report, EXACT), keyed)


def fuzzy_found(comparison: Comparison, level: Level, root: Path, report: SafetyReport) -> FuzzyFound:
    job = Job(comparison.work, comparison.settings)
    pairs = facts_of(job.stage("edges", float(level.name)))
    unresolved = pairs["unresolved"] + facts_of(job.stage("survivors", float(level.name)))["unresolved"]
    found = groups_of(comparison, level, root)
    return FuzzyFound(
        level.name,
        clusters=found.groups,
        documents=found.documents,
        largest=found.largest,
        removed=removed_of(report, level.name),
        compared=pairs["compared"],
        edges=pairs["matched"],
        unresolved=unresolved,
        oversized=pairs["oversized"],
    )


def facts_of(stage: Path) -> Counter[str]:
    """The facts of all tasks of a stage, added up."""
    sums = Counter[str]()
    for path in sorted(stage.rglob(FACTS)):
        if not path.parent.name.startswith("."):        # left half-written by a worker that died
            sums.update(Arrays(path.parent).facts)
    return sums


def removed_of(report: SafetyReport, level: str) -> int:
    return next(each.removed for each in report.levels if each.level == level)


def without_signature(comparison: Comparison, root: Path) -> int:
    """Documents of a target that are too short for one."""
    if not comparison.settings.fuzzy:
        return 0
    part = f"keys-{comparison.settings.fuzzy[0]}"
    mine = [segment for segment in comparison.numbering.segments if segment.dataset == root]
    return sum(segment.rows - segment.arrays(part).facts["signed"] for segment in mine)


def note(comparison: Comparison, told: Sequence[DedupSummary]) -> None:
    """Keep what was found."""
    content = {"state": comparison.state, "summaries": [summary.as_dict() for summary in told]}
    write_atomically(comparison.home / FILE, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


def known(comparison: Comparison, shown: Sequence[str]) -> list[DedupSummary] | None:
    """What was found, if the overlays of all targets are of just this; None if there is work to do.

    shown: the targets as they are named now: they may have been moved since.
    """
    try:
        content = json.loads((comparison.home / FILE).read_bytes())
        if content["state"] != comparison.state:
            return None
        told = [summary_from(fields) for fields in content["summaries"]]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    tasks = [comparison.mark_tasks(root) for root in comparison.targets]
    if not all(is_marked(task) for each in tasks for task in each):
        return None
    for summary, each, name in zip(told, tasks, shown, strict=True):
        summary.units_done_before = len(each)
        summary.output = name
    return told

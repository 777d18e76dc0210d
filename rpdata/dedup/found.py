"""What a deduplication found, counted; kept beside its index, so that the same question again is answered at once."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rpdata.dedup.comparison import Comparison
from rpdata.dedup.duplicates_overlay import is_marked
from rpdata.dedup.job import Job
from rpdata.dedup.marks import EXACT
from rpdata.dedup.safety import SafetyReport
from rpdata.dedup.summary import DedupSummary, ExactFound, FuzzyFound, summary_from
from rpdata.engine.arrays import Arrays
from rpdata.engine.commit import write_atomically

FILE = "found.json"


def summaries(comparison: Comparison, shown: Sequence[str], reports: Sequence[SafetyReport]) -> list[DedupSummary]:
    """One for each target, from the facts that the tasks of all stages left."""
    job = Job(comparison.work, comparison.settings)
    numbering = job.numbering
    return [
        DedupSummary(
            output=name,
            documents=(own := sum(each.place.rows for each in numbering.ranges if each.segment.dataset == root)),
            verify=comparison.settings.verify,
            keep=comparison.settings.keep,
            safety=report,
            indexed=numbering.documents - own if comparison.first else 0,
            without_signature=without_signature(comparison, root),
            exact=exact_found(job, removed_of(report, EXACT)) if comparison.settings.exact != "none" else None,
            fuzzy=[fuzzy_found(job, t, removed_of(report, str(t))) for t in comparison.settings.fuzzy],
            units=len(comparison.mark_tasks(root)),
        )
        for root, name, report in zip(comparison.targets, shown, reports, strict=True)
    ]


def exact_found(job: Job, removed: int) -> ExactFound:
    sums = facts_of(job.stage(EXACT))
    return ExactFound(job.settings.exact, sums["groups"], sums["documents"], removed)


def fuzzy_found(job: Job, threshold: float, removed: int) -> FuzzyFound:
    pairs = facts_of(job.stage("edges", threshold))
    clusters = facts_of(job.stage("survivors", threshold))
    return FuzzyFound(
        str(threshold),
        clusters=clusters["clusters"],
        documents=clusters["documents"],
        largest=clusters["largest"],
        removed=removed,
        compared=pairs["compared"],
        edges=pairs["edges"],
        unresolved=pairs["unresolved"] + clusters["unresolved"],
        oversized=pairs["oversized"],
    )


def facts_of(stage: Path) -> Counter[str]:
    """The facts of all tasks of a stage, added up; of `largest` the largest."""
    sums = Counter[str]()
    for path in sorted(stage.rglob("facts.json")):
        facts = Arrays(path.parent).facts
        largest = max(sums["largest"], facts.get("largest", 0))
        sums.update(facts)
        sums["largest"] = largest
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


def known(comparison: Comparison) -> list[DedupSummary] | None:
    """What was found, if the overlays of all targets are of just this; None if there is work to do."""
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
    for summary, each in zip(told, tasks, strict=True):
        summary.units_done_before = len(each)
    return told

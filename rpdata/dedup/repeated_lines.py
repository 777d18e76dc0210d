"""`rpdata dedup OUT --lines N`: which lines are boilerplate, told by how many documents of the dataset have them.

The overlay `repeated_lines/` has a list for each document, `rpdata_lines_copies`, with a number for each of its lines,
beside `line_start` and `line_end` of `quality_signals/`: in how many documents of the dataset the line occurs, itself
included, if in more than N; else 0. Lines are compared without the white space around them; blank ones have 0. No text
is changed: recipes decide which lines go.

The numbers are of the whole dataset, so when documents are added all of them are made again; the lines of units that
were counted before are not read again for that (`index/lines/counts-*`, which may be deleted).
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from rpdata.annotate.timings import Timings
from rpdata.annotate.unit import UnitReport
from rpdata.annotate.work import finishing, start
from rpdata.dataset import REPEATED_LINES
from rpdata.dedup.line_counts import bounds
from rpdata.dedup.repeated_lines_job import COLUMN, LinesJob, LinesUnit, content_of, state_of
from rpdata.dedup.repeated_lines_tasks import Part, add_up, count_lines, list_runs, mark_lines
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.engine.cluster import Cluster
from rpdata.engine.commit import sweep
from rpdata.engine.killpoint import passing
from rpdata.engine.lock import writer_lock
from rpdata.engine.progress import Progress
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest


@dataclass
class LinesSummary:
    """What was found. lines: of all documents. repeated: different ones that more than `more_than` documents have.

    marked_lines: lines of documents that are copies of those; marked_documents: that have one of them at least.
    """

    output: str
    more_than: int
    units: int = 0
    units_done_before: int = 0
    units_without_documents: int = 0
    documents: int = 0
    lines: int = 0
    repeated: int = 0
    marked_lines: int = 0
    marked_documents: int = 0
    seconds: float = 0.0

    @property
    def has_failures(self) -> bool:
        """Whether planned units have no documents yet, whose lines are not counted."""
        return bool(self.units_without_documents)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def mark_repeated_lines(
    root: Path, more_than: int, resources: Resources, quiet: bool = False, silent: bool = True
) -> LinesSummary:
    """Write `repeated_lines/` beside the documents of the dataset `root`; safe to run any number of times.

    more_than: documents that have a line, above which it is marked; 1 or more.

    Raises UserError where the dataset is refused, CannotFinish where the work can't be finished.
    """
    started = time.monotonic()
    if more_than < 1:
        raise UserError(f"--lines {more_than} would mark every line: give 1 or more documents that may have a line")
    shown, root = str(root), root.absolute()
    Manifest.load(root)     # what is no dataset is refused before the lock puts a file into it
    with writer_lock(root):
        sweep(root)
        manifest = Manifest.load(root)
        entries = [entry for unit in manifest.units if (entry := Ledger(root).entry("documents", unit.name))]
        if not entries:
            raise UserError(f"{shown} has no documents yet. First: rpdata compute-signals INPUT... --output {shown}")
        units = [LinesUnit(number, entry.unit, content_of(entry)) for number, entry in enumerate(entries)]
        job = LinesJob(root, state_of(units, more_than))
        pending = [unit for unit in units if not job.is_marked(unit)]
        summary = LinesSummary(f"{shown}/{REPEATED_LINES}", more_than, len(units), len(units) - len(pending))
        summary.units_without_documents = len(manifest.units) - len(units)
        passes = Passes(job, {unit.name: unit.size for unit in manifest.units}, quiet, silent)
        manifest.replace(REPEATED_LINES, configuration(more_than))
        manifest.save(root)
        with finishing(
            root,
            count=lambda: count(units, job, summary),
            missing=lambda: [unit.name for unit in units if not job.is_marked(unit)],
        ):
            if pending:
                with start(resources) as cluster:
                    passes.count(units, cluster)
                    add_up_all(units, job, more_than, cluster)
                    passing("repeated lines found")
                    passes.mark(pending, cluster)
                tidy_up(units, job)
    summary.seconds = round(time.monotonic() - started, 3)
    return summary


def configuration(more_than: int) -> dict[str, Any]:
    """What the manifest says of the overlay."""
    described = {
        "definition": f"In how many documents of the dataset the line occurs, if in more than {more_than}; else 0. "
        "White space around it does not count; blank lines have 0.",
        "unit": "documents",
        "type": "int32 for each line",
        "source": "",
    }
    about = f"`{COLUMN}`: for each line in how many documents it is, if in more than {more_than}, else 0"
    return {"more_than": more_than, "about": about, "signals": {COLUMN: described}}


@dataclass(frozen=True)
class Passes:
    """The two passes over the text, with progress and times. sizes: of all units, compressed."""

    job: LinesJob
    sizes: Mapping[str, int]
    quiet: bool
    silent: bool

    def count(self, units: Sequence[LinesUnit], cluster: Cluster) -> None:
        """Have the lines of every unit counted."""
        todo = [unit for unit in units if not is_written(self.job.counts(unit) / "whole")]
        self._run(partial(count_lines, job=self.job), todo, "units counted", cluster)

    def mark(self, units: Sequence[LinesUnit], cluster: Cluster) -> None:
        """Have the overlay of these units."""
        self._run(partial(mark_lines, job=self.job), units, "units marked", cluster)

    def _run(
        self, task: Callable[[LinesUnit], UnitReport], units: Sequence[LinesUnit], counted: str, cluster: Cluster
    ) -> None:
        with (
            Progress(
                len(units), sum(self.sizes[unit.name] for unit in units), quiet=self.quiet,
                silent=self.silent or not units, dashboard=cluster.dashboard, counted=counted,
            ) as progress,
            Timings(self.job.root) as timings,
        ):
            cluster.on_progress(progress.advance)
            for name, report in cluster.run(task, ((unit.name, unit) for unit in units)):
                progress.unit_done(self.sizes[name])
                timings.add(report)


def add_up_all(units: Sequence[LinesUnit], job: LinesJob, more_than: int, cluster: Cluster) -> None:
    """Have the repeated keys of every range."""
    cuts = bounds(list_runs(units, job))
    ranges = [Part(number, *cut, more_than) for number, cut in enumerate(pairwise(cuts))]
    for _ in cluster.run(partial(add_up, job=job), ((f"lines {part.number}", part) for part in ranges)):
        pass
    found = sum(Arrays(job.part(part.number)).facts["different"] for part in ranges)
    write_arrays(job.found, {}, {"repeated": found})


def tidy_up(units: Sequence[LinesUnit], job: LinesJob) -> None:
    """Remove what only this run needed, and what is of documents or a number of copies that are no more."""
    shutil.rmtree(job.parts, ignore_errors=True)
    needed = {job.work, *(job.counts(unit) for unit in units)}
    for folder in job.folder.iterdir():
        if folder not in needed:
            shutil.rmtree(folder, ignore_errors=True)


def count(units: Sequence[LinesUnit], job: LinesJob, summary: LinesSummary) -> None:
    """Sums over the units that are marked."""
    if is_written(job.found):
        summary.repeated = Arrays(job.found).facts["repeated"]
    for unit in units:
        if is_written(job.marked(unit)):
            facts = Counter(Arrays(job.marked(unit)).facts)
            summary.documents += facts["documents"]
            summary.lines += facts["lines"]
            summary.marked_lines += facts["marked_lines"]
            summary.marked_documents += facts["marked_documents"]

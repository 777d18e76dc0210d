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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from rpdata.dedup.repeated_lines_tasks import (
    COLUMN,
    LinesTask,
    Part,
    Unit,
    add_up,
    count_lines,
    facts_of,
    mark_lines,
    part_folder,
)
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
        task = LinesTask(root, entries, more_than)
        sizes = {unit.name: unit.size for unit in manifest.units}
        pending = [number for number, entry in enumerate(entries) if not task.is_marked(entry)]
        summary = LinesSummary(f"{shown}/{REPEATED_LINES}", more_than, len(entries), len(entries) - len(pending))
        summary.units_without_documents = len(manifest.units) - len(entries)
        manifest.replace(REPEATED_LINES, configuration(more_than))
        manifest.save(root)
        with finishing(
            root,
            count=lambda: count(task, summary),
            missing=lambda: [entry.unit for entry in entries if not task.is_marked(entry)],
        ):
            if pending:
                with start(resources) as cluster:
                    count_all(task, cluster, sizes, quiet, silent)
                    parts = add_up_all(task, cluster)
                    passing("repeated lines found")
                    mark_all(task, pending, parts, cluster, sizes, quiet, silent)
                tidy_up(task)
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


def count_all(task: LinesTask, cluster: Cluster, sizes: dict[str, int], quiet: bool, silent: bool) -> None:
    """Have the lines of every unit counted."""
    todo = [entry for entry in task.documents if not is_written(task.counts(entry) / "whole")]
    with shown(cluster, [sizes[entry.unit] for entry in todo], "units counted", task.root, quiet, silent) as through:
        for name, report in cluster.run(partial(count_lines, task=task), ((each.unit, each) for each in todo)):
            through(sizes[name], report)


def add_up_all(task: LinesTask, cluster: Cluster) -> int:
    """Have the repeated keys of every range; returns how many ranges there are."""
    cuts = bounds(sum(sum(facts_of(entry, task)["records"]) for entry in task.documents))
    ranges = [Part(number, *cut) for number, cut in enumerate(pairwise(cuts))]
    for _ in cluster.run(partial(add_up, task=task), ((f"lines {each.number}", each) for each in ranges)):
        pass
    found = sum(Arrays(part_folder(task, each.number)).facts["different"] for each in ranges)
    write_arrays(task.found, {}, {"repeated": found})
    return len(ranges)


def mark_all(
    task: LinesTask, pending: Sequence[int], parts: int, cluster: Cluster, sizes: dict[str, int], quiet: bool,
    silent: bool,
) -> None:
    """Have the overlay of every pending unit."""
    names = [task.documents[number].unit for number in pending]
    units = ((name, Unit(number, parts)) for name, number in zip(names, pending, strict=True))
    with shown(cluster, [sizes[name] for name in names], "units marked", task.root, quiet, silent) as through:
        for name, report in cluster.run(partial(mark_lines, task=task), units):
            through(sizes[name], report)


@contextmanager
def shown(
    cluster: Cluster, sizes: Sequence[int], counted: str, root: Path, quiet: bool, silent: bool
) -> Iterator[Callable[[int, UnitReport], None]]:
    """Progress and times of one pass over units of these sizes; call what it gives for each that is through."""
    with (
        Progress(
            len(sizes), sum(sizes), quiet=quiet, silent=silent or not sizes, dashboard=cluster.dashboard,
            counted=counted,
        ) as progress,
        Timings(root) as timings,
    ):
        cluster.on_progress(progress.advance)

        def through(size: int, report: UnitReport) -> None:
            progress.unit_done(size)
            timings.add(report)

        yield through


def tidy_up(task: LinesTask) -> None:
    """Remove what only this run needed, and what is of documents or a number of copies that are no more."""
    shutil.rmtree(task.parts, ignore_errors=True)
    needed = {task.work, *(task.counts(entry) for entry in task.documents)}
    for folder in task.folder.iterdir():
        if folder not in needed:
            shutil.rmtree(folder, ignore_errors=True)


def count(task: LinesTask, summary: LinesSummary) -> None:
    """Sums over the units that are marked."""
    if is_written(task.found):
        summary.repeated = Arrays(task.found).facts["repeated"]
    for entry in task.documents:
        if is_written(task.marked(entry)):
            facts = Counter(Arrays(task.marked(entry)).facts)
            summary.documents += entry.written
            summary.lines += facts["lines"]
            summary.marked_lines += facts["marked_lines"]
            summary.marked_documents += facts["marked_documents"]

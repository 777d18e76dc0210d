"""`rpdata compute-signals OUT --signals FILE`: an overlay of a user's own signals beside a dataset's documents."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rpdata.annotate.overlay_unit import OverlayTask, annotate_overlay, columns_of, error_lines
from rpdata.annotate.signals_file import SignalsFile, choose, load
from rpdata.annotate.unit import UnitReport
from rpdata.annotate.watch import blaming, forget
from rpdata.annotate.work import finishing, work_through
from rpdata.dataset import OWN_SIGNALS
from rpdata.engine.commit import sweep
from rpdata.engine.lock import writer_lock
from rpdata.engine.plan import Unit
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger
from rpdata.manifest import Manifest


@dataclass
class FailedSignal:
    """The values of one signal that could not be had. first: the first cause, as errors/ names it."""

    values: int
    first: str


@dataclass
class OverlaySummary:
    """What a run found and did. documents, failed_values: over all units that are done now.

    units: those that have documents; units_without_documents: planned, but not annotated yet.
    """

    output: str
    overlay: str
    signals: list[str]
    units: int = 0
    units_done_before: int = 0
    units_without_documents: int = 0
    computed: dict[str, int] = field(default_factory=dict)      # signal -> units that it is computed in by this run
    copied: dict[str, int] = field(default_factory=dict)        # likewise
    dropped: list[str] = field(default_factory=list)            # columns whose functions are gone from the file
    documents: int = 0
    failed_values: int = 0
    failed: dict[str, FailedSignal] = field(default_factory=dict)       # signal -> its part of them
    units_with_errors: int = 0
    annotated_documents: int = 0        # by this run
    annotated_text_bytes: int = 0       # likewise, UTF-8
    seconds: float = 0.0

    @property
    def has_failures(self) -> bool:
        return bool(self.failed_values)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def run_overlay(
    root: Path,
    path: Path,
    only: Sequence[str] = (),
    *,
    resources: Resources,
    quiet: bool = False,
    silent: bool = True,
) -> OverlaySummary:
    """Write `signals-<name of the file>/` beside the documents of the dataset `root`; safe to run any number of times.

    only: signals to bring up to date; none means all, and that columns whose functions are gone are dropped. Columns
    that are up to date by their hash are left as they are, or copied where others change.

    Raises UserError where the file or the dataset is refused, CannotFinish where the work can't be finished.
    """
    started = time.monotonic()
    _, task = task_for(root, path, only)
    with writer_lock(root):
        sweep(task.root)
        forget(task.root, task.file.step)
        manifest = Manifest.load(root)      # as it is under the lock: another run may have added units or overlays
        refuse_twins(task, manifest)
        summary, pending = survey(task, manifest, str(root))
        manifest.replace(task.file.step, configuration(task, manifest))
        manifest.save(task.root)
        with finishing(
            task.root,
            count=lambda: count(task, summary),
            missing=lambda: [unit.name for unit in pending if columns_of(unit, task) is not None],
        ):
            if pending:
                def work(unit: Unit) -> Callable[[], UnitReport]:
                    return partial(annotate_overlay, unit, task)

                with blaming(task.root, task.file.step, task.file.path):
                    work_through(pending, work, task.root, resources, summary, quiet, silent)
    summary.seconds = round(time.monotonic() - started, 3)
    return summary


def survey_overlay(root: Path, path: Path, only: Sequence[str] = ()) -> OverlaySummary:
    """What `run_overlay` would do. Nothing is written."""
    manifest, task = task_for(root, path, only)
    summary, _ = survey(task, manifest, str(root))
    return summary


def task_for(root: Path, path: Path, only: Sequence[str]) -> tuple[Manifest, OverlayTask]:
    """What the arguments of a run mean; UserError where they are refused."""
    manifest = Manifest.load(root)
    file = SignalsFile.read(path)
    task = OverlayTask(root.absolute(), file, tuple(choose(file, only)), whole=not only)
    refuse_twins(task, manifest)
    return manifest, task


def survey(task: OverlayTask, manifest: Manifest, shown: str) -> tuple[OverlaySummary, list[Unit]]:
    """What there is to do, and in which units. UserError if the dataset has no documents yet."""
    ledger = Ledger(task.root)
    there = [unit for unit in manifest.units if ledger.path("documents", unit.name).is_file()]
    if not there:
        raise UserError(f"{shown} has no documents yet. First: rpdata compute-signals INPUT... --output {shown}")
    computed, copied = Counter[str](), Counter[str]()
    dropped: set[str] = set()
    pending = []
    for unit in there:
        columns = columns_of(unit, task)
        if columns is not None:
            pending.append(unit)
            computed.update(columns.computed)
            copied.update(columns.kept)
            before = entry_of(task, unit)
            dropped |= set(before.columns) - set(columns.wanted) if before else set()
    summary = OverlaySummary(
        output=shown,
        overlay=task.file.step,
        signals=list(task.names),
        units=len(there),
        units_done_before=len(there) - len(pending),
        units_without_documents=len(manifest.units) - len(there),
        computed=dict(computed),
        copied=dict(copied),
        dropped=sorted(dropped),
    )
    return summary, pending


def entry_of(task: OverlayTask, unit: Unit) -> Entry | None:
    try:
        return Ledger(task.root).entry(task.file.step, unit.name)
    except UserError:       # damaged: its unit is done anew
        return None


def refuse_twins(task: OverlayTask, manifest: Manifest) -> None:
    """A column has one place, or a scan of all overlays could not tell which is meant."""
    for step, options in manifest.configurations.items():
        for name in sorted(set(options.get("signals", {})) & set(task.names)) if step.startswith(OWN_SIGNALS) else ():
            if step != task.file.step:
                raise UserError(
                    f"{task.file.path}: the overlay {step} of {task.root} has a signal {name!r} already. Rename one "
                    f"of them (an overlay that is not wanted any more: delete {step}/ and ledger/{step}/)"
                )


def configuration(task: OverlayTask, manifest: Manifest) -> dict[str, object]:
    """What the manifest says of the overlay: each signal's declaration."""
    signals = load(task.file)
    known = {} if task.whole else manifest.configurations.get(task.file.step, {}).get("signals", {})
    shown = ("definition", "unit", "type", "source")
    described = {name: signals[name].describe() for name in task.names}
    return {
        "file": task.file.name,
        "signals": {**known, **{name: {key: entry[key] for key in shown} for name, entry in described.items()}},
    }


def count(task: OverlayTask, summary: OverlaySummary) -> None:
    """The ledger's counts over all units."""
    for entry in Ledger(task.root).entries(task.file.step):
        summary.documents += entry.written
        summary.failed_values += entry.failed_values
        summary.units_with_errors += bool(entry.failed_values)
        if entry.failed_values:
            add_failures(error_lines(task.root / "errors" / entry.step / f"{entry.unit}.jsonl") or [], summary.failed)


def add_failures(lines: Iterable[Mapping[str, Any]], failed: dict[str, FailedSignal]) -> None:
    """What a unit's file in errors/ says, signal by signal."""
    for line in lines:
        told = failed.setdefault(line["signal"], FailedSignal(0, f"{line['exception']}: {line['message']}"))
        told.values += line.get("more", 1)

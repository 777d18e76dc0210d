"""`rpdata compute-signals`: find the inputs, plan, annotate what is not done, bring the views up to date."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

from rpdata.annotate.language import load
from rpdata.annotate.paragraph_files import removed_in
from rpdata.annotate.paragraph_plan import (
    agree_on_paragraphs,
    editable,
    note_contents,
    with_groups,
    with_neighbours,
)
from rpdata.annotate.paragraphs_run import find_duplicates
from rpdata.annotate.saving import Saving
from rpdata.annotate.settings import BY_LANGUAGE, Settings
from rpdata.annotate.unit import missing_steps, signals_missing, task_of
from rpdata.annotate.work import finishing, work_through
from rpdata.engine.cluster import told_together
from rpdata.engine.commit import sweep
from rpdata.engine.lock import writer_lock
from rpdata.engine.places import language_of
from rpdata.engine.plan import Input, Unit, plan
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest
from rpdata.signals import CATALOGUE
from rpdata.sources import check, cut_and_count, discover

TEXT_IS_WRITTEN_ONCE = "Text is written once, in one way. Annotate into a new folder: --output"
ONE_WAY_TO_TELL = "Documents are in partitions by it, and text is written once. Annotate into a new folder: --output"
ONE_FAMILY = "Signatures of two families can't be compared. Use the same one, or annotate into a new folder: --output"


@dataclass
class RunSummary:
    """What a run found and did. Counts are the ledger's, over the units of this run's inputs, done now or before."""

    output: str
    units: int = 0
    units_done_before: int = 0
    read: int = 0
    written: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    unread_bytes: int = 0
    units_with_errors: int = 0          # they have a file in errors/
    annotated_documents: int = 0        # by this run
    annotated_text_bytes: int = 0       # likewise, UTF-8
    seconds: float = 0.0
    language_model: str | None = None   # that told the languages, where they were not known
    artefacts: dict[str, str] = field(default_factory=dict)     # name -> sha256 of those that feed the signals
    replaced: list[str] = field(default_factory=list)   # those whose places other artefacts of their names took
    paragraph_dedup: bool = False       # whether lines were taken out of the documents, and so many
    removed_lines: int = 0
    removed_bytes: int = 0
    not_computed: list[str] = field(default_factory=list)   # signals that wait for an artefact
    for_recipe: str | None = None       # the one that models see documents for
    skipped: int = 0                    # documents about which no model was asked, done now or before
    saving: Saving | None = None        # of this run

    @classmethod
    def of(cls, units: Sequence[Unit], done_before: int, settings: Settings, shown: str) -> "RunSummary":
        """What is known before the work. shown: the output as it was typed."""
        return cls(
            output=shown,
            units=len(units),
            units_done_before=done_before,
            language_model=settings.model.named if settings.model else None,
            artefacts=dict(settings.models.identities),
            replaced=list(settings.models.replaced),
            paragraph_dedup=settings.paragraphs is not None,
            not_computed=[name for name in CATALOGUE if name not in settings.signal_columns],
            for_recipe=settings.for_recipe.name if settings.for_recipe else None,
            saving=Saving() if settings.for_recipe else None,
        )

    @property
    def has_failures(self) -> bool:
        return bool(self.failed or self.unread_bytes or self.units_with_errors)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def run(
    arguments: Sequence[str],
    settings: Settings,
    *,
    snapshot: str | None = None,
    files_per_shard: int | None = None,
    resources: Resources,
    quiet: bool = False,
    silent: bool = True,
) -> RunSummary:
    """Annotate the inputs that the arguments name into `settings.output`; safe to run any number of times.

    What is done already is left as it is, so that a run that was interrupted goes on. files_per_shard: for WET and
    tables; None groups about 2 GiB. quiet: progress as plain lines; silent: none.

    Raises UserError where the input is refused before work begins, CannotFinish where it can't be finished.
    """
    started = time.monotonic()
    found = discover(arguments, snapshot)
    check(found, settings.read)
    shown = str(settings.output)
    root = settings.output.absolute()   # workers may have another working folder
    Manifest.load_or_new(root)   # a folder of other things is refused before the lock puts a file into it
    before = begun(root)
    before.refuse_if_subset(root)
    settings = replace(settings, output=root)
    refuse_other_language(holding(before.units, found), settings)   # or a model would be asked for in vain
    settings = settings.with_model(found, before).with_artefacts(before)
    with writer_lock(root):
        settings = settings.with_artefacts(begun(root))     # as it is under the lock: another run may have added some
        manifest, units = plan_units(found, settings, files_per_shard, split=cut_and_count)
        settings = with_groups(settings, manifest)
        have_model(units, settings)
        have_artefacts(units, settings)
        manifest.save(root)
        sweep(root)
        pending = [unit for unit in units if missing_steps(unit, settings)]
        summary = RunSummary.of(units, len(units) - len(pending), settings, shown)
        with finishing(
            root,
            count=lambda: count(units, root, summary),
            missing=lambda: [unit.name for unit in units if missing_steps(unit, settings)],
        ):
            unfinished = None
            if settings.paragraphs:
                pending = with_neighbours(pending, units, manifest, settings)
                settings, unfinished = find_duplicates(pending, manifest, settings, resources, quiet, silent)
                note_contents(manifest, settings)
                manifest.save(root)
                pending = editable(with_neighbours(pending, units, manifest, settings), settings)
            with told_together(unfinished):
                if pending:
                    task = partial(task_of, settings=settings)
                    work_through(pending, task, root, resources, summary, quiet, silent, summary.saving)
    summary.seconds = round(time.monotonic() - started, 3)
    return summary


def begun(root: Path) -> Manifest:
    """The manifest of the dataset, empty as long as nothing was written by it."""
    return Manifest.load(root) if any((root / "ledger").rglob("*.json")) else Manifest()


def holding(units: Iterable[Unit], found: list[tuple[str, Input]]) -> list[Unit]:
    """Those of the units that hold an input found."""
    given = {(snapshot, source.path) for snapshot, source in found}
    return [unit for unit in units if any((unit.snapshot, source.path) in given for source in unit.inputs)]


def plan_units(
    found: list[tuple[str, Input]],
    settings: Settings,
    files_per_shard: int | None,
    split: Callable[[Input], Sequence[Input]],
) -> tuple[Manifest, list[Unit]]:
    """The dataset's manifest with a place for the inputs found (not saved yet), and the units that hold them.

    A plan by which nothing was written yet binds nobody: it is made anew.
    """
    manifest = begun(settings.output)
    manifest.refuse_if_imported(settings.output)
    for source_format in sorted({source.format for _, source in found}):
        options = settings.documents_configuration(source_format)
        manifest.agree(f"documents from {source_format}", options, settings.output, TEXT_IS_WRITTEN_ONCE)
    if settings.model:
        languages = settings.languages_configuration()
        manifest.agree(BY_LANGUAGE, languages, settings.output, ONE_WAY_TO_TELL)
    manifest.agree("minhash", settings.minhash_configuration(), settings.output, ONE_FAMILY)
    manifest.replace("quality_signals", settings.signals_configuration())
    before = manifest.units
    manifest.units = plan(before, found, settings.read.language, files_per_shard, split)
    agree_on_paragraphs(manifest, before, found, settings)
    units = holding(manifest.units, found)
    refuse_other_language(units, settings)
    return manifest, units


def have_model(units: Iterable[Unit], settings: Settings) -> None:
    """Load the language model if a unit lacks documents that it deals out; UserError if it is gone."""
    asked = [unit for unit in units if unit.partition is None]
    if settings.model and any("documents" in missing_steps(unit, settings) for unit in asked):
        load(settings.model)


def have_artefacts(units: Iterable[Unit], settings: Settings) -> None:
    """Read the artefacts that a unit's missing signals are fed by; UserError if one is gone or other than it was."""
    needed = set[str]()
    for unit in units:
        if "quality_signals" in missing_steps(unit, settings):
            columns = signals_missing(unit, settings)
            if lacking := settings.models.lacking(columns):
                raise settings.models.are_not_here(lacking, unit.name)
            needed |= settings.models.feeding(columns)
    for name in sorted(needed):
        settings.models.here[name].verify()


def refuse_other_language(units: Iterable[Unit], settings: Settings) -> None:
    """An input keeps the language that it was planned with, given or found out: its partitions are named by it."""
    for unit in units:
        planned = language_of(unit.partition) if unit.partition else None
        if unit.inputs[0].format != "ccnet" and settings.read.language != planned:
            options = (settings.read.language, planned)
            way, other = (f"--language {name}" if name else "no --language" for name in options)
            raise UserError(
                f"cannot use {way} for {unit.inputs[0].path}: it is in the dataset {settings.output} already, with "
                f"{other} (unit {unit.name}).\n"
                "Leave the option as it was, or annotate into a new folder: --output"
            )


def count(units: Sequence[Unit], root: Path, summary: RunSummary) -> None:
    """The ledger's counts over the units."""
    ledger = Ledger(root)
    dropped: Counter[str] = Counter()
    for unit in units:
        entry = ledger.entry("documents", unit.name)
        if entry is None:
            continue
        summary.read += entry.read
        summary.written += entry.written
        dropped.update(entry.dropped)
        summary.failed += entry.failed
        summary.unread_bytes += entry.unread_bytes
        summary.units_with_errors += (root / "errors" / "documents" / f"{unit.name}.jsonl").exists()
    summary.dropped = dict(sorted(dropped.items()))
    if summary.for_recipe:
        entries = [ledger.entry("quality_signals", unit.name) for unit in units]
        summary.skipped = sum(entry.skipped for entry in entries if entry)
    if summary.paragraph_dedup:
        summary.removed_lines, summary.removed_bytes = removed_in(root, units)

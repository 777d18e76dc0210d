"""`rpdata import redpajama`: published files become a dataset, without computing anything that was published."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rpdata.annotate.run import begun
from rpdata.annotate.settings import Settings
from rpdata.annotate.work import finishing, work_through
from rpdata.dataset import DOCUMENTS, DUPLICATES, MINHASH
from rpdata.engine.commit import sweep
from rpdata.engine.lock import writer_lock
from rpdata.engine.plan import Input, plan
from rpdata.engine.resources import Resources
from rpdata.errors import CannotFinish, UserError
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest
from rpdata.redpajama_tree.changes import still_planned, was_torn
from rpdata.redpajama_tree.import_unit import IMPORTED, QUALITY_SIGNALS, ImportTask, import_unit, is_imported, is_there
from rpdata.redpajama_tree.layout import NAMES, file_of, partition_of, place_of
from rpdata.redpajama_tree.signal_columns import published_names
from rpdata.redpajama_tree.signature_columns import families_of
from rpdata.signals import CATALOGUE

FROM_CCNET = "documents from ccnet"
SHOWN = 20      # disagreements that a summary names
ABOUT = "whether it is kept: copies as RedPajama-V2 names them"


@dataclass
class ImportSummary:
    """What was imported; counts are the ledger's, over all units of the tree.

    signals, minhash, duplicates: documents whose partitions have such a file.
    without_documents: files that could not be imported, as the documents that they tell of are not in the tree.
    not_named_so: what was passed over, as its name is none of RedPajama-V2's, or a link to a folder.
    torn: files of documents that could not be followed to their end.
    disagreements: how many, and the first of them.
    """

    output: str
    units: int = 0
    units_done_before: int = 0
    read: int = 0
    written: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    unread_bytes: int = 0
    signals: int = 0
    minhash: int = 0
    duplicates: int = 0
    torn: list[str] = field(default_factory=list)
    without_documents: list[str] = field(default_factory=list)
    not_named_so: list[str] = field(default_factory=list)
    disagreements: int = 0
    first_disagreements: list[dict[str, Any]] = field(default_factory=list)
    annotated_documents: int = 0        # by this run
    annotated_text_bytes: int = 0
    seconds: float = 0.0

    @property
    def has_failures(self) -> bool:
        return bool(self.failed or self.unread_bytes or self.torn or self.disagreements or self.without_documents)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def import_redpajama(
    tree: Path, output: Path, *, resources: Resources, quiet: bool = False, silent: bool = True
) -> ImportSummary:
    """Make a dataset at `output` of what lies in `tree` in RedPajama-V2's layout; safe to run any number of times.

    Raises UserError if there are no documents, or `output` is something else; CannotFinish if a file is torn.
    """
    started = time.monotonic()
    found = files_in(tree)
    if not found[DOCUMENTS]:
        raise UserError(
            f"{tree} has no documents, such as {file_of(DOCUMENTS, '2023-06/0000/en_head')}: a dataset is made of "
            "them, and the rest lies beside them.\nPut the files of cc_net that the others tell of into "
            f"{tree}/{DOCUMENTS}, below their snapshots and shards. An export of rpdata has none: its documents are "
            "in the files that its dataset was made of"
        )
    shown, root = str(output), output.absolute()
    Manifest.load_or_new(root)      # a folder of other things is refused before the lock puts a file into it
    with writer_lock(root):
        manifest = planned(begun(root), root, found)
        tasks = tasks_of(manifest, root, found)
        manifest.save(root)
        sweep(root)
        pending = [task for task in tasks.values() if not is_imported(task)]
        summary = ImportSummary(shown, len(tasks), len(tasks) - len(pending))
        summary.without_documents = sorted(
            file_of(component, partition)
            for component, files in found.items() for partition in files if partition not in found[DOCUMENTS]
        )
        summary.not_named_so = passed_over_in(tree)
        with finishing(
            root,
            count=lambda: count(tasks, summary),
            missing=lambda: [name for name, task in tasks.items() if not is_there(task)],
        ):
            if pending:
                units = [task.unit for task in pending]
                work_through(units, lambda unit: Importing(tasks[unit.name]), root, resources, summary, quiet, silent)
    summary.seconds = round(time.monotonic() - started, 3)
    return summary


@dataclass(frozen=True)
class Importing:
    """What travels to a worker."""

    task: ImportTask

    def __call__(self) -> Any:
        return import_unit(self.task)


def files_in(tree: Path) -> dict[str, dict[str, Path]]:
    """Component -> partition -> file, of all that is there. UserError if the tree is no folder."""
    if not tree.is_dir():
        raise UserError(f"no such folder: {tree}. It is to hold documents/, quality_signals/, minhash/, duplicates/")
    root = tree.absolute()
    found: dict[str, dict[str, Path]] = {}
    for component in NAMES:
        named = {
            partition_of(component, path.relative_to(root).as_posix()): path
            for path in sorted((root / component).rglob("*")) if path.is_file()
        }
        found[component] = {partition: path for partition, path in named.items() if partition is not None}
    return found


def passed_over_in(tree: Path) -> list[str]:
    """What lies below the tree's folders and is no file of the layout; hidden files are not told of."""
    return [
        name
        for component in NAMES for path in sorted((tree / component).rglob("[!.]*"))
        if partition_of(component, name := path.relative_to(tree).as_posix()) is None
        and (path.is_file() or path.is_symlink())
    ]


def planned(manifest: Manifest, root: Path, found: Mapping[str, Mapping[str, Path]]) -> Manifest:
    """The manifest with a place for the documents found. UserError if the dataset was not made by an import, or its
    documents were made of other files."""
    manifest.refuse_if_subset(root)
    if manifest.units and not manifest.is_imported:
        raise UserError(
            f"{root} was made by rpdata compute-signals; what others published is not mixed with it.\n"
            "Import into a new folder: --output"
        )
    families = families_of(found[MINHASH].values()) or {"sha1"}
    if len(families) > 1:
        raise UserError(f"minhash/ has signatures of several hashes ({', '.join(sorted(families))}); import one")
    manifest.replace(FROM_CCNET, IMPORTED)
    signatures = {**Settings(root).minhash_configuration(), "minhash_hash": families.pop()}
    manifest.agree("minhash", signatures, root, "Import into a new folder: --output")
    manifest.replace(QUALITY_SIGNALS, IMPORTED)
    marked = manifest.configurations.get(DUPLICATES, IMPORTED)
    if found[DUPLICATES] and "imported" in marked:      # the others are what rpdata dedup made, and stay
        column = {"definition": "Whether it is not among the copies.", "unit": "", "type": "bool", "source": ""}
        manifest.replace(DUPLICATES, {**IMPORTED, "about": ABOUT, "signals": {"exact_keep": column}})
    inputs = [
        (partition.partition("/")[0], Input(str(path), path.name, "ccnet", path.stat().st_size))
        for partition, path in sorted(found[DOCUMENTS].items(), key=lambda item: place_of(item[0]))
    ]
    manifest.units = plan(still_planned(manifest.units, root, found[DOCUMENTS]), inputs)
    return manifest


def tasks_of(manifest: Manifest, root: Path, found: Mapping[str, Mapping[str, Path]]) -> dict[str, ImportTask]:
    """Name of a unit -> what is to be done, for the units whose documents are in the tree."""
    names: Sequence[str] = ()
    for path in found[QUALITY_SIGNALS].values():
        with suppress(CannotFinish):        # torn: its unit will say so
            names = published_names(path)
        if names:
            break
    else:       # those of the partitions that were imported before
        entries = (entry for entry in Ledger(root).entries(QUALITY_SIGNALS) if entry.inputs)
        with suppress(UserError):           # damaged: its unit is imported anew
            names = list(next((entry.columns for entry in entries), ()))
    known = tuple(name for name, signal in CATALOGUE.items() if name in names or (signal.published and not names))
    units = {unit.partition_path: unit for unit in manifest.units}
    tasks = {}
    for partition in sorted(found[DOCUMENTS], key=place_of):
        files = {step: found[step][partition] for step in NAMES if step != DOCUMENTS and partition in found[step]}
        unit = units[partition]
        tasks[unit.name] = ImportTask(root, unit, files, known)
    return tasks


def count(tasks: Mapping[str, ImportTask], summary: ImportSummary) -> None:
    """The ledger's counts over the units, and what `errors/` tells of them."""
    for task in tasks.values():
        ledger = Ledger(task.root)
        entries = {step: entry for step in task.steps if (entry := ledger.entry(step, task.name))}
        if DOCUMENTS in entries:
            entry = entries[DOCUMENTS]
            summary.read += entry.read
            summary.written += entry.written
            for reason, number in entry.dropped.items():
                summary.dropped[reason] = summary.dropped.get(reason, 0) + number
            summary.failed += entry.failed
            summary.unread_bytes += entry.unread_bytes
        if was_torn(task.root, task.name):
            summary.torn.append(task.unit.inputs[0].path)
        for name, step in (("signals", QUALITY_SIGNALS), ("minhash", MINHASH), ("duplicates", DUPLICATES)):
            if step in entries and entries[step].inputs:
                setattr(summary, name, getattr(summary, name) + entries[step].written)
        for step in task.steps[1:]:
            path = task.root / "errors" / step / f"{task.name}.jsonl"
            lines = [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []
            summary.disagreements += sum(line.get("more", 1) for line in lines)
            summary.first_disagreements += lines[: SHOWN - len(summary.first_disagreements)]

"""`rpdata dedup OUT --reference`: duplicates as RedPajama-V2 finds them, in the files that it writes.

    OUT/reference/clusters_sim0.8/2023-06/0000/en_head.clusters.parquet     id, id_int, cluster_id, shard_id
    OUT/reference/duplicates/duplicates-2023-06.parquet                     shard_id, doc_id, digest

Near-duplicates: documents that share a whole band of their signatures are joined, however similar they are, and so are
all that those are joined to; a cluster's id is the smallest `id_int` in it. Copies: documents whose `digest` (of the
crawled payload) another one has that comes before, snapshot by snapshot with the newest first. Where RedPajama-V2 asks
a Bloom filter, which takes some documents for copies that are none, and takes files as they come, this is exact, and
within a snapshot goes from the last file to the first. Documents without a digest are no copies. As there, partitions
`tail` are left out. Nothing else of the dataset is touched: this is for comparison.
"""

import inspect
import json
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rpdata.annotate.work import start
from rpdata.dataset import command_for
from rpdata.dedup import reference_files, reference_groups, reference_tasks
from rpdata.dedup.index.order import Numbering
from rpdata.dedup.index.segments import KeysTask, Segment, make_keys, segments_of
from rpdata.dedup.reference_tasks import FOLDER, ClustersFile, Run
from rpdata.engine.arrays import Arrays
from rpdata.engine.cluster import Cluster
from rpdata.engine.commit import sweep, write_atomically
from rpdata.engine.killpoint import passing
from rpdata.engine.lock import writer_lock
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.ledger import Ledger, configuration_hash, hash_of
from rpdata.manifest import Manifest

T = TypeVar("T")
R = TypeVar("R")

NOTES = "reference.json"        # in FOLDER: which parts are done, of which documents, and what was found


@dataclass
class ReferenceSummary:
    """What a reference run found.

    documents: that were looked at; left_out: those of partitions `tail`. clusters: for each threshold `documents` in
    clusters of several, `clusters`, and the `largest`. copies: by snapshot.
    """

    output: str
    units_without_documents: int = 0
    documents: int = 0
    left_out: int = 0
    clusters: dict[str, dict[str, int]] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def has_failures(self) -> bool:
        """Whether planned units have no documents yet, whose duplicates are missing."""
        return bool(self.units_without_documents)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def reference(
    root: Path, thresholds: Sequence[float], resources: Resources, quiet: bool = False, silent: bool = True
) -> ReferenceSummary:
    """Write `reference/` for these thresholds of similarity, and the copies; does what is missing.

    Raises UserError where the dataset is refused, CannotFinish where the work can't be finished.
    """
    started = time.monotonic()
    shown, root = str(root), root.absolute()
    Manifest.load(root)     # what is no dataset is refused before the lock puts a file into it
    with writer_lock(root):
        sweep(root)
        segments, missing = segments_in(root, shown)
        order = Numbering(segments)
        state = configuration_hash({"order": order.described(), "code": code()})
        run = Run(root, root / "index" / "work" / f"reference-{state[:16]}", order)
        summary = ReferenceSummary(f"{shown}/{FOLDER}", missing)
        summary.documents = sum(each.place.rows for each in run.ranges)
        summary.left_out = order.documents - summary.documents
        names = [f"clusters_sim{threshold}" for threshold in thresholds]
        notes = Notes(root / FOLDER, state)
        todo = [threshold for threshold, name in zip(thresholds, names, strict=True) if not notes.stands(name)]
        copies_too = not notes.stands("duplicates")
        if todo or copies_too:
            with start(resources) as cluster:
                index(segments, [f"keys-{t}" for t in todo] + ["exact-payload"] * copies_too, cluster)
                for threshold in todo:
                    clusters_of(threshold, run, cluster, notes)
                if copies_too:
                    copies_of(run, cluster, notes)
            shutil.rmtree(run.work, ignore_errors=True)
        for threshold, name in zip(thresholds, names, strict=True):
            summary.clusters[str(threshold)] = notes.found(name)
        summary.copies = notes.found("duplicates")
    summary.seconds = round(time.monotonic() - started, 3)
    return summary


def segments_in(root: Path, shown: str) -> tuple[list[Segment], int]:
    """The documents of the dataset, and how many of its units have none yet. UserError for want of signatures."""
    ledger = Ledger(root)
    units = Manifest.load(root).units
    documents = [entry for unit in units if (entry := ledger.entry("documents", unit.name))]
    if not documents:
        raise UserError(f"{shown} has no documents yet. First: rpdata compute-signals INPUT... --output {shown}")
    minhash = {entry.unit: entry for entry in ledger.entries("minhash")}
    lacking = [entry.unit for entry in documents if entry.unit not in minhash]
    if lacking:
        raise UserError(
            f"{len(lacking)} units have no signatures (the first is {lacking[0]}): run "
            f"{command_for('minhash', Path(shown))}"
        )
    return segments_of(root, root / "index", documents, minhash), len(units) - len(documents)


def index(segments: Iterable[Segment], parts: Sequence[str], cluster: Cluster) -> None:
    """Have the keys."""
    tasks = [KeysTask(segment, part) for segment in segments for part in ("ids", *parts)]
    done(cluster, make_keys, ((task.name, task) for task in tasks if not task.is_done))


def clusters_of(threshold: float, run: Run, cluster: Cluster, notes: "Notes") -> None:
    """Find the clusters of a threshold and write their files."""
    name = f"clusters_sim{threshold}"
    edges = reference_tasks.edges_tasks(threshold, run.order)
    done(cluster, partial(reference_tasks.find_edges, run=run), ((task.name, task) for task in edges))
    passing("reference edges found")
    done(cluster, partial(reference_tasks.find_clusters, run=run), [(name, threshold)])
    notes.forget(name)
    files = (ClustersFile(threshold, each) for each in run.ranges)
    written = done(cluster, partial(reference_tasks.write_clusters_file, run=run), ((f.name, f) for f in files))
    passing("reference files written")
    notes.note(name, Arrays(run.work / name).facts, [file for file, rows in written if rows])


def copies_of(run: Run, cluster: Cluster, notes: "Notes") -> None:
    """Find the copies and write their files."""
    parts = reference_tasks.parts_of_keys(run.order)
    done(cluster, partial(reference_tasks.find_copies, run=run), ((f"copies {part[0]}", part) for part in parts))
    notes.forget("duplicates")
    snapshots = sorted({each.place.partition.split("/")[0] for each in run.ranges})
    task = partial(reference_tasks.write_duplicates_file, run=run)
    written = dict(done(cluster, task, ((f"copies of {snapshot}", snapshot) for snapshot in snapshots)))
    found = {reference_tasks.snapshot_of(file): rows for file, rows in sorted(written.items())}
    notes.note("duplicates", found, list(written))


def done(cluster: Cluster, task: Callable[[T], R], items: Iterable[tuple[str, T]]) -> list[R]:
    """Do the task of each item; what they return."""
    return [result for _, result in cluster.run(task, items)]


class Notes:
    """reference.json: of each part of the folder the state that it was made of, its files and what was found."""

    def __init__(self, folder: Path, state: str) -> None:
        self._folder = folder
        self._state = state
        try:
            self._parts: dict[str, dict[str, Any]] = json.loads((folder / NOTES).read_bytes())
        except (FileNotFoundError, ValueError):     # none yet, or damaged: everything is done anew
            self._parts = {}

    def stands(self, part: str) -> bool:
        """Whether the part was made of the documents that are there now, and its files are as they were written."""
        noted = self._parts.get(part)
        if noted is None or noted["state"] != self._state:
            return False
        return all(size(self._folder.parent / file) == bytes for file, bytes in noted["files"].items())

    def found(self, part: str) -> dict[str, int]:
        found: dict[str, int] = self._parts[part]["found"]
        return found

    def forget(self, part: str) -> None:
        """The part is going to be written anew: what is there of it goes."""
        if self._parts.pop(part, None):
            self._save()
        shutil.rmtree(self._folder / part, ignore_errors=True)

    def note(self, part: str, found: dict[str, int], files: Iterable[str]) -> None:
        sizes = {file: size(self._folder.parent / file) for file in sorted(files)}
        self._parts[part] = {"state": self._state, "found": found, "files": sizes}
        self._save()

    def _save(self) -> None:
        text = json.dumps(self._parts, indent=1, sort_keys=True) + "\n"
        write_atomically(self._folder / NOTES, text.encode())


def size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def code() -> list[str]:
    """Hashes of the code that decides what the files hold."""
    modules = (reference_files, reference_groups, reference_tasks)
    return [hash_of(Path(inspect.getfile(module))) for module in modules]

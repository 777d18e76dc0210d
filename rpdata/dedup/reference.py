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
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from rpdata.annotate.work import start
from rpdata.dedup import reference_files, reference_tasks
from rpdata.dedup.clusters.components import components
from rpdata.dedup.index.order import Numbering
from rpdata.dedup.job import Job
from rpdata.dedup.own_index import own_index
from rpdata.dedup.pairs.rows import rows_of_bands, rows_of_documents
from rpdata.dedup.plan import TASK_SHARE
from rpdata.dedup.reference_files import (
    FOLDER,
    ClustersFile,
    DuplicatesFile,
    write_clusters_file,
    write_duplicates_file,
)
from rpdata.dedup.reference_tasks import (
    CLUSTERS,
    COPIES,
    EDGES,
    IDS,
    CopiesTask,
    EdgesTask,
    find_copies,
    find_edges,
    ids_tasks,
    name_clusters,
    ranges_of,
    snapshot_of,
    tasks_of,
)
from rpdata.dedup.settings import DedupSettings, Exact
from rpdata.dedup.stages import Stages, make_all_keys
from rpdata.engine.commit import sweep, write_atomically
from rpdata.engine.lock import writer_lock
from rpdata.engine.resources import Resources
from rpdata.ledger import configuration_hash, hash_of
from rpdata.manifest import Manifest

NOTES = "reference.json"        # in FOLDER: which parts are done, of which documents, and what was found
DUPLICATES = "duplicates"       # the part with the copies
PAYLOAD: Exact = "payload"      # the kind of keys that digests have


@dataclass
class ReferenceSummary:
    """What a reference run found.

    documents: that were looked at; left_out: those of partitions `tail`. clusters: for each threshold `documents` in
    clusters of several, `clusters`, and the `largest`. copies: by snapshot.
    """

    output: str
    documents: int = 0
    left_out: int = 0
    clusters: dict[str, dict[str, int]] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

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
        index = own_index(root)
        numbering = Numbering(index.segments)
        state = configuration_hash({"order": numbering.described(), "code": code()})
        notes = Notes(root / FOLDER, state)
        todo = [threshold for threshold in thresholds if not notes.stands(clusters_part(threshold))]
        wanted = [f"keys-{threshold}" for threshold in todo]
        wanted += [] if notes.stands(DUPLICATES) else [f"exact-{PAYLOAD}"]
        if wanted:
            settings = DedupSettings(PAYLOAD, tuple(thresholds), "none")
            with start(resources) as cluster:
                stages = Stages(cluster, quiet, silent)
                make_all_keys(stages, index.segments, ["ids", *wanted])
                index.save()
                work = index.folder / "work" / f"{FOLDER}-{state[:16]}"
                job = Job.begin(work, settings, numbering, frozenset())
                for threshold in todo:
                    clusters_of(threshold, job, stages, root, notes)
                if not notes.stands(DUPLICATES):
                    copies_of(job, stages, root, notes)
            shutil.rmtree(work, ignore_errors=True)
    documents = sum(each.place.rows for each in ranges_of(numbering))
    return ReferenceSummary(
        output=f"{shown}/{FOLDER}",
        documents=documents,
        left_out=numbering.documents - documents,
        clusters={str(threshold): notes.found(clusters_part(threshold)) for threshold in thresholds},
        copies=notes.found(DUPLICATES),
        seconds=round(time.monotonic() - started, 3),
    )


def clusters_part(threshold: float) -> str:
    """The folder of a threshold's clusters."""
    return f"clusters_sim{threshold}"


def clusters_of(threshold: float, job: Job, stages: Stages, root: Path, notes: "Notes") -> None:
    """Find the clusters of a threshold and write their files."""
    documents = job.numbering.documents
    stages.run(EDGES, find_edges, (EdgesTask(job, threshold, rows) for rows in rows_of_bands(threshold, documents)))
    folders = [each.folder for each in tasks_of(job.stage(EDGES, threshold))]
    memory = stages.cluster.memory // TASK_SHARE
    clusters = components(folders, documents, memory, stages.cluster, job.stage(CLUSTERS, threshold))
    stages.run(IDS, name_clusters, ids_tasks(job, threshold, clusters))
    part = clusters_part(threshold)
    notes.forget(part)
    files = [ClustersFile(job, root, threshold, each) for each in ranges_of(job.numbering)]
    stages.run("reference-files", write_clusters_file, files)
    facts = [each.facts for each in tasks_of(job.stage(IDS, threshold))]
    found = {
        "documents": sum(each["documents"] for each in facts),
        "clusters": sum(each["clusters"] for each in facts),
        "largest": max((each["largest"] for each in facts), default=0),
    }
    notes.note(part, found, (file.name for file in files if (root / file.name).is_file()))


def copies_of(job: Job, stages: Stages, root: Path, notes: "Notes") -> None:
    """Find the copies and write their files."""
    tasks = (CopiesTask(job, rows) for rows in rows_of_documents(PAYLOAD, job.numbering.documents))
    stages.run(COPIES, find_copies, tasks)
    notes.forget(DUPLICATES)
    snapshots = sorted({snapshot_of(each) for each in ranges_of(job.numbering)})
    files = [DuplicatesFile(job, root, snapshot) for snapshot in snapshots]
    stages.run("reference-files", write_duplicates_file, files)
    found = {file.snapshot: pq.read_metadata(root / file.name).num_rows for file in files}
    notes.note(DUPLICATES, found, (file.name for file in files))


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
    modules = (reference_files, reference_tasks)
    return [hash_of(Path(inspect.getfile(module))) for module in modules]

"""What each stage of a deduplication takes: time of cores, bytes read and written, memory of a task.

Stages are called as the run calls them, see `stages`; keys by what they are of, and others by their threshold.

The sizes follow from what the stages write. The rates were measured, and what share of a crawl has near-duplicates is
assumed: the estimates are there to tell a gigabyte from a terabyte and a minute from a day.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from rpdata.bands import BANDS
from rpdata.dedup.clusters.components import fits
from rpdata.dedup.clusters.pieces import part_size
from rpdata.dedup.clusters.stars import Ranges
from rpdata.dedup.clusters.union_find import BYTES_PER_DOCUMENT
from rpdata.dedup.index.band_keys import PREFIXES
from rpdata.dedup.index.segments import SEGMENT_DOCUMENTS
from rpdata.dedup.pairs.chosen import BYTES_PER_WORD
from rpdata.dedup.pairs.edges import MEMBERS_AT_ONCE
from rpdata.dedup.pairs.evidence_files import PART_BYTES
from rpdata.dedup.pairs.rows import TASK_ROWS
from rpdata.dedup.pairs.sittings import EVIDENCE_BYTES
from rpdata.dedup.settings import DedupSettings
from rpdata.schema import BYTES_PER_BATCH

# Per core-second: python -m tests.benchmarks.dedup_rates (2026-11-20, AMD EPYC Zen 5).
KEYED = 3_500_000           # documents whose signatures are read, or named
HASHED_KEYS = 15_000_000    # keys of bands
HASHED_TEXT = 295e6         # bytes of text that are read and hashed whole
GROUPED = 48_000_000        # rows that are read, and put beside those of equal keys
SHINGLED = 110e6            # bytes of text of which sets of shingles are made
COMPARED = {"jaccard": 158_000, "signature": 1_600_000}     # documents of buckets, gathered and compared with leaders
JOINED = 22_000_000         # pairs that become clusters
MARKED = 680_000            # documents that are counted for the report, and marked
TASK_SECONDS = 0.02         # of a core, for each task

# Assumed of a crawl: this share of documents has something in common with another, in half of the bands.
CANDIDATES = 0.4
BANDS_IN_COMMON = 0.5
FOLLOWERS = 0.5             # of them follow another

ID = 8                      # bytes of a number of a document
KEY = 12                    # of a band, and the row that has it
EXACT_KEY = 20              # of a whole document, and its row
DIGEST = 32                 # of a payload, and its row in documents/
EDGE = 32
SIGNATURE = 512
MINHASH_ROW = 530           # of minhash/: signature, id_int and doc_id, compressed
MARK = 33                   # of survivors
MARKED_ROW = 10             # of duplicates/, compressed, with one threshold
ROW_MEMORY = 24             # of keys that a task reads
PREFIX_MEMORY = 60          # of those of one prefix: put in order, and in a table
SEGMENT_KEY_MEMORY = 28
BUCKET_MEMORY = 70          # of members of buckets, while their leaders are elected
MEMBER_MEMORY = 150         # of clusters, while their survivors are
STAR_ROUNDS = 6             # of both steps, beyond memory: the logarithm of the longest chain
STAR_EDGE = 32              # written by a step for each edge, sorted by either end


@dataclass(frozen=True)
class Workload:
    """What is to be compared.

    documents: how many. unkeyed: of them whose keys no index has yet. marked: of them that get the overlay, in so many
    partitions. largest_segment: documents of one. stored_text_bytes: of documents/, compressed. text_bytes: of it,
    estimated.
    """

    documents: int
    unkeyed: int
    marked: int
    partitions: int
    largest_segment: int
    stored_text_bytes: int
    text_bytes: int


@dataclass(frozen=True)
class Stage:
    """One stage: so many tasks that can run at a time.

    core_seconds: of all of them. read, written: bytes of all of them. kept: whether what is written stays.
    task_memory: bytes that one needs.
    """

    name: str
    tasks: int
    core_seconds: float
    read: int
    written: int
    task_memory: int
    kept: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def stages_of(work: Workload, settings: DedupSettings, task_memory: int) -> list[Stage]:
    """All stages in their order. task_memory: bytes that the arrays of a task may take."""
    stages = [
        *_keys(work, settings),
        *_evidence(work, settings),
        *(stage for threshold in settings.fuzzy for stage in _fuzzy(work, settings, threshold, task_memory)),
        *_marks(work, settings),
    ]
    return [replace(stage, core_seconds=stage.core_seconds + stage.tasks * TASK_SECONDS) for stage in stages]


def _keys(work: Workload, settings: DedupSettings) -> Iterator[Stage]:
    documents = work.unkeyed
    share = documents / max(1, work.documents)
    segments = -(-documents // SEGMENT_DOCUMENTS)
    rows = work.largest_segment if documents else 0
    for threshold in settings.fuzzy:
        keys = BANDS[threshold][0] * documents
        yield Stage(
            f"keys, {threshold}", segments, documents / KEYED + keys / HASHED_KEYS, documents * MINHASH_ROW,
            keys * KEY, rows * BANDS[threshold][0] * SEGMENT_KEY_MEMORY, kept=True,
        )
    yield Stage("keys, ids", segments, documents / KEYED, documents * ID, documents * ID, rows * ID * 2, kept=True)
    if settings.exact != "none":
        text = work.text_bytes * share if settings.exact != "payload" else 0
        stored = int(work.stored_text_bytes * share) if settings.exact != "payload" else documents * DIGEST
        yield Stage(
            f"keys, {settings.exact}", segments, documents / KEYED + text / HASHED_TEXT, stored, documents * EXACT_KEY,
            rows * EXACT_KEY * 4, kept=True,
        )


def _evidence(work: Workload, settings: DedupSettings) -> Iterator[Stage]:
    if settings.exact != "none":
        yield _grouping("exact", work, 1, EXACT_KEY, MARK)
    if not settings.fuzzy or settings.verify == "none":
        return
    for threshold in settings.fuzzy:
        yield _grouping(f"candidates {threshold}", work, BANDS[threshold][0], KEY, ID)
    text = CANDIDATES * work.text_bytes if settings.reads_text else 0
    sets = int(text / BYTES_PER_WORD) * ID
    candidates = int(CANDIDATES * work.documents)
    yield Stage(
        "evidence", -(-work.documents // SEGMENT_DOCUMENTS), work.documents / KEYED + text / SHINGLED,
        work.documents * MINHASH_ROW + (work.stored_text_bytes if settings.reads_text else 0),
        candidates * SIGNATURE + sets, 3 * (PART_BYTES + BYTES_PER_BATCH),
    )


def _grouping(name: str, work: Workload, bands: int, row: int, result: int) -> Stage:
    """Rows of all bands, prefix by prefix."""
    cuts = tasks_of_band(work.documents)
    rows = bands * work.documents
    found = int(rows * CANDIDATES * BANDS_IN_COMMON)
    return Stage(name, bands * cuts, rows / GROUPED, rows * row, found * result, rows_memory(work.documents))


def _fuzzy(work: Workload, settings: DedupSettings, threshold: float, task_memory: int) -> Iterator[Stage]:
    bands = BANDS[threshold][0] + (settings.exact != "none")      # copies are pairs too
    rows = bands * work.documents
    cuts = tasks_of_band(work.documents)
    members = int(rows * CANDIDATES * BANDS_IN_COMMON)
    edges = int(members * FOLLOWERS)
    clustered = int(work.documents * CANDIDATES)
    of_document = gathered_bytes(work, settings)
    evidence = EVIDENCE_BYTES + PART_BYTES if of_document else 0
    compare = 1 / COMPARED[settings.verify] if settings.verify != "none" else 0.0
    yield Stage(
        f"edges {threshold}", bands * cuts, rows / GROUPED + members * compare,
        rows * KEY + members * of_document, edges * EDGE,
        rows_memory(work.documents) + MEMBERS_AT_ONCE * BUCKET_MEMORY + evidence, kept=True,
    )
    if fits(work.documents, task_memory):
        yield Stage(
            f"clusters {threshold}", 1, edges / JOINED, edges * EDGE, clustered * 2 * ID,
            work.documents * BYTES_PER_DOCUMENT,
        )
    else:
        ranges = Ranges.within(work.documents, task_memory)
        moved = 2 * STAR_ROUNDS * edges * STAR_EDGE
        yield Stage(
            f"clusters {threshold}", 2 * STAR_ROUNDS * ranges.count, 2 * STAR_ROUNDS * edges / JOINED,
            moved, moved, task_memory,
        )
    yield Stage(
        f"survivors {threshold}", -(-clustered // part_size(work.documents)), clustered * compare,
        clustered * of_document, clustered * MARK, part_size(work.documents) * MEMBER_MEMORY + evidence,
    )


def _marks(work: Workload, settings: DedupSettings) -> Iterator[Stage]:
    levels = len(settings.fuzzy) + (settings.exact != "none")
    memory = work.marked // max(1, work.partitions) * 100
    read = work.marked * MARK * levels
    yield Stage(
        "tallies", work.partitions, work.marked * levels / MARKED / 2, read + work.marked * ID * 2, 0, memory
    )
    yield Stage(
        "marks", work.partitions, work.marked * levels / MARKED / 2, read + work.marked * ID * 2,
        work.marked * MARKED_ROW * levels, memory, kept=True,
    )


def gathered_bytes(work: Workload, settings: DedupSettings) -> int:
    """What is read to compare one document."""
    if settings.verify == "none" or not work.documents:
        return 0
    return SIGNATURE + (int(work.text_bytes / work.documents / BYTES_PER_WORD) * ID if settings.reads_text else 0)


def rows_memory(documents: int) -> int:
    """Bytes that a task needs for its rows of a band."""
    return documents // tasks_of_band(documents) * ROW_MEMORY + documents // PREFIXES * PREFIX_MEMORY


def tasks_of_band(documents: int) -> int:
    """How many tasks share the prefixes of a band, see `pairs.rows`."""
    tasks = 1
    while documents > tasks * TASK_ROWS and tasks < PREFIXES:
        tasks *= 2
    return tasks

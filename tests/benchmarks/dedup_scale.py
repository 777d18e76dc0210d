"""Writes docs/scale.md: what it would take to deduplicate a crawl of 20 billion documents.

    python -m tests.benchmarks.dedup_scale          # after the rates in rpdata/dedup/costs.py have changed
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from rpdata.annotate.forecast import OUTPUT_PER_TEXT
from rpdata.bands import BANDS
from rpdata.dedup import costs
from rpdata.dedup.costs import Workload
from rpdata.dedup.index.band_keys import PREFIXES
from rpdata.dedup.index.segments import SEGMENT_DOCUMENTS
from rpdata.dedup.plan import Plan, planned
from rpdata.dedup.settings import DedupSettings, Verify
from rpdata.engine.progress import duration
from rpdata.engine.resources import Resources
from rpdata.terminal_forecast import size

DOCUMENT = Path(__file__).parents[2] / "docs" / "scale.md"

DOCUMENTS = 20_000_000_000
TEXT_BYTES = 6_000              # of one of them
PER_PARTITION = 30_000
ORDER_BYTES = 900               # that a `Numbering` of 60,000 partitions took for each, 2026-11-20
WORKERS = (8, 64, 512)
MEMORY = 8 << 30                # of each worker
THRESHOLD = 0.8
VERIFY: tuple[Verify, ...] = ("jaccard", "signature", "none")


def planned_for(workers: int, verify: Verify = "jaccard") -> Plan:
    """The plan of the whole crawl."""
    text = DOCUMENTS * TEXT_BYTES
    work = Workload(
        documents=DOCUMENTS, unkeyed=DOCUMENTS, marked=DOCUMENTS, partitions=DOCUMENTS // PER_PARTITION,
        largest_segment=SEGMENT_DOCUMENTS,
        stored_text_bytes=int(text * OUTPUT_PER_TEXT["documents"]), text_bytes=text,
    )
    settings = DedupSettings("text", (THRESHOLD,), verify)
    return planned(work, settings, Resources(workers, workers * MEMORY), dataset="the crawl")


def document() -> str:
    """The whole text of docs/scale.md."""
    plan = planned_for(WORKERS[0])
    minhash = DOCUMENTS * costs.MINHASH_ROW
    segments = -(-DOCUMENTS // SEGMENT_DOCUMENTS)
    tasks = sum(stage.tasks for stage in plan.stages)
    bands = BANDS[THRESHOLD][0]
    return "\n".join(chain(
        [
            "# Twenty billion documents",
            "",
            "Nobody here has run this: it is a simulated plan, by the same arithmetic as `rpdata dedup plan`, from "
            "rates that were",
            "measured on one machine. `python -m tests.benchmarks.dedup_scale` writes this page.",
            "",
            f"The crawl: {DOCUMENTS:,} documents with {TEXT_BYTES:,} bytes of text each:",
            f"{size(DOCUMENTS * TEXT_BYTES)}, {size(DOCUMENTS * TEXT_BYTES * OUTPUT_PER_TEXT['documents'])} in "
            f"`documents/`, {size(minhash)} in `minhash/`. Asked for: exact copies of the text, and",
            f"near-duplicates at {THRESHOLD}. Assumed: {costs.CANDIDATES:.0%} of the documents share a band with "
            f"another, in {costs.BANDS_IN_COMMON:.0%} of the {bands} bands. Workers have",
            f"a core and {MEMORY >> 30} GiB each.",
            "",
            "## Time",
            "",
        ],
        times(),
        [
            "",
            "By the rates of one core, with as many tasks at a time as there are workers. Whether disks keep up is "
            "another question:",
            "that is what the last column asks of them for each worker, with `--verify jaccard`.",
            "",
            "## Stages, with `--verify jaccard`",
            "",
        ],
        stages(plan),
        [
            "",
            f"Disk beside the dataset: {size(plan.disk_bytes)} while it runs, {size(plan.kept_bytes)} of which stay "
            "(keys and pairs, for later snapshots,",
            f"and the overlay). Memory: {size(plan.needed_memory)} for each worker.",
            f"{DOCUMENTS:,} documents are too many for one worker's memory "
            f"({size(DOCUMENTS * costs.BYTES_PER_DOCUMENT)}), so clusters are found",
            "through files, by large-star and small-star.",
            "",
            "## What would hurt first",
            "",
            f"- Small reads. A band's keys lie in {segments:,} segments, and each of {PREFIXES} tasks of a band reads "
            f"its {size(SEGMENT_DOCUMENTS / PREFIXES * costs.KEY)} from",
            f"  each of them: {bands * PREFIXES * segments / 1e6:,.0f} million reads for a pass over the keys. Local "
            "disks do that; an object store does not.",
            f"- The order of documents. Each worker holds where {DOCUMENTS // PER_PARTITION:,} partitions begin, some "
            f"{size(DOCUMENTS // PER_PARTITION * ORDER_BYTES)}: that is not",
            "  counted above.",
            f"- Tasks. There are {tasks:,} of them, at a few milliseconds of the one scheduler each.",
            "- Templates. A bucket of more than 65,536 documents is cut, never compared as a whole; the report says "
            "how often.",
            "",
        ],
    ))


def times() -> Iterator[str]:
    """A line for each number of workers."""
    modes = " | ".join(f"`--verify {verify}`" for verify in VERIFY)
    yield f"| workers | {modes} | bytes moved | of each worker |"
    yield "|---:|" + "---:|" * (len(VERIFY) + 2)
    for workers in WORKERS:
        plans = [planned_for(workers, verify) for verify in VERIFY]
        moved = plans[0].read_bytes + plans[0].written_bytes
        rate = moved / plans[0].seconds / workers
        cells = [duration(plan.seconds) for plan in plans] + [size(moved), f"{rate / 1e6:,.0f} MB/s"]
        yield f"| {workers} | " + " | ".join(cells) + " |"


def stages(plan: Plan) -> Iterator[str]:
    """A line for each stage."""
    yield "| stage | tasks | read | written | memory of a task | of one core |"
    yield "|---|---:|---:|---:|---:|---:|"
    for stage in plan.stages:
        yield (
            f"| {stage.name} | {stage.tasks:,} | {size(stage.read)} | {size(stage.written)} | "
            f"{size(stage.task_memory)} | {duration(stage.core_seconds)} |"
        )


if __name__ == "__main__":
    DOCUMENT.write_text(document())

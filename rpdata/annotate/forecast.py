"""`compute-signals --dry-run`: what a run would read, do and write, from names and sizes alone. Nothing is written.

The estimates are ratios and rates that were measured on web pages; another machine or crawl has others. They are there
to tell a gigabyte from a terabyte and a minute from a day.
"""

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rpdata.annotate.paragraph_plan import groups_wanted, is_hashed, with_groups
from rpdata.annotate.run import begun, holding, plan_units, refuse_other_language
from rpdata.annotate.settings import Settings
from rpdata.annotate.unit import missing_steps
from rpdata.engine.plan import Input, Unit
from rpdata.engine.resources import LEAST_MEMORY, Resources
from rpdata.errors import UserError
from rpdata.manifest import Manifest
from rpdata.report.sample import SAMPLE_SIZE
from rpdata.sources import check, cut, discover

# Bytes of text in a byte of input: 2,482 web pages (24.2 MB of text) as WET, and written as cc_net JSON, JSON lines
# (text, url, title; gzip and zstd alike) and Parquet (mean of snappy and zstd); a WARC of 133 responses. 2026-11-20.
TEXT_IN_COMPRESSED = {"wet": 2.2, "warc": 0.15, "ccnet": 2.4, "jsonl": 2.5, "parquet": 1.9}
TEXT_IN_PLAIN = 0.95        # WARC, which is mostly markup, is taken to be compressed
COMPRESSED = (".gz", ".zst", ".bz2", ".xz", ".lz4", ".parquet")

# Bytes of an overlay for a byte of text, of the same pages:
# rpdata compute-signals *.warc.wet.gz --language en --output out && du -sb out/*
OUTPUT_PER_TEXT = {"documents": 0.46, "quality_signals": 0.17, "minhash": 0.05}
SAMPLE_BYTES = 7_800        # of one document in sample/

# Bytes of text in a second of one core, 2026-11-20 on an AMD EPYC (Zen 5): CPU time of annotate_unit on those pages,
# and of lid.176.ftz as tests/benchmarks/languages.py reports it (830 us for a page of 9.7 kB). Extraction from HTML:
# `read` in logs/timings.jsonl of rpdata compute-signals *.warc.gz --language en --workers 1, on a busy machine.
SIGNALS_RATE = 45e6
LANGUAGE_RATE = 12e6
EXTRACTION_RATE = 1.2e6

# Paragraph deduplication of the same pages, CPU time in one process: to read and hash them; to hash and edit them.
# 9 bytes are kept for each line that differs, and for each duplicate again. 2026-11-20.
HASHING_RATE = 80e6
EDITING_RATE = 120e6
HASHES_PER_TEXT = 0.13


@dataclass(frozen=True)
class Forecast:
    """What a run would do.

    Attributes
    ----------
    formats, snapshots: name -> files, bytes; and for snapshots, shards.
    units, units_done_before: that hold these inputs; that are done.
    input_bytes: compressed, of the units that are to do. text_bytes: estimated, of the same.
    output_bytes: estimated, by folder, of the same.
    units_to_hash: in a first pass, for paragraph deduplication; None without. hashing_seconds: that it takes one core.
    core_seconds: estimated work of both passes; seconds: with these workers, none of which shares a unit with another.
    memory_bytes: that the workers stay below, together.
    free_bytes: where the output goes.
    obstacle: why the run would be refused as things are.
    """

    output: str
    formats: dict[str, dict[str, int]]
    snapshots: dict[str, dict[str, int]]
    units: int
    units_done_before: int
    input_bytes: int
    largest_unit_bytes: int
    text_bytes: int
    output_bytes: dict[str, int]
    core_seconds: float
    seconds: float
    units_to_hash: int | None
    hashing_seconds: float
    workers: int
    memory_bytes: int
    free_bytes: int
    obstacle: str | None

    @property
    def fits(self) -> bool:
        return sum(self.output_bytes.values()) <= self.free_bytes

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "fits": self.fits}


def forecast(
    arguments: Sequence[str],
    settings: Settings,
    *,
    snapshot: str | None = None,
    files_per_shard: int | None = None,
    resources: Resources,
) -> Forecast:
    """What `run` would do with the same arguments. UserError where it would refuse the input.

    That a model is not here yet is an `obstacle` of the run only: the plan does not depend on it.
    """
    found = discover(arguments, snapshot)
    check(found, settings.read)
    root = settings.output.absolute()
    Manifest.load_or_new(root)
    shown = str(settings.output)
    before = begun(root)
    settings = replace(settings, output=root)
    refuse_other_language(holding(before.units, found), settings)
    obstacle = None
    try:
        settings = settings.with_model(found, before).with_artefacts(before)
    except UserError as error:
        obstacle = str(error)
    manifest, units = plan_units(found, settings, files_per_shard, split=cut_as_known(root))
    settings = with_groups(settings, manifest)
    pending = units if obstacle else [unit for unit in units if missing_steps(unit, settings)]
    to_hash = units_to_hash(pending, manifest, settings)
    work = {unit.name: text_of(unit) for unit in pending}
    text_bytes = sum(work.values())
    seconds = {unit.name: seconds_for(work[unit.name], unit) for unit in pending}
    hashing = [text_of(unit) / HASHING_RATE for unit in to_hash]
    if settings.paragraphs:
        seconds = {name: value + work[name] / EDITING_RATE for name, value in seconds.items()}
    output_bytes = {overlay: round(text_bytes * ratio) for overlay, ratio in OUTPUT_PER_TEXT.items()}
    output_bytes["sample"] = min(SAMPLE_SIZE * SAMPLE_BYTES, round(text_bytes))
    if settings.paragraphs:
        output_bytes["work"] = round(sum(map(text_of, to_hash)) * HASHES_PER_TEXT)
    total = sum(seconds.values()) + sum(hashing)
    longest = max(seconds.values(), default=0.0) + max(hashing, default=0.0)
    return Forecast(
        output=shown,
        formats=by_format(found),
        snapshots=by_snapshot(found, units),
        units=len(units),
        units_done_before=len(units) - len(pending),
        input_bytes=sum(unit.size for unit in pending),
        largest_unit_bytes=max((unit.size for unit in pending), default=0),
        text_bytes=round(text_bytes),
        output_bytes=output_bytes,
        core_seconds=round(total, 1),
        seconds=round(max(total / resources.workers, longest), 1),
        units_to_hash=len(to_hash) if settings.paragraphs else None,
        hashing_seconds=round(sum(hashing), 1),
        workers=resources.workers,
        memory_bytes=resources.memory or resources.workers * LEAST_MEMORY,
        free_bytes=free_bytes(root),
        obstacle=obstacle,
    )


def cut_as_known(root: Path) -> Callable[[Input], list[Input]]:
    """`cut`, with the rows and hashes of pieces that a run counted before it wrote a document, if it came so far."""
    known = {
        (source.path, source.size, source.piece.start, source.piece.end): source.piece
        for unit in Manifest.load_or_new(root).units for source in unit.inputs if source.piece
    }

    def counted(source: Input) -> Input:
        if source.piece is None or source.piece.xxh3:
            return source
        place = source.path, source.size, source.piece.start, source.piece.end
        return replace(source, piece=known.get(place, source.piece))

    return lambda source: [counted(piece) for piece in cut(source)]


def units_to_hash(pending: Sequence[Unit], manifest: Manifest, settings: Settings) -> list[Unit]:
    """Those of the first pass: all of the groups that lack documents, whether their inputs were named or not."""
    groups = groups_wanted(pending, manifest, settings) if settings.paragraphs else []
    return [unit for group in groups for unit in group.units if not is_hashed(unit, settings)]


def text_of(unit: Unit) -> float:
    """Estimated bytes of text."""
    return sum(source.bytes * text_in(source) for source in unit.inputs)


def text_in(source: Input) -> float:
    if source.format != "warc" and not source.name.endswith(COMPRESSED):
        return TEXT_IN_PLAIN
    return TEXT_IN_COMPRESSED.get(source.format, TEXT_IN_COMPRESSED["wet"])


def seconds_for(text_bytes: float, unit: Unit) -> float:
    """Estimated seconds of one core; a unit without a partition asks a model for each document's language."""
    seconds = text_bytes / SIGNALS_RATE
    if unit.partition is None:
        seconds += text_bytes / LANGUAGE_RATE
    if unit.inputs[0].format == "warc":     # a shard is of one format
        seconds += text_bytes / EXTRACTION_RATE
    return seconds


def by_format(found: Iterable[tuple[str, Input]]) -> dict[str, dict[str, int]]:
    files, sizes = Counter[str](), Counter[str]()
    for _, source in found:
        files[source.format] += 1
        sizes[source.format] += source.size
    return {name: {"files": files[name], "bytes": sizes[name]} for name in sorted(files)}


def by_snapshot(found: Iterable[tuple[str, Input]], units: Iterable[Unit]) -> dict[str, dict[str, int]]:
    files, sizes = Counter[str](), Counter[str]()
    shards = defaultdict[str, set[str]](set)
    for snapshot, source in found:
        files[snapshot] += 1
        sizes[snapshot] += source.size
    for unit in units:
        shards[unit.snapshot].add(unit.shard)
    return {
        name: {"files": files[name], "bytes": sizes[name], "shards": len(shards[name])} for name in sorted(files)
    }


def free_bytes(root: Path) -> int:
    """Of the disk that the folder is on, or will be."""
    there = next(folder for folder in [root, *root.parents] if os.path.isdir(folder))
    return shutil.disk_usage(there).free

"""Documents of our own datasets, each with its signals, as the rows of RedPajama-V2's loader."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rpdata.dataset import DOCUMENTS, DUPLICATES, Dataset
from rpdata.engine.places import language_of
from rpdata.errors import CannotFinish, UserError
from rpdata.for_recipe import limited_of
from rpdata.manifest import FILE
from rpdata.overlay import DOC_IDS
from rpdata.redpajama import slices
from rpdata.redpajama_tree.layout import Request, bucket_of
from rpdata.redpajama_tree.places import Tree, opened
from rpdata.report.sample import in_redpajama_form
from rpdata.scan import OTHER, kept_column, marked_column
from rpdata.signals.ccnet import BUCKETS

QUALITY_SIGNALS = "quality_signals"


@dataclass(frozen=True)
class OwnPart:
    """The files of one partition. duplicates: None where all documents are asked for. version: of the three."""

    partition: str
    documents: str
    signals: str
    duplicates: str | None
    version: str


@dataclass(frozen=True)
class Wanted:
    """Which rows of the parts: in these languages (None: all), of these buckets, kept by this column (None: all).

    hidden: signals that are left out of the rows, as they were computed for one recipe only.
    """

    languages: tuple[str, ...] | None
    buckets: tuple[str, ...]
    kept: str | None
    hidden: tuple[str, ...] = ()


def own_parts(tree: Tree, request: Request) -> tuple[list[OwnPart], Wanted]:
    """What is to be read for a request. A dataset that is here is checked as `Dataset.open` does.

    UserError for what is not there.
    """
    kept = None if request.deduplicated is None else kept_column(request.deduplicated)
    tree.refuse_unknown_snapshots(DOCUMENTS, request)
    steps = [DOCUMENTS, QUALITY_SIGNALS, *([DUPLICATES] if kept else [])]
    here = Path(tree.url) if Path(tree.url).is_dir() else None
    dataset = Dataset.open(here) if here else None
    folders = steps if request.snapshots is None or here else [
        f"{step}/{snapshot}" for step in steps for snapshot in request.snapshots
    ]
    versions = {name: version for folder in folders for name, version in tree.files(folder).items()}
    partitions = dataset.partitions if dataset else [
        name.removeprefix(f"{DOCUMENTS}/").removesuffix(".parquet")
        for name in versions if name.startswith(f"{DOCUMENTS}/") and name.endswith(".parquet")
    ]
    chosen = request.chosen(partitions, tree.named, other=OTHER)
    if dataset and request.deduplicated is not None:
        marked_column(dataset, request.deduplicated, chosen)        # or an error that says what to run
    for step in steps[1:]:
        for part in chosen:
            if f"{step}/{part}.parquet" not in versions:
                way = f"run rpdata dedup, see {kept}" if step == DUPLICATES else "run rpdata compute-signals again"
                raise UserError(f"{tree.named} has no {step}/{part}.parquet, beside documents/ that are there: {way}")
    if dataset:
        for sentence in dataset.disagreements(QUALITY_SIGNALS, dataset.columns(QUALITY_SIGNALS), chosen):
            raise UserError(f"cannot load {tree.named}: {sentence}")
    parts = [
        OwnPart(
            part,
            tree.file(f"{DOCUMENTS}/{part}.parquet"),
            tree.file(f"{QUALITY_SIGNALS}/{part}.parquet"),
            tree.file(f"{DUPLICATES}/{part}.parquet") if kept else None,
            " ".join(versions[f"{step}/{part}.parquet"] for step in steps),
        )
        for part in chosen
    ]
    hidden = sorted(limited_of(dataset)) if dataset else limited_in(tree)
    if "ccnet_bucket" in hidden:
        refuse_buckets(tree, request, chosen)
    return parts, Wanted(request.languages, request.buckets, kept, tuple(hidden))


def refuse_buckets(tree: Tree, request: Request, chosen: Sequence[str]) -> None:
    """UserError if not all buckets are asked for, and a column for one recipe would say what is in them."""
    names = {*BUCKETS.to_pylist()}
    if not names <= {*request.buckets} and not names >= {bucket_of(part) for part in chosen}:
        raise UserError(
            f"cannot tell the buckets of {tree.named}: `ccnet_bucket` was computed for one recipe only, and no model "
            "was asked about documents that it rejects.\nAsk for all: partition=\"all\"; or have it computed for all "
            "documents: rpdata compute-signals, without --for-recipe"
        )


def limited_in(tree: Tree) -> list[str]:
    """The signals of a dataset elsewhere that were computed for one recipe only, as its manifest says."""
    with opened(tree.file(FILE)) as file:
        told = json.loads(file.read())["configurations"].get(QUALITY_SIGNALS, {})
    return sorted(told.get("for_recipe", {}).get("columns", ()))


def own_rows(parts: Sequence[OwnPart], wanted: Wanted) -> Iterator[dict[str, str]]:
    """The wanted documents of the parts in order, in the form of the dataset's sample.

    A document of a partition without buckets is of the bucket that its signal `ccnet_bucket` says; where that is null
    it counts as head or middle: nobody put it into the tail. UserError if overlays have other documents,
    CannotFinish if a file is damaged.
    """
    for part in parts:
        try:
            yield from rows_of(part, wanted)
        except (pa.ArrowException, OSError) as error:
            raise CannotFinish(f"cannot read {part.documents} and what is beside it: {error}") from error


def rows_of(part: OwnPart, wanted: Wanted) -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        files = [
            pq.ParquetFile(stack.enter_context(opened(url)))
            for url in (part.documents, part.signals, part.duplicates) if url is not None
        ]
        if len({(file.metadata.metadata or {}).get(DOC_IDS) for file in files}) > 1:
            raise UserError(f"{part.signals} has other documents than {part.documents}: one of them was replaced")
        if wanted.kept and wanted.kept not in files[-1].schema_arrow.names:
            raise UserError(f"{part.duplicates} has no column {wanted.kept}: rpdata dedup was not asked for it")
        for group in range(files[0].num_row_groups):
            documents, signals, *marks = (file.read_row_group(group) for file in files)
            keep = kept_rows(part.partition, wanted, documents, signals, marks)
            documents, signals = documents.filter(keep), signals.filter(keep)
            signals = signals.drop_columns([name for name in wanted.hidden if name in signals.schema.names])
            start = 0
            for some in slices(signals):
                yield from in_redpajama_form(documents.slice(start, some.num_rows), some).to_pylist()
                start += some.num_rows


def kept_rows(
    partition: str, wanted: Wanted, documents: pa.Table, signals: pa.Table, marks: Sequence[pa.Table]
) -> pa.ChunkedArray:
    """Which rows of a row group are wanted; never null."""
    keep = pc.is_valid(documents["doc_id"])
    if wanted.languages is not None and language_of(partition) == OTHER:
        keep = pc.and_(keep, pc.is_in(documents["language"], pa.array(wanted.languages)))
    if bucket_of(partition) not in BUCKETS.to_pylist():
        known = signals["ccnet_bucket"] if "ccnet_bucket" in signals.schema.names else pa.nulls(len(signals))
        numbers = [BUCKETS.to_pylist().index(bucket) for bucket in wanted.buckets]
        of_bucket = pc.is_in(known.cast(pa.int64()), pa.array(numbers, pa.int64()))
        keep = pc.and_(keep, pc.if_else(pc.is_valid(known), of_bucket, "head" in wanted.buckets))
    if wanted.kept:
        keep = pc.and_(keep, pc.fill_null(marks[0][wanted.kept], False))
    return keep

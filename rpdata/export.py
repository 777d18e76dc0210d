"""`rpdata export`: signals, signatures and marks of copies as the files that RedPajama-V2 publishes.

    <output>/quality_signals/2023-06/0000/en_head.signals.json.gz    a line of JSON for each document: id, id_int,
                                                                     metadata, quality_signals
    <output>/minhash/2023-06/0000/en_head.minhash.parquet            shard_id, id, id_int, bands for four thresholds
    <output>/duplicates/2023-06/0000/en_head.duplicates.parquet      shard_id, doc_id, digest of documents that are
                                                                     copies, where the dataset has marks of them

Made from the overlays alone, partition by partition and a row group at a time; text is not read. The same dataset
gives the same bytes.
"""

import gzip
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata import bands
from rpdata.dataset import DUPLICATES
from rpdata.engine.commit import Commit, sweep
from rpdata.engine.lock import writer_lock
from rpdata.errors import UserError, naming
from rpdata.export_duplicates import KEPT, write_duplicates
from rpdata.for_recipe import limits
from rpdata.ledger import Entry, Ledger
from rpdata.manifest import FILE, Manifest
from rpdata.overlay import read_footer
from rpdata.redpajama import concatenate, metadata_json, quality_signals_json, signals_json, slices
from rpdata.schema import OVERLAYS

__all__ = ["ExportSummary", "export_redpajama", "metadata_json", "quality_signals_json"]

PLACES = {
    "quality_signals": "quality_signals/{partition}.signals.json.gz",
    "minhash": "minhash/{partition}.minhash.parquet",
    DUPLICATES: "duplicates/{partition}.duplicates.parquet",
}
FIELDS = ("cc_segment", "url", "source_domain", "language")   # of documents/, that `metadata` shows
THRESHOLDS = sorted(bands.BANDS, reverse=True)                      # in the order of the published columns

# Level 6 makes files 3% smaller and takes 2.2 times as long (64 against 143 MB of JSON a second).
GZIP_LEVEL = 4

PUBLISHED_MINHASH = pa.schema(
    [
        pa.field("shard_id", pa.string()),
        pa.field("id", pa.string()),
        pa.field("id_int", pa.uint64()),
        *(pa.field(f"signature_sim{threshold}", bands.TYPE) for threshold in THRESHOLDS),
    ]
)


@dataclass
class ExportSummary:
    """What was exported. units_missing: planned, but not annotated yet, so not exported. unmarked: partitions whose
    copies are not known, where those of others are."""

    output: str
    partitions: int = 0
    documents: int = 0
    units_missing: int = 0
    unmarked: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def export_redpajama(root: Path, output: Path, threads: int | None = None) -> ExportSummary:
    """Write the dataset at `root` as RedPajama-V2's tree below `output`; files of an earlier export are replaced.

    threads: partitions at once; None is one a core, but no more than 8. Each takes about 150 MB for a row group.

    Raises UserError if `root` is no dataset, nothing is annotated, overlays disagree, or `output` is a dataset.
    """
    started = time.monotonic()
    partitions, missing = annotated(root)
    if not partitions and missing:
        raise UserError(f"nothing to export: no unit of {root} is annotated yet.\nRun rpdata compute-signals first.")
    if (output / FILE).exists() or output.resolve().is_relative_to(root.resolve()):
        raise UserError(
            f"cannot export into {output}: that is a dataset, whose folders have the same names. "
            "Name a folder outside of it: --output"
        )
    refuse_other_files(output, partitions)
    family = Manifest.load(root).configurations["minhash"]["minhash_hash"]
    with writer_lock(output), ThreadPoolExecutor(threads or min(os.cpu_count() or 1, 8)) as pool:
        sweep(output)
        documents = sum(pool.map(partial(export_partition, root, output, family), partitions, partitions.values()))
    marked = sum(DUPLICATES in steps for steps in partitions.values())
    unmarked = len(partitions) - marked if marked else 0
    return ExportSummary(
        str(output), len(partitions), documents, missing, unmarked, round(time.monotonic() - started, 3)
    )


def refuse_other_files(output: Path, partitions: Mapping[str, Sequence[str]]) -> None:
    """An export stands alone: nothing that it would not replace may lie in its folder."""
    written = {Path(PLACES[step].format(partition=name)) for name, steps in partitions.items() for step in steps}
    for path in sorted(output.rglob("*")):
        name = path.relative_to(output)
        ours = name in written or name.parts[0] == "logs" or any(part.startswith(".") for part in name.parts)
        if path.is_file() and not ours:
            raise UserError(
                f"cannot export into {output}: it holds {name}, which is not of this export.\n"
                "Name a new or empty folder, or that of an earlier export of the same dataset: --output"
            )


def annotated(root: Path) -> tuple[dict[str, list[str]], int]:
    """The partitions that have all overlays, in the dataset's order, and the number of units that do not.

    Each with the overlays that are exported: in a dataset that was imported, those that were published of it.
    """
    ledger = Ledger(root)
    manifest = Manifest.load(root)
    partitions: dict[str, list[str]] = {}
    missing = 0
    for unit in manifest.units:
        entries = {step: entry for step in OVERLAYS if (entry := ledger.entry(step, unit.name))}
        if len(entries) < len(OVERLAYS):
            missing += 1
            continue
        refuse_limited(root, manifest, entries["quality_signals"])
        exported = [step for step in OVERLAYS[1:] if entries[step].inputs or not manifest.is_imported]
        marks = ledger.entry(DUPLICATES, unit.name)
        marked = marks is not None and KEPT in marks.columns
        for partition in entries["documents"].partitions:
            partitions[partition] = [*exported, *([DUPLICATES] if marked else [])]
    return partitions, missing



def refuse_limited(root: Path, manifest: Manifest, signals: Entry) -> None:
    """UserError for signals that were computed for one recipe only: their nulls are not those that are published."""
    for told in limits(manifest, [signals]):
        raise UserError(
            f"cannot export {root}: {told} (in {signals.unit}).\nHave them computed for all documents first: "
            f"rpdata compute-signals {root} --artefacts DIR, without --for-recipe"
        )


def export_partition(root: Path, output: Path, family: str, partition: str, steps: Sequence[str]) -> int:
    """Write the files of one partition, one for each of `steps`; they appear whole. Returns its number of documents.

    family: the hash of the signatures. The MinHash file's metadata name it: bands of another one than RedPajama-V2's
    `sha1` match none of those that were published.
    """
    source = f"{partition}.json.gz"   # the file of RedPajama-V2's documents/ that these rows belong to
    rows = 0
    with Commit(output) as commit, ExitStack() as stack:
        lines = signatures = None
        if "quality_signals" in steps:
            file = commit.file(PLACES["quality_signals"].format(partition=partition))
            stack.enter_context(naming(file.parent))
            raw = stack.enter_context(file.open("wb"))
            lines = stack.enter_context(gzip.GzipFile("", "wb", GZIP_LEVEL, raw, mtime=0))
        if "minhash" in steps:
            file = commit.file(PLACES["minhash"].format(partition=partition))
            stack.enter_context(naming(file.parent))
            signatures = stack.enter_context(pq.ParquetWriter(file, PUBLISHED_MINHASH, compression="snappy"))
            signatures.add_key_value_metadata({"rpdata.minhash_hash": family})
        if DUPLICATES in steps:
            file = commit.file(PLACES[DUPLICATES].format(partition=partition))
            write_duplicates(root, partition, source, file)
        for documents, signals, minhash in row_groups(root, partition) if steps else ():
            if lines is not None:
                write_signals(lines, documents, signals, minhash, source)
            if signatures is not None:
                signatures.write_batch(minhash_rows(minhash, source), row_group_size=len(minhash))
            rows += len(documents)
        stack.close()       # before the commit, which takes the files as they are
    return rows


def row_groups(root: Path, partition: str) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch, pa.RecordBatch]]:
    """The aligned row groups of documents/ (without text), quality_signals/ and minhash/."""
    paths = [root / overlay / f"{partition}.parquet" for overlay in OVERLAYS]
    footers = [read_footer(path) for path in paths]
    for path, footer in zip(paths, footers, strict=True):
        if footer.doc_ids != footers[0].doc_ids:
            raise UserError(
                f"{path} has other documents than {paths[0]}: one of the files was replaced.\n"
                "rpdata status tells which; restore it, or delete it and run rpdata compute-signals again."
            )
    columns = (["doc_id", *FIELDS], None, None)
    files = [pq.ParquetFile(path) for path in paths]
    for group in range(footers[0].metadata.num_row_groups):
        yield tuple(
            file.read_row_group(group, columns=names).combine_chunks().to_batches()[0]
            for file, names in zip(files, columns, strict=True)
        )


def write_signals(
    lines: gzip.GzipFile, documents: pa.RecordBatch, signals: pa.RecordBatch, minhash: pa.RecordBatch, source: str
) -> None:
    """One JSON line for each document."""
    snapshot = source.partition("/")[0]
    start = 0
    for part in slices(signals):
        heads = [
            orjson.dumps(
                {
                    "id": row["doc_id"],
                    "id_int": id_int,
                    "metadata": {
                        "cc_segment": row["cc_segment"],
                        "cc_net_source": source,
                        "url": row["url"],
                        "source_domain": row["source_domain"],
                        "language": row["language"],
                        "snapshot_id": snapshot,
                    },
                }
            )[:-1]
            for row, id_int in zip(
                documents.slice(start, len(part)).to_pylist(),
                minhash["id_int"].slice(start, len(part)).to_pylist(),
                strict=True,
            )
        ]
        text = concatenate(pa.array(heads, pa.string()), ',"quality_signals":', signals_json(part), "}\n")
        _, ends, characters = text.buffers()
        lines.write(characters[: np.frombuffer(ends, np.int32)[len(text)]])
        start += len(part)


def minhash_rows(minhash: pa.RecordBatch, source: str) -> pa.RecordBatch:
    """The published columns of the rows of minhash/."""
    return pa.RecordBatch.from_arrays(
        [
            pa.repeat(source, len(minhash)),
            minhash["doc_id"],
            minhash["id_int"],
            *(bands.cut(minhash["signature"], threshold) for threshold in THRESHOLDS),
        ],
        schema=PUBLISHED_MINHASH,
    )

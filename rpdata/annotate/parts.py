"""Where a unit's documents come from: its inputs, or the files that they were written to before."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.annotate.columns import batch_of
from rpdata.annotate.language import identified
from rpdata.annotate.paragraph_edit import edited
from rpdata.annotate.routing import OTHER, route
from rpdata.annotate.settings import Settings
from rpdata.engine.places import language_of
from rpdata.engine.plan import Unit
from rpdata.errors import UserError
from rpdata.ledger import Entry, ReadReport
from rpdata.overlay import describe
from rpdata.schema import DOCUMENTS
from rpdata.sources import read

# A partition's path, some of its documents (one row group of each overlay), and what is known of their signals.
Part: TypeAlias = tuple[str, pa.RecordBatch, pa.RecordBatch | None]


def from_source(unit: Unit, settings: Settings, source: ReadReport, seconds: dict[str, float]) -> Iterator[Part]:
    """The unit's documents out of its inputs, in the partition that the plan gave it or those of their languages.

    seconds: what the identification of languages took is added to its `language`.
    """
    batches = read(unit, settings.for_unit(unit), source)
    if settings.paragraphs:
        batches = edited(unit, settings, batches, source)
    if unit.partition_path is not None:
        yield from ((unit.partition_path, batch, None) for batch in batches)
        return
    assert settings.model is not None, "`run` looks for it before any work begins"
    assert settings.languages is not None
    known = identified(batches, settings.model, seconds)
    for partition, batch in route(known, settings.languages, source):
        yield unit.path_of(partition), batch, None


def stored(documents: Entry, root: Path, kept: list[str]) -> Iterator[Part]:
    """The documents that the entry tells of, in the batches that they were written in, with these of their signals."""
    for partition in sorted(documents.partitions):
        with ExitStack() as stack:
            file = stack.enter_context(pq.ParquetFile(root / "documents" / f"{partition}.parquet"))
            signals = root / "quality_signals" / f"{partition}.parquet"
            known = stack.enter_context(pq.ParquetFile(signals)) if kept else None
            for group in range(file.num_row_groups):
                documents_of_group = with_all_columns(batch_of(file, group, None))
                yield partition, documents_of_group, batch_of(known, group, kept) if known else None


def with_all_columns(documents: pa.RecordBatch) -> pa.RecordBatch:
    """The documents in today's schema: a column that came later than their file is null."""
    known = set(documents.schema.names)
    for field in DOCUMENTS:
        if field.name not in known:
            documents = documents.append_column(field.name, pa.nulls(documents.num_rows, field.type))
    return documents.select(DOCUMENTS.names).cast(DOCUMENTS)


def are_intact(entry: Entry, root: Path) -> bool:
    """Whether the files have the bytes that the entry tells of."""
    try:
        return all(
            describe(root / entry.step / f"{partition}.parquet") == file
            for partition, file in entry.partitions.items()
        )
    except UserError:   # torn
        return False


def languages_of(partition: str, documents: pa.RecordBatch) -> list[str | None]:
    """The language of each document: its partition's, where that has one."""
    language = language_of(partition)
    return documents["language"].to_pylist() if language == OTHER else [language] * documents.num_rows

"""cc_net JSON, WET, WARC, JSONL and Parquet tables into batches of documents."""

from collections.abc import Iterator

import pyarrow as pa

from rpdata.engine.plan import Unit
from rpdata.ledger import ReadReport
from rpdata.sources.batches import Row, batches
from rpdata.sources.ccnet import read_ccnet
from rpdata.sources.check import check
from rpdata.sources.discovery import discover
from rpdata.sources.pages import read_warc
from rpdata.sources.parquet import read_parquet
from rpdata.sources.pieces import cut, cut_and_count
from rpdata.sources.records import ReadOptions
from rpdata.sources.tables import RowIds, read_jsonl
from rpdata.sources.wet import read_wet

__all__ = ["ReadOptions", "check", "cut", "cut_and_count", "discover", "read"]

READERS = {"ccnet": read_ccnet, "warc": read_warc, "wet": read_wet}
TABLES = {"jsonl": read_jsonl, "parquet": read_parquet}


def read(unit: Unit, options: ReadOptions, report: ReadReport) -> Iterator[pa.RecordBatch]:
    """The documents of a unit in the order of its inputs, as batches of schema.DOCUMENTS.

    When the iterator is exhausted, `report.read` is the number of rows given plus dropped plus failed, and the report
    names every input with size and hash. DamageError costs what can't be read of that input. Raises CannotFinish where
    storage fails.
    """
    return batches(rows(unit, options, report))


def rows(unit: Unit, options: ReadOptions, report: ReadReport) -> Iterator[Row]:
    ids = RowIds(unit.snapshot, options.id_column)
    for source in unit.inputs:
        if source.format in TABLES:
            yield from TABLES[source.format](source, ids, options, report)
        else:
            yield from READERS[source.format](source, unit, options, report)

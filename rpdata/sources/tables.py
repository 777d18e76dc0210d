"""Tables of documents: JSON lines here, Parquet in `parquet.py`; what a row of either becomes.

The text column becomes `raw_content`. Columns named as in schema.DOCUMENTS are taken over, except that `language` is
what the user says; `length`, `nlines` and `source_domain` are worked out where the table does not have them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from rpdata.engine.plan import Input, Unit
from rpdata.ledger import ReadReport
from rpdata.sources.batches import Row
from rpdata.sources.lines import lines
from rpdata.sources.records import (
    FIELDS,
    BadRecordError,
    ReadOptions,
    attempt,
    count_lines,
    domain,
    field,
    json_record,
    kind_of,
    line_bound,
    text_of,
)
from rpdata.sources.streams import chunks


def read_jsonl(source: Input, unit: Unit, options: ReadOptions, report: ReadReport) -> Iterator[Row]:
    """The documents of one file of JSON objects, one on each line."""

    def document(number: int, line: bytes | None) -> Row:
        return table_row(json_record(line), f"{unit.snapshot}/{source.name}/{number}", options)

    for number, line in enumerate(lines(chunks(source, report), line_bound(options))):
        row = attempt(document, number, line, source, report)
        if row is not None:
            yield row


def table_row(record: Mapping[str, Any], row_id: str, options: ReadOptions) -> Row:
    """A row of schema.DOCUMENTS. Raises BadRecordError if it has no text or id, or a field of the wrong type."""
    text, utf8 = text_of(record, options.text_column, options)
    if options.id_column is not None:
        row_id = own_id(record, options.id_column)
    values = {name: field(record, name, wanted) for name, wanted in FIELDS if name != "language"}
    values["language"] = options.language
    if options.url_column is not None:
        values["url"] = field(record, options.url_column, str)
    if values["source_domain"] is None:
        values["source_domain"] = domain(values["url"])
    if values["length"] is None:
        values["length"] = len(text)
    if values["nlines"] is None:
        values["nlines"] = count_lines(utf8)
    return (row_id, *[values[name] for name, _ in FIELDS], utf8)


def own_id(record: Mapping[str, Any], column: str) -> str:
    """The id that a table gives to a row. Raises BadRecordError if it is neither an integer nor a string, or empty."""
    value = record.get(column)
    if type(value) not in (str, int) or value == "":
        raise BadRecordError(f"{column} can't be an id: it is {'empty' if value == '' else kind_of(value)}")
    return str(value)

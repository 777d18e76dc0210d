"""Tables of documents: JSON lines here, Parquet in `parquet.py`; what a row of either becomes.

The text column becomes `raw_content`. Columns named as in schema.DOCUMENTS are taken over, but for those of archive
records and `language`, which is what the user says; `length`, `nlines` and `source_domain` are worked out where the
table does not have them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import xxhash

from rpdata.engine.plan import Input
from rpdata.ledger import ReadReport
from rpdata.sources.batches import Row
from rpdata.sources.lines import lines
from rpdata.sources.records import (
    FIELDS,
    NO_RECORD,
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


class RowIds:
    """What the rows of a unit's tables are called: `<snapshot>/<file>/<row>`, or what a column of theirs says.

    A column's ids must differ from each other: within a unit that is seen here (in some 100 bytes a row), between the
    units of a dataset, pieces of one file among them, by nobody.
    """

    def __init__(self, snapshot: str, column: str | None):
        self._snapshot = snapshot
        self._column = column
        self._taken: set[int] = set()       # hashes of 128 bits: no two ids share one

    def take(self, source: Input, number: int, record: Mapping[str, Any]) -> str:
        """The id of a row, which no later row can have. BadRecordError if it is no string or integer, or is taken."""
        if self._column is None:
            return f"{self._snapshot}/{source.name}/{number}"
        own = own_id(record, self._column)
        digest = xxhash.xxh3_128_intdigest(own.encode())
        if digest in self._taken:
            raise BadRecordError(f"{self._column} is {own[:200]!r}, as that of an earlier row")
        self._taken.add(digest)
        return own


def read_jsonl(source: Input, ids: RowIds, options: ReadOptions, report: ReadReport) -> Iterator[Row]:
    """The documents of one file of JSON objects, one on each line, or of a piece of it."""

    def document(number: int, line: bytes | None) -> Row:
        return table_row(json_record(line), source, number, ids, options)

    first_row = source.piece.first_row if source.piece else 0
    for number, line in enumerate(lines(chunks(source, report), line_bound(options)), first_row):
        row = attempt(document, number, line, source, report)
        if row is not None:
            yield row


def table_row(record: Mapping[str, Any], source: Input, number: int, ids: RowIds, options: ReadOptions) -> Row:
    """A row of schema.DOCUMENTS. Raises BadRecordError if it has no text or id, or a field of the wrong type."""
    text, utf8 = text_of(record, options.text_column, options)
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
    row_id = ids.take(source, number, record)       # last, as a row that fails has none
    return (row_id, *[values[name] for name, _ in FIELDS], *NO_RECORD, utf8)


def own_id(record: Mapping[str, Any], column: str) -> str:
    """The id that a table gives to a row. Raises BadRecordError if it is neither an integer nor a string, or empty."""
    value = record.get(column)
    if type(value) not in (str, int) or value == "":
        raise BadRecordError(f"{column} can't be an id: it is {'empty' if value == '' else kind_of(value)}")
    return str(value)

"""What the readers of records have in common: typed fields, and the records that can't be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa

from rpdata.schema import DOCUMENTS

INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True)
class ReadOptions:
    """What the user says about the inputs.

    Attributes
    ----------
    language: of every document, for formats that do not say it (all but cc_net).
    min_chars: WET documents with fewer code points are dropped `too_short`.
    max_document_bytes: documents with more UTF-8 bytes of text are streamed past and dropped `too_long`.
    text_column, id_column, url_column: of tables; without `id_column` the row number names the document.
    """

    language: str | None = None
    min_chars: int = 300
    max_document_bytes: int = 4 << 20
    text_column: str = "text"
    id_column: str | None = None
    url_column: str | None = None


class BadRecord(Exception):
    """A record that can't be used; its text is the cause, for the error file."""


class Dropped(Exception):
    """A record that is not wanted; its text is the reason, for the ledger."""


def line_bound(options: ReadOptions) -> int:
    """Bytes of the longest JSON line that can hold a document of allowed size: `\\u0000` is six bytes for one."""
    return 6 * options.max_document_bytes + (1 << 20)


def json_record(line: bytes | None) -> dict[str, Any]:
    """The object on a line. Raises Dropped for a line that is too long (None) or blank, BadRecord for any other thing."""
    if line is None:
        raise Dropped("too_long")
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        if not line.strip():
            raise Dropped("empty_line") from None
        raise BadRecord(f"not JSON: {error.msg} at byte {error.pos}") from error
    if type(record) is not dict:
        raise BadRecord(f"not a JSON object but {kind(record)}")
    return record


def text_of(record: Mapping[str, Any], column: str, options: ReadOptions) -> tuple[str, bytes]:
    """The text of a record and its UTF-8. Raises BadRecord if there is none, Dropped if it is too long."""
    text = record.get(column)
    if type(text) is not str:
        raise BadRecord(f"{column} is missing" if text is None else f"{column} is {kind(text)}, not a string")
    try:
        utf8 = text.encode()
    except UnicodeEncodeError as error:
        raise BadRecord(f"{column} is not valid Unicode: {error.reason}") from error
    if len(utf8) > options.max_document_bytes:
        raise Dropped("too_long")
    return text, utf8


def field(record: Mapping[str, Any], name: str, wanted: type) -> Any:
    """One field, None where it is absent or null. Raises BadRecord for another type (an int is a float, a bool no int)."""
    value = record.get(name)
    if value is None or type(value) is wanted:
        if wanted is int and value is not None and value not in INT64:
            raise BadRecord(f"{name} does not fit in 64 bits")
        return value
    if wanted is float and type(value) is int:
        return float(value)
    raise BadRecord(f"{name} is {kind(value)}, not {KINDS[wanted]}")


KINDS = {str: "a string", int: "an integer", float: "a number", bool: "a boolean", list: "a list", dict: "an object"}


def kind(value: object) -> str:
    return "null" if value is None else KINDS.get(type(value), type(value).__name__)


def python_type(arrow: pa.DataType) -> type:
    return {pa.string(): str, pa.int64(): int, pa.float64(): float}[arrow]


# Every column between the first (doc_id) and the last (raw_content), in the order of the schema.
FIELDS: tuple[tuple[str, type], ...] = tuple((f.name, python_type(f.type)) for f in list(DOCUMENTS)[1:-1])

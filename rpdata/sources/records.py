"""What the readers of records have in common: typed fields, and the records that can't be used."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
import pyarrow as pa

from rpdata.engine.plan import Input
from rpdata.errors import UserError, unknown_name
from rpdata.ledger import ReadReport
from rpdata.schema import DOCUMENTS
from rpdata.sources.batches import Row, newlines

T = TypeVar("T")

# What urllib.parse.urlsplit calls netloc; an expression of our own is 5 times as fast and never raises.
NETLOC = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#]+)")
FIRST_PART = re.compile(r"\A[A-Za-z]+")        # of a language code: `zh` of zh-Hant
INT64 = range(-(2**63), 2**63)
KINDS = {
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
    list: "a list",
    dict: "an object",
    bytes: "bytes that are not UTF-8",
}


@dataclass(frozen=True)
class ReadOptions:
    """What the user says about the inputs.

    Attributes
    ----------
    language: of every document, for formats that do not say it (all but cc_net). Its first part, which lists and
        models go by, is kept in lower case.
    min_chars: WET and WARC documents with fewer code points are dropped `too_short`.
    max_document_bytes: documents with more UTF-8 bytes of text are streamed past and dropped `too_long`.
    strip_lines: WET lines lose the white space at both ends, as in cc_net.
    extract: "main" or "full": what of a web page becomes text, its main content or all that it shows.
    text_column, id_column, url_column: of tables; without `id_column` the row number names the document. Its ids must
        differ in the whole dataset; two rows of one unit with the same are found, and the second fails.
    """

    language: str | None = None
    min_chars: int = 300
    max_document_bytes: int = 4 << 20
    strip_lines: bool = False
    extract: str = "main"
    text_column: str = "text"
    id_column: str | None = None
    url_column: str | None = None

    def named_columns(self) -> list[tuple[str, str]]:
        """(option, column) for each column that a table must have."""
        named = [
            ("--text-column", self.text_column),
            ("--id-column", self.id_column),
            ("--url-column", self.url_column),
        ]
        return [(option, name) for option, name in named if name is not None]

    def __post_init__(self) -> None:
        if self.language is not None:
            folded = FIRST_PART.sub(lambda part: part[0].lower(), self.language)
            object.__setattr__(self, "language", folded)    # the way of frozen dataclasses


def missing_column(path: str, option: str, name: str, names: Iterable[str]) -> UserError:
    """The error for a table without a column that an option names."""
    names = sorted(names)
    unknown = unknown_name("column", name, names)
    return UserError(f"{path}, {option}: {unknown}\nSay which of its columns it is, {option} NAME: {', '.join(names)}")


class BadRecordError(Exception):
    """A record that can't be used; its text is the cause, for the error file."""


class UnwantedError(Exception):
    """A record that is not wanted; its text is the reason, for the ledger."""


def attempt(make: Callable[[int, T], Row], ordinal: int, raw: T, source: Input, report: ReadReport) -> Row | None:
    """The row that `make` makes of a record, counted as read; None if it is dropped or failed, and counted as that."""
    report.read += 1
    try:
        return make(ordinal, raw)
    except UnwantedError as reason:
        report.drop(str(reason))
    except BadRecordError as cause:
        report.fail(source.name, ordinal, str(cause))
    return None


def line_bound(options: ReadOptions) -> int:
    """Bytes of the longest JSON line that can hold a document of allowed size: `\\u0000` is six bytes for one."""
    return 6 * options.max_document_bytes + (1 << 20)


def json_record(line: bytes | None) -> dict[str, Any]:
    """The object on a line. Raises UnwantedError for one that is too long (None) or blank, else BadRecordError."""
    if line is None:
        raise UnwantedError("too_long")
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        if not line.strip():
            raise UnwantedError("empty_line") from None
        raise BadRecordError(f"not JSON: {error.msg} at byte {error.pos}") from error
    if type(record) is not dict:
        raise BadRecordError(f"not a JSON object but {kind_of(record)}")
    return record


def text_of(record: Mapping[str, Any], column: str, options: ReadOptions) -> tuple[str, bytes]:
    """The text of a record and its UTF-8. Raises BadRecordError if there is none, UnwantedError if it is too long."""
    text = record.get(column)
    if type(text) is not str:
        raise BadRecordError(f"{column} is missing" if text is None else f"{column} is {kind_of(text)}, not a string")
    try:
        utf8 = text.encode()
    except UnicodeEncodeError as error:
        raise BadRecordError(f"{column} is not valid Unicode: {error.reason}") from error
    if len(utf8) > options.max_document_bytes:
        raise UnwantedError("too_long")
    return text, utf8


def field(record: Mapping[str, Any], name: str, wanted: type) -> Any:
    """One field as str, int or float; None if absent, null or NaN. An integer is a number too, a boolean is none.

    Raises BadRecordError for another type, and for an integer that does not fit in 64 bits.
    """
    value = record.get(name)
    if value is None or type(value) is wanted is str:
        return value
    if wanted is float and type(value) in (float, int):
        return None if value != value else float(value)
    if type(value) is not wanted:
        raise BadRecordError(f"{name} is {kind_of(value)}, not {KINDS[wanted]}")
    if value not in INT64:
        raise BadRecordError(f"{name} does not fit in 64 bits")
    return value


def kind_of(value: object) -> str:
    return "null" if value is None else KINDS.get(type(value), type(value).__name__)


def count_lines(utf8: bytes) -> int:
    """Lines as cc_net counts them: what newlines separate, but none in an empty text."""
    return newlines(utf8) + 1 if utf8 else 0


def domain(url: str | None) -> str | None:
    """The network location of a URL as cc_net has it: with `www.`, port and user, case kept. None if it has none."""
    match = NETLOC.match(url or "")
    return match[1] if match else None


def python_type(arrow: pa.DataType) -> type:
    return {pa.string(): str, pa.int64(): int, pa.float64(): float}[arrow]


# Of the records of an archive; tables may use these names for what they like.
ARCHIVE_COLUMNS = ("record_id", "record_offset", "content_language")

# What is not read, but comes of editing: null in every row that is read.
EDITED_COLUMNS = ("line_ids",)

# Every column of the schema but those, the first (doc_id) and the last (raw_content), in its order.
FIELDS: tuple[tuple[str, type], ...] = tuple(
    (f.name, python_type(f.type)) for f in list(DOCUMENTS)[1:-1] if f.name not in ARCHIVE_COLUMNS + EDITED_COLUMNS
)
NOT_EDITED = (None,) * len(EDITED_COLUMNS)
NO_RECORD = (None,) * len(ARCHIVE_COLUMNS) + NOT_EDITED

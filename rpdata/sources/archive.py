"""What the readers of WET and WARC files have in common: from the records of a file to rows."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rpdata.engine.plan import Input, Unit
from rpdata.ledger import ReadReport
from rpdata.sources.batches import Row
from rpdata.sources.members import Members
from rpdata.sources.records import (
    NOT_EDITED,
    BadRecordError,
    ReadOptions,
    UnwantedError,
    attempt,
    count_lines,
    domain,
)
from rpdata.sources.streams import chunks
from rpdata.sources.warc import Record, WarcFile


class Page(NamedTuple):
    """What a record holds; `wrong`: what was wrong with it, when it could be used all the same."""

    title: str | None
    utf8: bytes
    digest: str | None
    wrong: str | None = None


def read_archive(
    source: Input,
    unit: Unit,
    options: ReadOptions,
    report: ReadReport,
    record_bound: int,
    page: Callable[[Record], Page],
) -> Iterator[Row]:
    """The documents that `page` makes of the records of one file; bodies longer than `record_bound` come as None.

    `page` raises BadRecordError or UnwantedError for the others.
    """
    members = Members()

    def document(ordinal: int, record: Record) -> Row:
        offset = members.offset(record.start)
        if record.damage is not None:
            raise BadRecordError(record.damage)
        found = page(record)
        row = row_of(record, found, f"{unit.snapshot}/{source.name}/{ordinal}", source.name, offset, options)
        wrong = record.wrong or found.wrong
        if wrong is not None:
            report.note(source.name, ordinal, f"{wrong}; what there is of it was taken")
        return row

    file = WarcFile(chunks(source, report, members), record_bound)
    for ordinal, record in enumerate(file.records()):
        row = attempt(document, ordinal, record, source, report)
        if row is not None:
            yield row
    if file.garbage:
        report.fail(source.name, None, f"{file.garbage:,} bytes between records belong to none")


def row_of(record: Record, page: Page, doc_id: str, segment: str, offset: int | None, options: ReadOptions) -> Row:
    """A row of schema.DOCUMENTS. UnwantedError for a text that is too short or too long."""
    length, utf8 = code_points(page.utf8)
    if length < options.min_chars:
        raise UnwantedError("too_short")
    if len(utf8) > options.max_document_bytes:
        raise UnwantedError("too_long")
    headers = record.headers
    url = without_brackets(headers.get("warc-target-uri"))
    line_count = count_lines(utf8)
    return (
        doc_id,
        url,
        domain(url),
        options.language,
        page.title,
        headers.get("warc-date"),
        page.digest,
        segment,
        length,
        record.length,
        line_count,
        line_count,
        None,           # language_score, perplexity, bucket: no model has seen it
        None,
        None,
        without_brackets(headers.get("warc-record-id")),
        offset,
        headers.get("warc-identified-content-language"),
        *NOT_EDITED,
        utf8,
    )


def code_points(utf8: bytes) -> tuple[int, bytes]:
    """How many a text has, and its UTF-8; bytes that are none become U+FFFD."""
    if utf8.isascii():
        return len(utf8), utf8
    try:
        return len(utf8.decode()), utf8
    except UnicodeDecodeError:
        text = utf8.decode(errors="replace")
        return len(text), text.encode()


def without_brackets(uri: str | None) -> str | None:
    """A URI as it is without the <...> that WARC 1.0 has around ids, and some programs around target URIs too."""
    return uri[1:-1] if uri and uri[0] == "<" and uri[-1] == ">" else uri

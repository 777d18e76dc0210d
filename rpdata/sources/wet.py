"""WET files: the plain text that Common Crawl made of its pages, as `conversion` records of a WARC file.

As cc_net has it, the first line of a text is its title and the rest is `raw_content`, without newlines at its end.
Otherwise the text is taken as it is, indentation included; bytes that are not UTF-8 become U+FFFD (cc_net stops at
them). Headers are read by name. Records of another type are dropped `not_conversion`, texts under `min_chars` code
points `too_short`. The ordinal in a document's id counts every record of the file.
"""

from collections.abc import Iterator

from rpdata.engine.plan import Input, Unit
from rpdata.ledger import ReadReport
from rpdata.sources.batches import Row
from rpdata.sources.records import BadRecordError, ReadOptions, UnwantedError, attempt, count_lines, domain
from rpdata.sources.streams import chunks
from rpdata.sources.warc import Record, WarcFile

TITLE_BYTES = 1 << 20       # how much longer than the longest text a record may be


def read_wet(source: Input, unit: Unit, options: ReadOptions, report: ReadReport) -> Iterator[Row]:
    """The documents of one WET file, in the language that the options name."""

    def document(ordinal: int, record: Record) -> Row:
        return wet_row(record, f"{unit.snapshot}/{source.name}/{ordinal}", source.name, options)

    file = WarcFile(chunks(source, report), options.max_document_bytes + TITLE_BYTES)
    for ordinal, record in enumerate(file.records()):
        row = attempt(document, ordinal, record, source, report)
        if row is not None:
            yield row
    if file.garbage:
        report.fail(source.name, None, f"{file.garbage:,} bytes between records belong to none")


def wet_row(record: Record, doc_id: str, segment: str, options: ReadOptions) -> Row:
    """A row of schema.DOCUMENTS. BadRecordError for a damaged record, UnwantedError for one that is no document."""
    if record.damage is not None:
        raise BadRecordError(record.damage)
    if record.headers.get("warc-type") != "conversion":
        raise UnwantedError("not_conversion")
    if record.body is None:
        raise UnwantedError("too_long")
    title_utf8, _, utf8 = record.body.rstrip(b"\n").partition(b"\n")
    try:
        text = utf8.decode()
    except UnicodeDecodeError:
        text = utf8.decode(errors="replace")
        utf8 = text.encode()
    if len(text) < options.min_chars:
        raise UnwantedError("too_short")
    if len(utf8) > options.max_document_bytes:
        raise UnwantedError("too_long")
    url = record.headers.get("warc-target-uri")
    line_count = count_lines(utf8)
    return (
        doc_id,
        url,
        domain(url),
        options.language,
        title_utf8.decode(errors="replace"),
        record.headers.get("warc-date"),
        record.headers.get("warc-block-digest"),
        segment,
        len(text),
        record.length,
        line_count,
        line_count,
        None,           # language_score, perplexity, bucket: no model has seen it
        None,
        None,
        utf8,
    )

"""WET files: the plain text that Common Crawl made of its pages, as `conversion` records of a WARC file.

As cc_net has it, the first line of a text is its title and the rest is `raw_content`, without newlines at its end.
Otherwise the text is taken as it is, indentation included unless `strip_lines`; bytes that are not UTF-8 become U+FFFD
(cc_net stops at them). Headers are read by name. Records of another type are dropped `not_conversion`, texts under
`min_chars` code points `too_short`. The ordinal in a document's id counts every record of the file.
"""

from collections.abc import Iterator

from rpdata.engine.plan import Input, Unit
from rpdata.ledger import ReadReport
from rpdata.sources.archive import Page, read_archive
from rpdata.sources.batches import Row
from rpdata.sources.records import ReadOptions, UnwantedError
from rpdata.sources.warc import Record

TITLE_BYTES = 1 << 20       # how much longer than the longest text a record may be


def read_wet(source: Input, unit: Unit, options: ReadOptions, report: ReadReport) -> Iterator[Row]:
    """The documents of one WET file, in the language that the options name."""

    def page(record: Record) -> Page:
        if record.headers.get("warc-type") != "conversion":
            raise UnwantedError("not_conversion")
        if record.body is None:
            raise UnwantedError("too_long")
        body = strip_lines(record.body) if options.strip_lines else record.body
        title, _, text = body.rstrip(b"\n").partition(b"\n")
        return Page(title.decode(errors="replace"), text, record.headers.get("warc-block-digest"))

    return read_archive(source, unit, options, report, options.max_document_bytes + TITLE_BYTES, page)


def strip_lines(body: bytes) -> bytes:
    """Each line without white space (Unicode's, as cc_net has it) at its ends."""
    return "\n".join([line.strip() for line in body.decode(errors="replace").split("\n")]).encode()

"""WARC files: web pages as servers sent them, whose text is extracted here.

Documents are HTML, XHTML and plain text of `response` records with a status of success, and of `resource` records.
What they are is what the crawler identified (`WARC-Identified-Payload-Type`), else what the server said, else what it
looks like. Other records are dropped `revisit` (the page was the same as at an earlier visit), `not_response`
(requests, metadata and the like), `http_status` (redirections and errors) or `not_text`; pages of more than
PAGE_BYTES, as they were sent or without their encodings, `too_long`. The title is that of the page.
"""

import re
from collections.abc import Iterator

from rpdata.engine.plan import Input, Unit
from rpdata.extract.sandbox import Limits, PageError, PageTooLongError, Request, Sandbox
from rpdata.ledger import ReadReport
from rpdata.sources.archive import Page, read_archive
from rpdata.sources.batches import Row
from rpdata.sources.http import Response, charset, media_type, parse_response
from rpdata.sources.records import BadRecordError, ReadOptions, UnwantedError
from rpdata.sources.warc import Record

LIMITS = Limits()
PAGE_BYTES = 16 << 20       # Common Crawl cuts pages at 5 MiB; a page has several times the bytes of its text
HTML = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
UNKNOWN = frozenset({None, "application/octet-stream", "unk", "unknown/unknown", "application/http"})
LOOKS_LIKE_HTML = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)


def read_warc(source: Input, unit: Unit, options: ReadOptions, report: ReadReport) -> Iterator[Row]:
    """The documents of one WARC file, in the language that the options name."""
    bound = max(PAGE_BYTES, 2 * options.max_document_bytes)
    with Sandbox(LIMITS) as sandbox:

        def page(record: Record) -> Page:
            return page_of(record, options.extract, bound, sandbox)

        yield from read_archive(source, unit, options, report, bound, page)


def page_of(record: Record, extract: str, bound: int, sandbox: Sandbox) -> Page:
    """Title, text and digest of a record. UnwantedError for one that holds no page, BadRecordError."""
    headers = record.headers
    kind = headers.get("warc-type")
    if kind not in ("response", "resource"):
        raise UnwantedError("revisit" if kind == "revisit" else "not_response")
    if record.body is None:
        raise UnwantedError("too_long")
    response = parse_response(record.body) if kind == "response" else None
    if response is None:
        if media_type(headers.get("content-type")) == "application/http":
            raise BadRecordError("it has no HTTP status line")
        response = Response(200, {"content-type": headers.get("content-type", "")}, record.body)
    if not 200 <= response.status < 300:
        raise UnwantedError("http_status")
    content_type = response.headers.get("content-type")
    mode = mode_of(media_types(headers.get("warc-identified-payload-type"), content_type), response.body, extract)
    request = Request(mode, response.encodings, charset(content_type), bound)
    try:
        text = sandbox.extract(request, response.body)
    except PageTooLongError:
        raise UnwantedError("too_long") from None
    except PageError as error:
        raise BadRecordError(str(error)) from error
    digest = headers.get("warc-payload-digest") or headers.get("warc-block-digest")
    return Page(text.title, text.utf8.rstrip(b"\n"), digest, text.wrong)


def mode_of(kind: str | None, body: bytes, extract: str) -> str:
    """How the sandbox is to take a page of this media type apart. UnwantedError if it is none."""
    if kind in HTML or (kind is None and LOOKS_LIKE_HTML.match(body)):
        return extract
    if kind == "text/plain":
        return "text"
    raise UnwantedError("not_text")


def media_types(*content_types: str | None) -> str | None:
    """The first media type that says something."""
    return next((kind for kind in map(media_type, content_types) if kind not in UNKNOWN), None)

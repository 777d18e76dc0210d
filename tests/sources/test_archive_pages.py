"""WARC files: which records are documents, what their text is, and what becomes of the others."""

import gzip

import brotli
import pytest
from fastwarc.warc import ArchiveIterator

from rpdata.extract.sandbox import Limits
from rpdata.sources import pages
from tests.archives import URI, response, warc_record, write_archive

NAME = "CC-MAIN-20260821000000-20260821030000-00000.warc.gz"
ARTICLE = "Füße machen einen Artikel aus. " * 3
PAGE = (
    "<!doctype html><title>Ein\n Titel</title><nav><a href=/>Menü</a></nav>"
    f"<main><p>{ARTICLE}<p>Ende.</main>"
).encode()
INFO = warc_record(b"isPartOf: CC-MAIN-2026-34\r\n", "warcinfo", "application/warc-fields")


@pytest.fixture
def read_warc(read_files, tmp_path):
    def read(*records: bytes, min_chars: int = 0, **options):
        path = write_archive(tmp_path / NAME, *records)
        return read_files(path, snapshot="2026-34", language="de", min_chars=min_chars, **options)

    return read


def test_a_page_becomes_title_and_main_content(read_warc):
    record = response(
        PAGE, "text/html; charset=utf-8", WARC_Payload_Digest="sha1:PAYLOAD", WARC_Block_Digest="sha1:BLOCK",
        WARC_Identified_Content_Language="deu",
    )
    [row] = read_warc(INFO, record).rows
    assert row == {
        "doc_id": f"2026-34/{NAME}/1",
        "url": URI,
        "source_domain": "example.com",
        "language": "de",
        "title": "Ein Titel",
        "date_download": "2026-08-21T00:00:00Z",
        "digest": "sha1:PAYLOAD",
        "cc_segment": NAME,
        "length": len(ARTICLE) + 6,
        "original_length": int(record.split(b"Content-Length: ")[1].split(b"\r")[0]),
        "nlines": 3,
        "original_nlines": 3,
        "language_score": None,
        "perplexity": None,
        "bucket": None,
        "record_id": "urn:uuid:1",
        "record_offset": len(gzip.compress(INFO)),
        "content_language": "deu",
        "line_ids": None,
        "raw_content": f"{ARTICLE.strip()}\n\nEnde.",
    }


def test_on_demand_all_that_the_page_shows(read_warc):
    [text] = read_warc(response(PAGE), extract="full").texts
    assert text == f"Menü\n\n{ARTICLE.strip()}\n\nEnde."


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        (INFO, "not_response"),
        (warc_record(b"GET / HTTP/1.1\r\n\r\n", "request"), "not_response"),
        (warc_record(PAGE, "conversion", "text/html"), "not_response"),
        (warc_record(b"HTTP/1.1 200 OK\r\n\r\n", "revisit"), "revisit"),
        (response(PAGE, status="404 Not Found"), "http_status"),
        (response(PAGE, status="301"), "http_status"),
        (response(b"\x89PNG", "image/png"), "not_text"),
        (response(b"body {}", "text/css"), "not_text"),
        (response(b"\x00\x01", None), "not_text"),
        (response(b"", None), "not_text"),
        (response(b"%PDF-1.4", WARC_Identified_Payload_Type="application/pdf"), "not_text"),
        (warc_record(b"20260821 example.com A 127.0.0.1", content_type="text/dns"), "not_text"),
        (response(PAGE), None),
        (response(PAGE, status="206"), None),
        (response(PAGE, "TEXT/HTML;charset=x"), None),
        (response(PAGE, "application/xhtml+xml"), None),
        (response(PAGE, None), None),
        (response(b"<!-- x -->\n" + PAGE, "application/octet-stream"), None),
        (response(PAGE, "application/octet-stream", WARC_Identified_Payload_Type="text/html"), None),
        (response(b"words", "text/plain"), None),
        (warc_record(PAGE, "resource", "text/html"), None),
        (warc_record(PAGE, "response", "text/html"), None),
        (warc_record(b"HTTP/1.1 200 OK\nContent-type : text/html\n\n" + PAGE, content_type=None), None),
        (warc_record(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"), None),
    ],
)
def test_only_pages_are_documents_and_the_rest_is_counted_by_reason(read_warc, record, outcome):
    reading = read_warc(record, response(PAGE))
    assert reading.report.dropped == ({outcome: 1} if outcome else {})
    assert len(reading.rows) == (1 if outcome else 2)
    assert reading.report.errors == []
    assert reading.balances()


def test_a_response_without_a_status_line_fails(read_warc):
    reading = read_warc(warc_record(b"<html>"), response(PAGE))
    assert reading.causes == ["it has no HTTP status line"]
    assert len(reading.rows) == reading.report.failed == 1


@pytest.mark.parametrize(
    ("page", "headers"),
    [
        (PAGE, ["Content-Encoding: gzip", "Transfer-Encoding: chunked"]),       # decoded by the crawler
        (gzip.compress(PAGE), ["content-encoding: GZIP"]),
        (brotli.compress(PAGE), ["Content-Encoding: br"]),
        (b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE), ["Transfer-Encoding: chunked"]),
    ],
)
def test_encodings_of_the_server_are_undone(read_warc, page, headers):
    assert read_warc(response(page, http=headers)).texts == [f"{ARTICLE.strip()}\n\nEnde."]


def test_a_torn_page_is_taken_as_far_as_it_goes_and_noted(read_warc):
    page = gzip.compress(PAGE + b"<p>" + b" ".join(b"%d" % number for number in range(999)))
    reading = read_warc(response(page[:-200], http=["Content-Encoding: gzip"]), response(PAGE))
    assert len(reading.rows) == 2
    assert reading.report.errors == [
        {"file": NAME, "record": 0, "cause": "its gzip encoding breaks off; what there is of it was taken"}
    ]
    assert reading.balances()


def test_bombs_and_large_pages_are_too_long(read_warc):
    bomb = gzip.compress(bytes(256 << 20))
    large = PAGE + b" " * pages.PAGE_BYTES
    reading = read_warc(response(bomb, http=["Content-Encoding: gzip"]), response(large), response(PAGE))
    assert reading.report.dropped == {"too_long": 2}
    assert len(reading.rows) == 1
    assert read_warc(response(PAGE), max_document_bytes=50).report.dropped == {"too_long": 1}
    assert read_warc(response(PAGE), min_chars=300).report.dropped == {"too_short": 1}


def test_a_page_that_hangs_or_crashes_the_parser_costs_that_page(read_warc, monkeypatch):
    monkeypatch.setattr(pages, "LIMITS", Limits(seconds=2, memory_bytes=400 << 20))
    reading = read_warc(response(PAGE), response(b"<div>" * 200_000), response(b"<p>x" * (1 << 20)), response(PAGE))
    assert reading.ids == [f"2026-34/{NAME}/0", f"2026-34/{NAME}/3"]
    hung, crashed = reading.report.errors
    assert (hung["record"], crashed["record"]) == (1, 2)
    assert hung["cause"] == "taking it apart takes more than 2 seconds"
    assert crashed["cause"].startswith("taking it apart needs more than 400 MiB")
    assert reading.balances()


def test_what_a_page_calls_itself_names_no_file(read_warc):
    names = {"WARC_Target_URI": "<file:///../../../etc/passwd>", "WARC_Filename": "../../x", "WARC_Record_ID": "../.."}
    [row] = read_warc(response(PAGE, **names)).rows
    assert row["doc_id"] == f"2026-34/{NAME}/0"
    assert row["url"] == "file:///../../../etc/passwd"


def test_the_development_archive_is_read_whole_and_offsets_are_those_of_fastwarc(shared, read_files):
    [path] = (shared / "data" / "shards").glob("*.warc.gz")
    reading = read_files(path, language="en", min_chars=0)
    assert (reading.report.read, len(reading.rows)) == (265, 132)
    assert reading.report.dropped == {"not_response": 133}
    assert reading.report.errors == []
    with path.open("rb") as file:
        theirs = {
            record.record_id.strip("<>"): record.stream_pos
            for record in ArchiveIterator(file) if record.headers["WARC-Type"] == "response"
        }
    assert {row["record_id"]: row["record_offset"] for row in reading.rows} == theirs

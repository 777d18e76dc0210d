"""WARC records to put archives together from."""

import gzip
from collections.abc import Iterable
from pathlib import Path

URI = "https://example.com/page"


def warc_record(
    body: bytes, kind: str = "response", content_type: str | None = "application/http", **headers: object
) -> bytes:
    """One record. Further headers by their names with _ for -; None leaves one out."""
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": "<urn:uuid:1>",
        "WARC-Date": "2026-08-21T00:00:00Z",
        "WARC-Target-URI": URI,
        "Content-Type": content_type,
        "Content-Length": len(body),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = ["WARC/1.0", *(f"{name}: {value}" for name, value in fields.items() if value is not None), "", ""]
    return "\r\n".join(lines).encode() + body + b"\r\n\r\n"


def response(
    page: bytes,
    content_type: str | None = "text/html",
    status: str = "200 OK",
    http: Iterable[str] = (),
    **warc: object,
) -> bytes:
    """A record of a page as a server sent it; `http` are further headers of the server."""
    fields = [f"HTTP/1.1 {status}", *([f"Content-Type: {content_type}"] if content_type else []), *http, "", ""]
    return warc_record("\r\n".join(fields).encode() + page, **warc)


def write_archive(path: Path, *records: bytes) -> Path:
    """Each record in a gzip member of its own, unless the name says otherwise."""
    parts = [gzip.compress(record, mtime=0) if path.suffix == ".gz" else record for record in records]
    path.write_bytes(b"".join(parts))
    return path

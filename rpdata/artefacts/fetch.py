"""Fetching a file from the web: what broke off is gone on with, and two versions are never mixed."""

import http.client
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path

TIMEOUT = 30            # seconds without a byte
PARTIAL = 206           # HTTP: the range that was asked for
BEYOND_THE_END = 416    # HTTP: there is no such range
BLOCK = 1 << 20


class SourceError(Exception):
    """A source did not give the file; its text says why."""


def from_url(url: str, growing: Path, *, size: int | None, known: bool) -> None:
    """Go on at the end of what is there, if it came from a server that told its size; take no more than that.

    size: of the file, where it is known; else the server's word is taken, and one that says none is refused. known:
    whether its sha256 is, which tells later if parts of two versions were put together. If not, it is gone on with
    only where the server can say that it is the same version still.

    SourceError says why it stopped; what has come so far stays, with a note beside it that holds the server's name for
    that version of the file. Without the note it is not gone on with.
    """
    note = growing.with_name(f"{growing.name}.version")
    version = note.read_text() if note.exists() and growing.exists() else None
    have = growing.stat().st_size if version or (known and version is not None) else 0
    if size is not None and have >= size:
        return
    headers = {"User-Agent": "rpdata", "Range": f"bytes={have}-"}
    if have and version:
        headers["If-Range"] = version
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as response:
            span = response.headers.get("Content-Range") or ""
            goes_on = response.status == PARTIAL and span.startswith(f"bytes {have}-")
            there = span.rpartition("/")[2] if goes_on else response.headers.get("Content-Length")
            whole, served = expected_size(size, there), version_of(response.headers)
            if not goes_on:
                have = 0
                note.unlink(missing_ok=True)
            with growing.open("ab" if have else "wb") as file:
                if there:
                    note.write_text(served)
                while have < whole and (block := response.read(min(BLOCK, whole - have))):
                    have += file.write(block)
    except (OSError, ValueError, http.client.HTTPException) as error:   # ValueError: a URL that is none
        if isinstance(error, urllib.error.HTTPError) and error.code == BEYOND_THE_END:
            note.unlink(missing_ok=True)        # what is there is no beginning of that file
        raise SourceError(first_line(error)) from error
    if have < whole:
        way = "run the command again"
        if not there:
            way = "the server did not tell the size"
        elif known or served:
            way += ", it goes on there"
        raise SourceError(f"ended after {have:,} of {whole:,} bytes; {way}")
    note.unlink(missing_ok=True)


def expected_size(size: int | None, told: str | None) -> int:
    """How much there is to fetch. SourceError if the server tells another size than the known one, or none at all."""
    if size is None:
        if not told or not told.isdecimal():
            raise SourceError("the server did not tell the size, so that nobody knows when it is whole")
        return int(told)
    if told and told != str(size):      # never let another file's bytes into what is gone on with
        raise SourceError(f"that is another file: {told} bytes, where {size:,} belong")
    return size


def version_of(headers: Message) -> str:
    """What `If-Range` may hold to go on with the same version of a file only; empty if the server names none."""
    tag = headers.get("ETag") or ""
    return tag if tag.startswith('"') else headers.get("Last-Modified") or ""


def first_line(error: Exception) -> str:
    """An error of some network library in a line."""
    reason = getattr(error, "reason", None) if isinstance(error, urllib.error.URLError) else None
    text = str(reason or error).strip().splitlines()
    return text[0] if text else type(error).__name__

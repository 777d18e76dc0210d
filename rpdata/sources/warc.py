"""WARC records out of a stream of bytes, each of them counted, whatever state it is in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rpdata.sources.window import Window

HEADER_BYTES = 64 << 10
LOOKAHEAD_BYTES = 64        # behind a record: newlines, and the start of the next one

START = b"WARC/"
NEXT_START = b"\n" + START
# A record begins with its version and a named field: a text may well speak of WARC on a line of its own.
START_LINE = re.compile(rb"WARC/\d\.\d+\r?\n[A-Za-z-]+[ \t]*:")
START_LINE_BYTES = 64
LENGTH = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Record:
    """One record.

    Attributes
    ----------
    headers: by name in lower case; of several with one name, the last.
    length: Content-Length in bytes.
    body: None if it is longer than the bound (it was streamed past), or damaged.
    damage: why the record can't be used, None if it can.
    """

    headers: dict[str, str] = field(default_factory=dict)
    length: int = 0
    body: bytes | None = None
    damage: str | None = None


class WarcFile:
    """The records of a WARC file, given as chunks of plain bytes. Memory: one body of at most `body_bound` bytes.

    A record whose length is missing or wrong is damaged; reading goes on at the next line that begins a record.

    Attributes
    ----------
    garbage: bytes between records that belong to none, so far.
    """

    def __init__(self, chunks: Iterator[bytes], body_bound: int):
        self.garbage = 0
        self._window = Window(chunks)
        self._body_bound = body_bound

    def records(self) -> Iterator[Record]:
        """Every record in the order of the file."""
        while self._skip_newlines():
            if self._window.see(len(START)) and self._window.get(0, len(START)) == START:
                yield self._record()
            else:
                self.garbage += self._skip_to_record()

    def _record(self) -> Record:
        """The record that begins here; behind it, nothing is left to do but to skip newlines."""
        header_bytes = self._header_bytes()
        if header_bytes is None:
            cause = "its header does not end" if len(self._window) >= HEADER_BYTES else "cut off in its header"
            self._skip_to_record()
            return Record(damage=cause)
        headers = parse(self._window.get(0, header_bytes))
        stated = headers.get("content-length", "")
        if not LENGTH.fullmatch(stated):
            self._window.move(header_bytes - 1)
            self._skip_to_record()
            return Record(headers, damage=f"Content-Length is {stated[:40]!r}" if stated else "no Content-Length")
        length = int(stated)
        if length > self._body_bound:
            return self._too_long(headers, header_bytes, length)
        return self._body(headers, header_bytes, length)

    def _body(self, headers: dict[str, str], start: int, length: int) -> Record:
        end = start + length
        self._window.see(end + LOOKAHEAD_BYTES)
        behind = self._window.get(end, end + LOOKAHEAD_BYTES).lstrip(b"\r\n")
        whole = len(self._window) >= end
        if whole and START.startswith(behind[: len(START)]):    # the next record, or what is left of it, or the end
            body = self._window.get(start, end)
            self._window.move(end)
            return Record(headers, length, body)
        self._window.move(start - 1)        # the newline that ends the header may be the one before the next record
        passed = self._skip_to_record() - 1
        if not whole and passed < length and not self._window:
            return Record(headers, length, damage=cut_off(passed, length))
        return Record(headers, length, damage=f"Content-Length is {length:,}, but {passed:,} bytes are there")

    def _too_long(self, headers: dict[str, str], start: int, length: int) -> Record:
        """A record that is not held; passed no further than the next one begins, as its length may be wrong too."""
        self._window.move(start - 1)
        passed = self._skip_to_record() - 1
        if length <= passed <= length + LOOKAHEAD_BYTES:
            return Record(headers, length)
        if passed < length and not self._window:
            return Record(headers, length, damage=cut_off(passed, length))
        return Record(headers, length, damage=f"Content-Length is {length:,}, but {passed:,} bytes are there")

    def _header_bytes(self) -> int | None:
        """Bytes of the header that begins here, with the empty line that ends it; None if it does not end."""
        while True:
            limit = min(len(self._window), HEADER_BYTES)
            crlf = self._window.find(b"\n\r\n", 0, limit)
            newline = self._window.find(b"\n\n", 0, limit if crlf < 0 else crlf)
            if newline >= 0:
                return newline + 2
            if crlf >= 0:
                return crlf + 3
            if limit == HEADER_BYTES or not self._window.read_on():
                return None

    def _skip_newlines(self) -> bool:
        """Whether anything is left behind the newlines that end a record."""
        while self._window.see(1):
            ahead = self._window.get(0, LOOKAHEAD_BYTES)
            rest = len(ahead.lstrip(b"\r\n"))
            self._window.move(len(ahead) - rest)
            if rest:
                return True
        return False

    def _skip_to_record(self) -> int:
        """Go to the next line that begins a record, or to the end; how many bytes that was."""
        window = self._window
        passed = 0
        start = 0
        while True:
            at = window.find(NEXT_START, start)
            if at >= 0:
                window.see(at + 1 + START_LINE_BYTES)
                if START_LINE.match(window.get(at + 1, at + 1 + START_LINE_BYTES)):
                    return passed + window.move(at + 1)
                start = at + 1
                continue
            passed += window.move(max(len(window) - len(NEXT_START), 0))     # what is left may begin one
            start = 0
            if not window.read_on():
                return passed + window.move(len(window))


def parse(header: bytes) -> dict[str, str]:
    """The named fields of a header. A line that starts with white space goes on with the one before."""
    headers: dict[str, str] = {}
    name = ""
    for line in header.decode(errors="replace").split("\n")[1:]:
        if line[:1] in (" ", "\t") and name:
            headers[name] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if colon:
            headers[name] = value.strip()
    return headers


def cut_off(there: int, length: int) -> str:
    return f"cut off after {there:,} of {length:,} bytes"

"""WARC records out of a stream of bytes, each of them counted, whatever state it is in."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rpdata.sources.window import Window

HEADER_BYTES = 64 << 10
LOOKAHEAD_BYTES = 64        # behind a record: newlines, and the start of the next one

START = b"WARC/"
NEXT_START = b"\n" + START
# A record begins with its version and a named field: a text may well speak of WARC on a line of its own.
START_LINE = re.compile(rb"WARC/\d\.\d+\r?\n[A-Za-z-]+[ \t]*:")
START_LINE_BYTES = 64
END = b"\r\n\r\n"         # of a record, behind its body
FOLD = re.compile(r"\r?\n[ \t]+")
LENGTH = re.compile(r"[0-9]{1,18}")


class Record(NamedTuple):
    """One record.

    Attributes
    ----------
    headers: by name in lower case; of several with one name, the last.
    start: where it begins in the plain stream, in bytes.
    length: of the body in bytes; Content-Length, if that is right.
    body: None if it is longer than the bound (it was streamed past), or damaged.
    damage: why the record can't be used, None if it can.
    wrong: what is wrong with a record that can be used.
    """

    headers: dict[str, str]
    start: int
    length: int = 0
    body: bytes | None = None
    damage: str | None = None
    wrong: str | None = None


class WarcFile:
    """The records of a WARC file, given as chunks of plain bytes. Memory: one body of at most `body_bound` bytes.

    Where Content-Length is missing or wrong, a record goes as far as the next line that begins one, or, if it ends as
    records do, the end of the file; one that goes on behind the end of the file is damaged.

    Attributes
    ----------
    garbage: bytes between records that belong to none, so far.
    """

    def __init__(self, chunks: Iterator[bytes], body_bound: int):
        self.garbage = 0
        self._window = Window(chunks)
        self._body_bound = body_bound
        self._start = 0

    def records(self) -> Iterator[Record]:
        """Every record in the order of the file."""
        while self._skip_newlines():
            if self._window.starts_with(START):
                self._start = self._window.position
                yield self._record()
            else:
                self.garbage += self._pass_to_record()

    def _record(self) -> Record:
        """The record that begins here; behind it, nothing is left to do but to skip newlines."""
        header_bytes = self._header_bytes()
        if header_bytes is None:
            cause = "its header does not end" if len(self._window) >= HEADER_BYTES else "cut off in its header"
            self._pass_to_record()
            return Record({}, self._start, damage=cause)
        headers = parse(self._window.get(0, header_bytes))
        stated = headers.get("content-length", "")
        if not LENGTH.fullmatch(stated):
            wrong = f"Content-Length is {stated[:40]!r}" if stated else "no Content-Length"
            self._window.move(header_bytes - 1)     # the newline that ends the header may be the one before a record
            return self._as_far_as_it_goes(headers, wrong)
        length = int(stated)
        if length > self._body_bound:       # passed no further than the next one, as the length may be wrong too
            self._window.move(header_bytes - 1)
            return self._as_far_as_it_goes(headers, f"Content-Length is {length:,}", length)
        return self._body(headers, header_bytes, length)

    def _body(self, headers: dict[str, str], start: int, length: int) -> Record:
        end = start + length
        self._window.see(end + LOOKAHEAD_BYTES)
        behind = self._window.get(end, end + LOOKAHEAD_BYTES)
        whole = len(self._window) >= end
        # Behind a record there is the next one, or what is left of it, or the end; or garbage, after its own end.
        if whole and (START.startswith(behind.lstrip(b"\r\n")[: len(START)]) or behind.startswith(END)):
            body = self._window.get(start, end)
            self._window.move(end)
            return Record(headers, self._start, length, body)
        self._window.move(start - 1)
        return self._as_far_as_it_goes(headers, f"Content-Length is {length:,}", length)

    def _as_far_as_it_goes(self, headers: dict[str, str], wrong: str, length: int = 0) -> Record:
        """The record whose header ends with the next byte, up to the next record or the end of the file."""
        kept: list[bytes] = []
        passed = self._pass_to_record(kept) - 1
        at_end = not self._window
        if passed < length and at_end:
            return Record(headers, self._start, length, damage=cut_off(passed, length))
        if passed > self._body_bound:
            return Record(headers, self._start, max(length, passed))
        wrong += f", but {passed:,} bytes are there"
        body = b"".join(kept)[1:]
        if "warc-type" not in headers or (at_end and not body.endswith((END, b"\n\n"))):
            return Record(headers, self._start, length, damage=wrong)
        body = body.removesuffix(END) if body.endswith(END) else body.removesuffix(b"\n\n")
        return Record(headers, self._start, len(body), body, wrong=wrong)

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

    def _pass_to_record(self, kept: list[bytes] | None = None) -> int:
        """Go to the next line that begins a record, or to the end; how many bytes that was.

        Those bytes are added to `kept`, or the last ones alone if they are more than a body may have.
        """
        window = self._window
        passed = 0
        start = 0
        while True:
            at = window.find(NEXT_START, start)
            if at >= 0:
                window.see(at + 1 + START_LINE_BYTES)
                if not START_LINE.match(window.get(at + 1, at + 1 + START_LINE_BYTES)):
                    start = at + 1
                    continue
            more = at + 1 if at >= 0 else max(len(window) - len(NEXT_START), 0)     # what is left may begin one
            passed += self._move(more, kept, passed)
            start = 0
            if at >= 0:
                return passed
            if not window.read_on():
                return passed + self._move(len(window), kept, passed)

    def _move(self, size: int, kept: list[bytes] | None, passed: int) -> int:
        if kept is not None:
            if passed > self._body_bound:
                kept.clear()
            kept.append(self._window.get(0, size))
        return self._window.move(size)


def parse(header: bytes) -> dict[str, str]:
    """The named fields of a header. A line that starts with white space goes on with the one before."""
    text = header.decode(errors="replace")
    if "\n " in text or "\n\t" in text:
        text = FOLD.sub(" ", text)
    fields = [line.split(":", 1) for line in text.split("\n")[1:]]
    return {field[0].strip().lower(): field[1].strip() for field in fields if len(field) == 2}


def cut_off(there: int, length: int) -> str:
    return f"cut off after {there:,} of {length:,} bytes"

"""Input files as streams of plain bytes; what is on disk is counted and hashed on its way.

Damage ends a stream: what came before is used, the rest of the file is counted and hashed, and the report says so.
"""

import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, Self, cast

import xxhash
from fastwarc.stream_io import GzipReader

from rpdata.engine.plan import Input
from rpdata.errors import UserError
from rpdata.ledger import ReadReport
from rpdata.sources.codecs import CHUNK_BYTES, GZIP, DamageError, Gzip, decode
from rpdata.sources.members import Members
from rpdata.sources.storage import cannot_read, is_url, open_input

READ_BYTES = 64 << 10       # of the file on disk; larger pieces fall out of the cache between hash and inflate


class RawFile:
    """The bytes of an input, or of its piece, as they are on disk, counted and hashed on their way.

    Raises CannotFinish if storage fails.

    Attributes
    ----------
    bytes: read so far.
    head, tail: the first piece of the file, read or not, and the last 4 bytes read.
    """

    def __init__(self, source: Input, members: Members | None = None):
        self.bytes = 0
        self.tail = b""
        self._source = source
        self._members = members
        self._hash = xxhash.xxh3_64()
        self._file = open_input(source.path)
        self._left = sys.maxsize
        if source.piece:
            self._left = source.bytes
            self._seek(source.piece.start)
        self.head = self._read_on(READ_BYTES)
        self._ahead = self.head

    def read(self, size: int = READ_BYTES) -> bytes:
        """The next bytes of the file, at most `size`; none at its end."""
        piece = self._ahead[:size] or self._read_on(size)
        self._ahead = self._ahead[size:]
        self.bytes += len(piece)
        self.tail = (self.tail + piece[-4:])[-4:]
        self._hash.update(piece)
        if self._members is not None:
            self._members.read(piece)
        return piece

    def tell(self) -> int:
        return self.bytes

    def pieces(self) -> Iterator[bytes]:
        """What is left of the file, in pieces of at most READ_BYTES."""
        while piece := self.read():
            yield piece

    def finish(self) -> dict[str, Any]:
        """The entry of this input in `ReadReport.inputs`; whatever was not read yet is read for it."""
        for _ in self.pieces():
            pass
        return {"name": self._source.name, "bytes": self.bytes, "xxh3": self._hash.hexdigest()}

    def _seek(self, position: int) -> None:
        try:
            self._file.seek(position)
        except Exception as error:      # each filesystem of fsspec has its own
            raise cannot_read(self._source.path, error) from error

    def _read_on(self, size: int) -> bytes:
        try:
            piece = self._file.read(min(size, self._left))
        except Exception as error:      # see _seek
            raise cannot_read(self._source.path, error) from error
        self._left -= len(piece)
        return piece

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


def chunks(source: Input, report: ReadReport, members: Members | None = None) -> Iterator[bytes]:
    """The plain bytes of an input, in pieces of about CHUNK_BYTES; `members` sees what is read for them.

    When it is through, `report.inputs` has the input's size and hash. Damage is an entry in `report.errors`, and
    `report.unread_bytes` grows by the bytes on disk from the damage to the end.
    """
    with RawFile(source, members) as raw:
        try:
            if not raw.head and source.name.endswith((".gz", ".zst")):
                raise DamageError("the file is empty, without so much as a header of its compression")
            if source.piece:
                yield from raw.pieces()
            elif raw.head.startswith(GZIP) and not is_url(source.path):
                yield from gunzip(raw, source)
            else:
                yield from decode(raw.pieces())
        except DamageError as damage:
            entry = raw.finish()
            report.unread_bytes += raw.bytes - damage.used
            report.fail(source.name, None, f"{damage}; {damage.used:,} of {raw.bytes:,} bytes could be used")
        else:
            entry = raw.finish()
        if source.piece and source.piece.xxh3 != entry["xxh3"]:
            raise changed(source)
        report.inputs.append(entry)


def changed(source: Input) -> UserError:
    """The error for a file of which a piece is not what it was when the pieces were planned."""
    return UserError(
        f"{source.path} is not the file that it was when it was cut into pieces: other rows may have its ids by now.\n"
        "Bring the old file back, or annotate the new one into a new folder: --output"
    )


def gunzip(raw: RawFile, source: Input) -> Iterator[bytes]:
    """The plain bytes of a local gzip file. Raises DamageError.

    fastwarc inflates 1.7 times as fast as zlib does (465 against 275 MB/s on WET, one core), but it takes a torn end
    or an empty member for the end, and gives nothing of the piece with the damage. So where it fails, or may have,
    zlib goes through the file again and goes on behind what was given.
    """
    reader = GzipReader(cast(BinaryIO, raw), READ_BYTES)     # read() and tell() are all it needs
    given = 0
    try:
        while chunk := reader.read(CHUNK_BYTES):
            given += len(chunk)
            yield chunk
        at_end = reader.inner_tell() == raw.bytes and not raw.read()
        whole = at_end and ends_well(source.path, reader.frame_start_position(), raw.tail, given)
    except OSError:     # not of the disk: those are CannotFinish
        whole = False
    if not whole:
        with RawFile(source) as again:
            yield from behind(decode(again.pieces()), given)


def ends_well(path: str, last_member: int | None, tail: bytes, plain_bytes: int) -> bool:
    """Whether the last member of a gzip file, which starts at offset `last_member`, is whole."""
    if not last_member and plain_bytes:     # the only one: its last four bytes are the size of all that came of it
        return int.from_bytes(tail, "little") == plain_bytes & 0xFFFFFFFF
    codec = Gzip()
    with open_input(path) as file:
        file.seek(last_member or 0)
        try:
            for piece in iter(lambda: file.read(READ_BYTES), b""):
                for _ in codec.decode(piece):
                    pass
            codec.finish()
        except DamageError:
            return False
    return True


def behind(chunks: Iterator[bytes], skipped: int) -> Iterator[bytes]:
    """A stream without its first bytes."""
    for chunk in chunks:
        if skipped < len(chunk):
            yield chunk[skipped:]
        skipped = max(0, skipped - len(chunk))

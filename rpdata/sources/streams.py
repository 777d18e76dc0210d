"""Compressed files as streams of plain bytes: gzip (any number of members), zstd (any number of frames) or plain.

The codec is told by the first bytes, never by the name. What is read is counted and hashed on its way. Damage ends the
stream: what came before is used, the rest of the file is only counted and hashed, and the report says so.
"""

import zlib
from collections.abc import Iterator
from typing import Any, Protocol, Self

import xxhash
import zstandard

from rpdata.engine.plan import Input
from rpdata.ledger import ReadReport
from rpdata.sources.storage import cannot_read, open_input

READ_BYTES = 64 << 10       # compressed bytes in hand; larger pieces fall out of the cache between hash and inflate
CHUNK_BYTES = 1 << 20       # plain bytes in hand, however well they were compressed

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
ZSTD_SKIPPABLE = b"\x2a\x4d\x18"        # from its second byte; the first one is 0x50 to 0x5f
UNREADABLE = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x04\x22\x4d\x18": "lz4", b"PK\x03\x04": "zip"}


class DamageError(Exception):
    """The compressed stream can't be followed any further.

    Attributes
    ----------
    unread: bytes of the piece last given that could not be used.
    """

    def __init__(self, cause: str, unread: int = 0):
        super().__init__(cause)
        self.unread = unread


class Codec(Protocol):
    """Turns compressed pieces into plain ones of at most CHUNK_BYTES."""

    def decode(self, piece: bytes) -> Iterator[bytes]:
        """The plain bytes of a piece. Raises DamageError."""

    def finish(self) -> None:
        """Called at the end of the file. Raises DamageError if the stream can't end here."""


class Plain:
    """No compression."""

    def decode(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def finish(self) -> None:
        return


class Gzip:
    """Gzip members one after another; zero bytes after the last one are padding, as gzip(1) has it."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._inside = False        # in the middle of a member
        self._members = 0

    def decode(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            if not self._inside:
                if self._members:
                    piece = piece.lstrip(b"\0")
                    if not piece:
                        return
                self._member = zlib.decompressobj(wbits=31)
                self._inside = True
            try:
                plain = self._member.decompress(piece, CHUNK_BYTES)
            except zlib.error as error:
                cause = "trailing bytes that are not gzip" if self._members and piece[:2] != GZIP else "corrupt gzip"
                raise DamageError(f"{cause} ({error})", unread=len(piece)) from error
            if plain:
                yield plain
            if self._member.eof:
                piece = self._member.unused_data
                self._inside = False
                self._members += 1
            else:
                piece = self._member.unconsumed_tail

    def finish(self) -> None:
        if self._inside:
            raise DamageError("the file ends in the middle of a gzip member")


class Zstd:
    """Zstd frames one after another."""

    # A zstd block of 4 bytes can stand for 128 KiB: small steps bound what one step can give.
    STEP_BYTES = 4 << 10

    def __init__(self) -> None:
        self._decompressor = zstandard.ZstdDecompressor()
        self._frame = self._decompressor.decompressobj()
        self._inside = False

    def decode(self, piece: bytes) -> Iterator[bytes]:
        for start in range(0, len(piece), self.STEP_BYTES):
            step = piece[start : start + self.STEP_BYTES]
            while step:
                if not self._inside:
                    self._frame = self._decompressor.decompressobj()
                    self._inside = True
                try:
                    plain = self._frame.decompress(step)
                except zstandard.ZstdError as error:
                    raise DamageError(f"corrupt zstd ({error})", unread=len(piece) - start) from error
                if plain:
                    yield plain
                step = b""
                if self._frame.eof:
                    step = self._frame.unused_data
                    self._inside = False

    def finish(self) -> None:
        if self._inside:
            raise DamageError("the file ends in the middle of a zstd frame")


def codec_of(head: bytes) -> Codec:
    """The codec of a file that starts with these bytes. Raises DamageError for compression that can't be read."""
    if head.startswith(GZIP):
        return Gzip()
    if head.startswith(ZSTD) or (head[1:4] == ZSTD_SKIPPABLE and 0x50 <= head[0] <= 0x5F):
        return Zstd()
    for magic, name in UNREADABLE.items():
        if head.startswith(magic):
            cause = f"compressed with {name}, which can't be read: recompress it with gzip or zstd"
            raise DamageError(cause, unread=len(head))
    return Plain()


class RawFile:
    """The bytes of an input as they are on disk, counted and hashed on their way. CannotFinish if storage fails."""

    def __init__(self, source: Input):
        self.bytes = 0
        self._source = source
        self._hash = xxhash.xxh3_64()
        self._file = open_input(source.path)

    def pieces(self) -> Iterator[bytes]:
        """What is left of the file, in pieces of READ_BYTES."""
        while True:
            try:
                piece = self._file.read(READ_BYTES)
            except Exception as error:      # each filesystem of fsspec has its own
                raise cannot_read(self._source.path, error) from error
            if not piece:
                return
            self.bytes += len(piece)
            self._hash.update(piece)
            yield piece

    def finish(self) -> dict[str, Any]:
        """The entry of this input in `ReadReport.inputs`; whatever was not read yet is read for it."""
        for _ in self.pieces():
            pass
        return {"name": self._source.name, "bytes": self.bytes, "xxh3": self._hash.hexdigest()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


def chunks(source: Input, report: ReadReport) -> Iterator[bytes]:
    """The plain bytes of an input, in pieces of about CHUNK_BYTES at most.

    When it is through, `report.inputs` has the input's size and hash. Damage is an entry in `report.errors`, and
    `report.unread_bytes` grows by the bytes on disk from the damage to the end.
    """
    with RawFile(source) as raw:
        try:
            yield from decode(raw.pieces())
            if raw.bytes == 0 and source.name.endswith((".gz", ".zst")):
                raise DamageError("the file is empty, without so much as a header of its compression")
        except DamageError as damage:
            used = raw.bytes - damage.unread
            raw.finish()
            report.unread_bytes += raw.bytes - used
            report.fail(source.name, None, f"{damage}; {used:,} of {raw.bytes:,} bytes could be used")
        report.inputs.append(raw.finish())


def decode(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The plain bytes of a file given in pieces. Raises DamageError."""
    head = next(pieces, b"")
    codec = codec_of(head)
    yield from codec.decode(head)
    for piece in pieces:
        yield from codec.decode(piece)
    codec.finish()

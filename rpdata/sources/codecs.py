"""Decompression that says exactly how far it came: gzip of many members, zstd of many frames, or none."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import zstandard

CHUNK_BYTES = 256 << 10     # plain bytes at a time; more of them fall out of the cache before they are used

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
ZSTD_SKIPPABLE = b"\x2a\x4d\x18"        # from its second byte on; the first one is 0x50 to 0x5f
UNREADABLE = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x04\x22\x4d\x18": "lz4", b"PK\x03\x04": "zip"}


class DamageError(Exception):
    """A file that can't be followed any further.

    Attributes
    ----------
    unread: how many bytes of the piece given last could not be used.
    used: how many bytes of the whole file could; `decode` sets it.
    """

    def __init__(self, cause: str, unread: int = 0):
        super().__init__(cause)
        self.unread = unread
        self.used = 0


class Codec(Protocol):
    """Plain bytes out of a file that is given piece by piece."""

    def decode(self, piece: bytes) -> Iterator[bytes]:
        """The plain bytes of the next piece. Raises DamageError."""

    def finish(self) -> None:
        """Raises DamageError if the file can't end here."""


class Plain:
    """No compression."""

    def decode(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def finish(self) -> None:
        return


class Gzip:
    """Gzip members one after another; zero bytes behind the last one are padding, as gzip(1) has it."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._inside = False        # in the middle of a member
        self._any = False           # a member came before

    def decode(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            if not self._inside:
                piece = piece.lstrip(b"\0") if self._any else piece
                if not piece:
                    return
                self._member = zlib.decompressobj(wbits=31)
                self._inside = True
            before = self._member.copy()        # zlib gives nothing of a piece with damage in it
            try:
                plain = self._member.decompress(piece, CHUNK_BYTES)
            except zlib.error as error:
                yield from self._up_to_damage(before, piece, error)
                return
            if plain:
                yield plain
            if self._member.eof:
                piece = self._member.unused_data
                self._inside, self._any = False, True
            else:
                piece = self._member.unconsumed_tail

    def _up_to_damage(self, member: "zlib._Decompress", piece: bytes, error: zlib.error) -> Iterator[bytes]:
        """Byte by byte; raises DamageError, with the bytes behind the last one that gave something as unread."""
        used = 0
        for i in range(len(piece)):
            try:
                plain = member.decompress(piece[i : i + 1])
            except zlib.error:
                raise DamageError(f"corrupt gzip ({error})", unread=len(piece) - used) from error
            if plain:
                yield plain
                used = i + 1

    def finish(self) -> None:
        if self._inside:
            raise DamageError("the file ends in the middle of a gzip member")


class Zstd:
    """Zstd frames one after another."""

    STEP_BYTES = 512        # four bytes can stand for a block of 128 KiB; this bounds what one step gives to 16 MiB

    def __init__(self) -> None:
        self._decompressor = zstandard.ZstdDecompressor()
        self._frame = self._decompressor.decompressobj()
        self._inside = False        # in the middle of a frame

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
                step = self._frame.unused_data if self._frame.eof else b""
                self._inside = not self._frame.eof

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


def is_plain(head: bytes) -> bool:
    """Whether a file that starts with these bytes is not compressed."""
    try:
        return isinstance(codec_of(head), Plain)
    except DamageError:
        return False


def decode(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The plain bytes of a whole file, whose codec its first bytes tell. Raises DamageError."""
    codec: Codec | None = None
    given = 0
    try:
        for piece in pieces:
            given += len(piece)
            codec = codec or codec_of(piece)
            yield from codec.decode(piece)
        if codec is not None:
            codec.finish()
    except DamageError as damage:
        damage.used = given - damage.unread
        raise

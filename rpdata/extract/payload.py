"""The payload of an HTTP response without its transfer and content encodings."""

import re
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import brotli
import zstandard

PIECE_BYTES = 1024      # what deflate makes of it is at most 1 MiB; for the others there is the limit of memory
CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\n]*)?\r?\n")
GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
CORRUPT = (zlib.error, brotli.error, zstandard.ZstdError)

UNMARKED = ("br", "deflate")        # their first bytes may be anything, and still they are soon not what text is
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

Codec = tuple[Callable[[bytes], bytes], Callable[[], bool]]


class TooLongError(Exception):
    """The payload has more bytes than it may."""


def decoded(payload: bytes, encodings: Sequence[str], bound: int) -> tuple[bytes, str | None]:
    """The payload without its encodings, given in the order in which they were applied; and what was wrong with them.

    A payload that is not encoded as its headers say is taken as it is: archives often hold it decoded, under the
    headers of the server. One that breaks off or is corrupt is taken as far as it goes. Raises TooLongError.
    """
    wrong = None
    for encoding in reversed(encodings):
        if encoding == "chunked":
            payload, broken = unchunked(payload)
        else:
            payload, broken = decompressed(payload, encoding, bound)
        wrong = wrong or broken
    if len(payload) > bound:
        raise TooLongError
    return payload, wrong


def unchunked(payload: bytes) -> tuple[bytes, str | None]:
    if CHUNK_SIZE.match(payload) is None:
        return payload, None
    chunks: list[bytes] = []
    at = 0
    while size := CHUNK_SIZE.match(payload, at):
        at = size.end() + int(size[1], 16)
        if at == size.end():
            return b"".join(chunks), None
        chunks.append(payload[size.end() : at])
        if at > len(payload):
            return b"".join(chunks), "its chunked transfer breaks off"
        at += 2 if payload[at : at + 2] == b"\r\n" else payload[at : at + 1] == b"\n"
    if at == len(payload):
        return b"".join(chunks), "its chunked transfer breaks off"
    return b"".join(chunks), "its chunked transfer is corrupt"


def decompressed(payload: bytes, encoding: str, bound: int) -> tuple[bytes, str | None]:
    codec = codec_of(payload, encoding)
    if codec is None:
        return payload, None
    decompress, finished = codec
    pieces = []
    size = 0
    wrong = None
    for at in range(0, len(payload), PIECE_BYTES):
        try:
            pieces.append(decompress(payload[at : at + PIECE_BYTES]))
        except CORRUPT:
            wrong = f"its {encoding} encoding is corrupt"
            break
        size += len(pieces[-1])
        if size > bound:
            raise TooLongError
        if finished():
            return b"".join(pieces), None
    if encoding in UNMARKED and not CONTROL.search(payload, 0, 1024):
        return payload, None
    return b"".join(pieces), wrong or f"its {encoding} encoding breaks off"


def codec_of(payload: bytes, encoding: str) -> Codec | None:
    """What undoes an encoding, and says whether it is through; None if the payload does not begin as it would."""
    if encoding in ("gzip", "x-gzip") and payload.startswith(GZIP):
        return of(zlib.decompressobj(wbits=31))
    if encoding == "deflate":       # zlib's, as the standard says, or bare, as some servers have it
        is_zlib = payload[:1] == b"\x78" and int.from_bytes(payload[:2], "big") % 31 == 0
        return of(zlib.decompressobj(wbits=15 if is_zlib else -15))
    if encoding == "zstd" and payload.startswith(ZSTD):
        return of(zstandard.ZstdDecompressor().decompressobj())
    if encoding == "br":
        decompressor = brotli.Decompressor()
        return decompressor.process, decompressor.is_finished
    return None


def of(decompressor: Any) -> Codec:
    return decompressor.decompress, lambda: decompressor.eof

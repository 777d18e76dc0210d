"""Transfer and content encodings, true and pretended, whole and torn."""

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from rpdata.extract.payload import TooLongError, decoded

BOUND = 1 << 20
PAGE = b"<!doctype html><p>" + b" ".join(b"%d bottles of beer" % i for i in range(5000))
WORDS = b" ".join(b"%d" % (i * 7919 % 99_991) for i in range(150_000))


def chunked(data: bytes, size: int = 1000) -> bytes:
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    return b"".join(b"%x;ext=1\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\nTrailer: 1\r\n\r\n"


def bare_deflate(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


ENCODINGS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "chunked": chunked,
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_encodings_are_undone(encoding):
    assert decoded(ENCODINGS[encoding](PAGE), [encoding], BOUND) == (PAGE, None)
    assert decoded(ENCODINGS[encoding](b""), [encoding], BOUND) == (b"", None)


def test_deflate_may_be_bare_and_encodings_may_be_one_on_another():
    assert decoded(bare_deflate(PAGE), ["deflate"], BOUND) == (PAGE, None)
    assert decoded(chunked(gzip.compress(PAGE)), ["gzip", "chunked"], BOUND) == (PAGE, None)
    assert decoded(chunked(PAGE).replace(b"\r\n", b"\n"), ["chunked"], BOUND)[0] == PAGE


@pytest.mark.parametrize("encoding", [*ENCODINGS, "identity", "none", "utf-8", "compress"])
def test_a_page_that_is_not_encoded_as_its_headers_say_is_taken_as_it_is(encoding):
    for page in (PAGE, b"", b"plain words, no markup", b"{}"):
        assert decoded(page, [encoding], BOUND) == (page, None)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_torn_page_is_taken_as_far_as_it_goes_and_told(encoding):
    payload = ENCODINGS[encoding](WORDS)
    page, wrong = decoded(payload[: len(payload) // 2], [encoding], BOUND)
    assert WORDS.startswith(page)
    assert len(page) > len(WORDS) // 6
    assert wrong == f"its {'chunked transfer' if encoding == 'chunked' else encoding + ' encoding'} breaks off"


def test_a_corrupt_page_is_taken_as_far_as_it_goes_and_told():
    payload = bytearray(gzip.compress(PAGE))
    payload[len(payload) // 2 :] = b"\xff" * (len(payload) // 2)
    page, wrong = decoded(bytes(payload), ["gzip"], BOUND)
    assert PAGE[:1000] == page[:1000]
    assert wrong == "its gzip encoding is corrupt"
    page, wrong = decoded(chunked(PAGE).replace(b"\r\n3e8", b"\r\nxyz", 1), ["chunked"], BOUND)
    assert (page, wrong) == (PAGE[:1000], "its chunked transfer is corrupt")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_goes_off_no_further_than_the_bound(encoding):
    bomb = ENCODINGS[encoding](bytes(64 << 20))
    with pytest.raises(TooLongError):
        decoded(bomb, [encoding], BOUND)
    assert len(decoded(ENCODINGS[encoding](bytes(BOUND)), [encoding], BOUND)[0]) == BOUND


@given(st.binary(), st.lists(st.sampled_from(["gzip", "deflate", "br", "zstd", "chunked", "x"]), max_size=3))
def test_any_bytes_are_decoded_or_taken_as_they_are(payload, encodings):
    page, _ = decoded(payload, encodings, BOUND)
    assert isinstance(page, bytes)


@given(st.sampled_from(sorted(ENCODINGS)), st.integers(0), st.binary(max_size=3))
def test_mutated_encodings_do_no_harm(encoding, at, patch):
    payload = bytearray(ENCODINGS[encoding](PAGE))
    at %= len(payload)
    payload[at : at + len(patch)] = patch
    assert isinstance(decoded(bytes(payload), [encoding], BOUND)[0], bytes)

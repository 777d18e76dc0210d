"""Byte streams: every codec, and what can be got out of damaged files."""

import gzip
import random
import zlib
from pathlib import Path

import fsspec
import pytest
import xxhash
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from rpdata.engine.plan import Input
from rpdata.errors import CannotFinish
from rpdata.ledger import ReadReport
from rpdata.sources.codecs import DamageError, decode
from rpdata.sources.streams import chunks


def text(size: int, seed: int = 0) -> bytes:
    """Words that compress about as well as language does."""
    choice = random.Random(seed)
    words = [choice.randbytes(3).hex() for _ in range(500)]
    return " ".join(choice.choices(words, k=size // 7 + 1)).encode()[:size]


def read(path: Path | str, name: str | None = None, size: int = 1) -> tuple[bytes, ReadReport]:
    report = ReadReport()
    source = Input(str(path), name or str(path).rsplit("/", 1)[-1], "jsonl", size)
    return b"".join(chunks(source, report)), report


def zstd(data: bytes, **options: bool) -> bytes:
    return zstandard.ZstdCompressor(**options).compress(data)


WORDS = text(1 << 20)
COMPRESSED = {
    "plain": (WORDS, WORDS),
    "one gzip member": (gzip.compress(WORDS), WORDS),
    "many gzip members": (b"".join(gzip.compress(WORDS[i : i + 9999]) for i in range(0, len(WORDS), 9999)), WORDS),
    "empty gzip members": (gzip.compress(b"") + gzip.compress(b"a") + gzip.compress(b""), b"a"),
    "gzip with padding": (gzip.compress(WORDS) + bytes(100_000), WORDS),
    "one zstd frame": (zstd(WORDS), WORDS),
    "many zstd frames": (b"".join(zstd(WORDS[i : i + 9999]) for i in range(0, len(WORDS), 9999)), WORDS),
    "zstd without a size, behind a skippable frame": (
        b"\x50\x2a\x4d\x18\x03\0\0\0abc" + zstandard.ZstdCompressor().compressobj().compress(b"") + zstd(WORDS), WORDS
    ),
    "empty": (b"", b""),
}


@pytest.mark.parametrize("name", COMPRESSED)
def test_streams_are_told_by_their_first_bytes_counted_and_hashed(tmp_path, name):
    data, plain = COMPRESSED[name]
    path = tmp_path / "misleading.txt"
    path.write_bytes(data)
    out, report = read(path)
    assert out == plain
    assert report == ReadReport(
        inputs=[{"name": "misleading.txt", "bytes": len(data), "xxh3": xxhash.xxh3_64_hexdigest(data)}]
    )


def test_streams_of_urls_equal_local_ones():
    data, plain = COMPRESSED["many gzip members"]
    fsspec.filesystem("memory").pipe("/streams/a.jsonl.gz", data)
    out, report = read("memory://streams/a.jsonl.gz")
    assert out == plain
    assert report.inputs[0]["bytes"] == len(data)


def longest_common(first: bytes, second: bytes) -> int:
    size = min(len(first), len(second))
    return next((i for i in range(size) if first[i] != second[i]), size)


@given(
    st.lists(st.integers(0, 3000), min_size=1, max_size=5),
    st.floats(0, 1),
    st.sampled_from(["cut", "flip", "append", "pad"]),
)
@example([0], 1.0, "cut")
@example([600_000], 0.5, "cut")
@example([600_000], 0.99999, "cut")
@example([600_000, 600_000], 0.7, "flip")
@example([600_000, 600_000], 0.7, "cut")
@example([1000, 600_000], 0.9999, "cut")
def test_damaged_gzip_yields_what_zlib_can_get_and_says_where_it_stopped(tmp_path_factory, sizes, where, how):
    members = [gzip.compress(text(size, seed)) for seed, size in enumerate(sizes)]
    data = b"".join(members)
    at = 2 + int(where * (len(data) - 3))       # without its first two bytes it is no gzip file
    if how == "cut":
        data = data[:at]
    elif how == "flip":
        data = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
    else:
        data += b"garbage" if how == "append" else bytes(at)
    path = tmp_path_factory.mktemp("gzip") / "a.json.gz"
    path.write_bytes(data)
    precise, damage = slow_gunzip(data)
    out, report = read(path, size=len(data))
    assert out == precise
    assert report.inputs == [{"name": "a.json.gz", "bytes": len(data), "xxh3": xxhash.xxh3_64_hexdigest(data)}]
    assert bool(report.errors) == damage
    if how == "append":
        assert report.unread_bytes == len(b"garbage")
    assert 0 <= report.unread_bytes <= len(data)


def slow_gunzip(data: bytes) -> tuple[bytes, bool]:
    """Byte by byte, so that nothing before the damage is lost; and whether there is damage."""
    out = b""
    while data:
        member = zlib.decompressobj(wbits=31)
        try:
            for i in range(len(data)):
                out += member.decompress(data[i : i + 1])
                if member.eof:
                    break
            else:
                return out, True
        except zlib.error:
            return out, True
        data = data[i + 1 :].lstrip(b"\0")
    return out, False


def test_what_follows_damage_is_counted_as_unread(tmp_path):
    whole = [gzip.compress(text(50_000, seed)) for seed in range(3)]
    torn = whole[1][:1000] + bytes(1000) + whole[1][2000:]
    path = tmp_path / "a.json.gz"
    path.write_bytes(whole[0] + torn + whole[2])
    out, report = read(path)
    assert 50_000 < len(out) < 100_000
    [error] = report.errors
    assert error["file"] == "a.json.gz"
    assert error["record"] is None
    assert "corrupt gzip" in error["cause"]
    assert report.failed == 0
    assert len(whole[2]) < report.unread_bytes < len(torn + whole[2])


@pytest.mark.parametrize(
    ("data", "name", "cause"),
    [
        (gzip.compress(WORDS)[:-9], "a.gz", "the file ends in the middle of a gzip member"),
        (gzip.compress(WORDS)[:-1], "a.gz", "the file ends in the middle of a gzip member"),
        (gzip.compress(b"a") + gzip.compress(WORDS)[:-1], "a.gz", "the file ends in the middle of a gzip member"),
        (zstd(WORDS)[:-9], "a.zst", "the file ends in the middle of a zstd frame"),
        (zstd(WORDS) + b"garbage", "a.zst", "corrupt zstd"),
        (b"", "a.gz", "the file is empty"),
        (b"BZh91AY", "a.gz", "compressed with bzip2, which can't be read"),
    ],
)
def test_each_kind_of_damage_has_its_words(tmp_path, data, name, cause):
    path = tmp_path / name
    path.write_bytes(data)
    _, report = read(path)
    assert [cause in error["cause"] for error in report.errors] == [True]


def test_torn_streams_give_everything_before_the_end(tmp_path):
    for name, data in {"a.gz": gzip.compress(WORDS), "a.zst": zstd(WORDS)}.items():
        (tmp_path / name).write_bytes(data[: len(data) // 2])
        out, report = read(tmp_path / name)
        assert WORDS.startswith(out)
        assert len(out) > len(WORDS) // 3
        assert len(report.errors) == 1


@pytest.mark.parametrize("compress", [gzip.compress, zstd, lambda data: gzip.compress(data[: 1 << 20]) * 256])
def test_a_bomb_is_given_out_in_small_pieces(tmp_path, compress):
    bomb = compress(bytes(256 << 20))
    assert len(bomb) < 1 << 20
    path = tmp_path / "a.jsonl"
    path.write_bytes(bomb)
    source = Input(str(path), path.name, "jsonl", len(bomb))
    sizes = [len(chunk) for chunk in chunks(source, ReadReport())]
    assert sum(sizes) == 256 << 20
    assert max(sizes) <= 16 << 20


def test_a_file_that_went_away_stops_the_work_resumably(tmp_path):
    with pytest.raises(CannotFinish, match=r"(?s)cannot read .*gone\.jsonl: No such file.*run the same") as error:
        read(tmp_path / "gone.jsonl")
    assert error.value.exit_status == 1
    with pytest.raises(CannotFinish, match="cannot read memory://streams/gone"):
        read("memory://streams/gone")


def test_damage_says_how_much_was_used():
    data = gzip.compress(WORDS)
    with pytest.raises(DamageError) as damage:
        list(decode([data[:1000], data[1000:] + b"garbage"]))
    assert damage.value.used == len(data)

"""WET files: records, their texts, and what becomes of the others."""

import gzip
import zlib
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from rpdata.sources.warc import WarcFile

NAME = "CC-MAIN-20230126210844-20230127000844-00000.warc.wet.gz"


def record(body: bytes, kind: str = "conversion", newline: str = "\r\n", length: object = None) -> bytes:
    """One WARC record. Headers are in an order of their own, so that reading by position would fail."""
    fields = {
        "Content-Length": len(body) if length is None else length,
        "WARC-Date": "2023-01-26T21:08:44Z",
        "warc-TYPE": kind,
        "WARC-Block-Digest": "sha1:ABC",
        "WARC-Target-URI": "https://example.com:80/a b?c",
        "WARC-Record-ID": "<urn:uuid:1>",
        "WARC-Identified-Content-Language": "deu,eng",
    }
    lines = ["WARC/1.0", *(f"{name}: {value}" for name, value in fields.items() if value != ""), "", ""]
    return newline.join(lines).encode() + body + 2 * newline.encode()


INFO = record(b"Software-Info: test\r\n\r\n", "warcinfo")
TEXT_LINES = "  indented\r\nlast \u0000 line"
TEXT = "Title \u00e4\n  indented\r\nlast \u0000 line\n".encode()


@pytest.fixture
def wet_file(tmp_path: Path):
    def write(*records: bytes, compress: bool = True) -> Path:
        path = tmp_path / NAME
        path.write_bytes(b"".join(gzip.compress(record) if compress else record for record in records))
        return path

    return write


@pytest.fixture
def read_wet(read_files, wet_file):
    def read(*records: bytes, min_chars: int = 0, **options):
        return read_files(wet_file(*records), snapshot="2023-06", language="en", min_chars=min_chars, **options)

    return read


def test_a_record_becomes_title_and_text_as_it_is(read_wet):
    [row] = read_wet(INFO, record(TEXT)).rows
    assert row == {
        "doc_id": f"2023-06/{NAME}/1",
        "url": "https://example.com:80/a b?c",
        "source_domain": "example.com:80",
        "language": "en",
        "title": "Title \u00e4",
        "date_download": "2023-01-26T21:08:44Z",
        "digest": "sha1:ABC",
        "cc_segment": NAME,
        "length": 23,
        "original_length": len(TEXT),
        "nlines": 2,
        "original_nlines": 2,
        "language_score": None,
        "perplexity": None,
        "bucket": None,
        "record_id": "urn:uuid:1",
        "record_offset": len(gzip.compress(INFO)),
        "content_language": "deu,eng",
        "line_ids": None,
        "raw_content": TEXT_LINES,
    }


@pytest.mark.parametrize(
    ("body", "title", "text", "lines"),
    [
        (b"", "", "", 0),
        (b"only a title", "only a title", "", 0),
        (b"only a title\n\n\n", "only a title", "", 0),
        (b"\n\nx", "", "\nx", 2),
        (b"t\nx\n\n", "t", "x", 1),
        (b"t\r\nx\r\n", "t\r", "x\r", 1),
        (b"t\xff\nx\xc3\ny\xe2\x82", "t\ufffd", "x\ufffd\ny\ufffd", 2),
    ],
)
def test_titles_are_first_lines_and_bad_bytes_are_marked(read_wet, body, title, text, lines):
    [row] = read_wet(record(body)).rows
    assert (row["title"], row["raw_content"], row["nlines"], row["length"]) == (title, text, lines, len(text))


def test_headers_may_be_folded_or_no_headers_at_all(read_wet):
    odd = record(TEXT).replace(b"WARC-Date: ", b"no header\r\n of anything\r\nWARC-Date:\r\n\t ")
    [row] = read_wet(odd).rows
    assert (row["date_download"], row["raw_content"]) == ("2023-01-26T21:08:44Z", TEXT_LINES)


def test_every_record_counts_and_only_conversions_are_documents(read_wet):
    reading = read_wet(INFO, record(TEXT), record(TEXT, "metadata"), record(TEXT, ""), record(TEXT))
    assert [name.rsplit("/", 1)[1] for name in reading.ids] == ["1", "4"]
    assert reading.report.read == 5
    assert reading.report.dropped == {"not_conversion": 3}
    assert reading.balances()


def test_texts_are_dropped_by_code_points_and_bytes(read_wet):
    texts = ["\u00e4" * n for n in (299, 300, 500, 501)]
    records = [record(f"title\n{text}\n".encode()) for text in texts]
    reading = read_wet(*records, min_chars=300, max_document_bytes=1000)
    assert [len(text) for text in reading.texts] == [300, 500]
    assert reading.report.dropped == {"too_short": 1, "too_long": 1}


def test_records_over_the_bound_are_streamed_past(read_wet):
    huge = record(b"t\n" + b"x" * (3 << 20))
    reading = read_wet(huge, record(TEXT), record(b"x" * (3 << 20), "metadata"), max_document_bytes=1000)
    assert [name.rsplit("/", 1)[1] for name in reading.ids] == ["1"]
    assert reading.report.dropped == {"too_long": 1, "not_conversion": 1}
    assert reading.report.errors == []


@pytest.mark.parametrize("stated", [2_000_000, 2_000_000_000])
def test_a_record_that_claims_to_be_over_the_bound_does_not_swallow_others(read_wet, stated):
    others = [record(b"title\n" + b"x" * 1000)] * 3000
    reading = read_wet(INFO, record(TEXT, length=stated), *others, max_document_bytes=2000)
    assert len(reading.rows) == 3001
    assert reading.texts[0] == TEXT_LINES
    [cause] = reading.causes
    assert cause.startswith(f"Content-Length is {stated:,}, but {len(TEXT) + 4} bytes are there")
    assert reading.balances()


def test_a_text_over_the_bound_may_speak_of_warc(read_wet):
    huge = record(b"title\nWARC/1.0\r\nis a format\n" + b"WARC/1.0\r\n" * 300_000)
    reading = read_wet(huge, record(TEXT), max_document_bytes=1000)
    assert reading.report.dropped == {"too_long": 1}
    assert reading.report.errors == []
    assert len(reading.rows) == 1


def test_a_record_over_the_bound_that_is_cut_off_is_damaged(read_wet):
    reading = read_wet(record(b"x" * (3 << 20), length=4 << 20), max_document_bytes=1000)
    assert reading.causes[0].startswith("cut off after 3,145,732 of 4,194,304")
    assert reading.report.failed == reading.report.read == 1


def test_newlines_may_be_bare_and_a_text_may_speak_of_warc(read_wet):
    text = b"title\nWARC/1.0\nWARC-Type: conversion\n\nWARC/1.0\r\n"
    reading = read_wet(record(text, newline="\n"), record(text), record(TEXT, newline="\n"))
    assert reading.report.read == len(reading.rows) == 3
    assert reading.texts[0] == reading.texts[1] == "WARC/1.0\nWARC-Type: conversion\n\nWARC/1.0\r"


@pytest.mark.parametrize(
    ("stated", "wrong"),
    [
        ("", "no Content-Length"),
        ("-1", "Content-Length is '-1'"),
        ("9" * 50, "Content-Length is '9999"),
        (len(TEXT) - 9, f"Content-Length is {len(TEXT) - 9}, but {len(TEXT) + 4} bytes are there"),
        (len(TEXT) + 9, f"Content-Length is {len(TEXT) + 9}, but"),
        (100_000, "Content-Length is 100,000, but"),
    ],
)
def test_a_record_of_missing_or_wrong_length_goes_as_far_as_the_next_one_and_is_told(read_wet, stated, wrong):
    reading = read_wet(INFO, record(TEXT, length=stated), record(TEXT), record(TEXT))
    assert reading.ids == [f"2023-06/{NAME}/{ordinal}" for ordinal in (1, 2, 3)]
    assert {(row["raw_content"], row["original_length"]) for row in reading.rows} == {(TEXT_LINES, len(TEXT))}
    [error] = reading.report.errors
    assert error["record"] == 1
    assert error["cause"].startswith(wrong)
    assert reading.report.failed == 0
    assert reading.balances()


def test_at_the_end_of_the_file_a_record_of_wrong_length_must_end_as_records_do(read_wet):
    for stated, taken in [("", 1), (5, 1), (len(TEXT) + 9, 0)]:
        assert len(read_wet(record(TEXT, length=stated)).rows) == taken
        cut = read_wet(record(TEXT, length=stated)[:-8])
        assert (len(cut.rows), cut.report.failed) == (0, 1)


def test_a_long_record_of_wrong_length_is_too_long_as_any_other(read_wet):
    huge = record(b"t\n" + b"x" * (3 << 20), length=7)
    reading = read_wet(huge, record(TEXT), max_document_bytes=1000)
    assert [name.rsplit("/", 1)[1] for name in reading.ids] == ["1"]
    assert reading.report.dropped == {"too_long": 1}


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        (b"WARC/1.0\r\n" + b"x" * 70_000 + b"\r\n", "its header does not end"),
        (b"WARC/1.0\r\n\r\n", "no Content-Length"),
    ],
)
def test_a_bad_record_costs_that_record(read_wet, bad, cause):
    reading = read_wet(INFO, bad, record(TEXT), record(TEXT))
    assert [name.rsplit("/", 1)[1] for name in reading.ids] == ["2", "3"]
    [error] = reading.report.errors
    assert error["record"] == 1
    assert error["cause"].startswith(cause)
    assert reading.report.failed == 1
    assert reading.balances()


def test_bytes_that_belong_to_no_record_are_told(read_wet):
    reading = read_wet(b"garbage\r\n", record(TEXT), b"\0" * 99 + b"\n", record(TEXT))
    assert [name.rsplit("/", 1)[1] for name in reading.ids] == ["0", "1"]
    assert reading.causes == ["109 bytes between records belong to none"]
    assert reading.balances()


def test_lines_are_stripped_on_demand_and_what_is_left_is_measured(read_wet):
    body = "\u3000Title \n\t indented \r\n\n\u00a0x\u00a0 y \n \n".encode()
    [row] = read_wet(record(body), strip_lines=True).rows
    assert (row["title"], row["raw_content"]) == ("Title", "indented\n\nx\u00a0 y")
    assert (row["length"], row["nlines"], row["original_length"]) == (14, 3, len(body))


@pytest.mark.parametrize("pack", [gzip.compress, bytes, lambda data: zstandard.ZstdCompressor().compress(data)])
def test_offsets_lead_back_to_the_records(read_files, tmp_path, pack):
    texts = [f"t\n{i} {'x' * i * 37}" for i in range(200)]
    path = tmp_path / NAME
    path.write_bytes(b"".join(pack(record(text.encode())) for text in texts))
    reading = read_files(path, snapshot="s", language="en", min_chars=0)
    offsets = [row["record_offset"] for row in reading.rows]
    if pack(b"")[:1] == b"\x28":
        assert offsets == [0, *[None] * 199]
        return
    data = path.read_bytes()
    for offset, text in zip(offsets, texts, strict=True):
        there = zlib.decompressobj(31).decompress(data[offset:]) if pack is gzip.compress else data[offset:]
        assert there.startswith(record(text.encode()))


def test_a_record_inside_a_member_has_no_offset_and_the_next_member_has(read_files, tmp_path):
    path = tmp_path / NAME
    members = [gzip.compress(record(TEXT) * n) for n in (1, 3, 1, 1)]
    path.write_bytes(b"".join(members))
    reading = read_files(path, snapshot="s", language="en", min_chars=0)
    first, second, third = (sum(map(len, members[:n])) for n in (1, 2, 3))
    assert [row["record_offset"] for row in reading.rows] == [0, first, None, None, second, third]


@pytest.mark.parametrize("compress", [True, False])
@given(share=st.floats(0.01, 0.99))
def test_a_torn_file_gives_all_whole_records(read_files, tmp_path_factory, compress, share):
    records = [record(f"title {i}\ntext {i}\n".encode() * (i + 1)) for i in range(20)]
    data = b"".join(gzip.compress(record) if compress else record for record in records)
    ends = [len(b"".join(gzip.compress(r) if compress else r for r in records[: i + 1])) for i in range(20)]
    cut = int(share * len(data))
    path = tmp_path_factory.mktemp("torn") / NAME
    path.write_bytes(data[:cut])
    reading = read_files(path, snapshot="s", language="en", min_chars=0)
    assert len(reading.rows) >= sum(end <= cut for end in ends)
    assert reading.balances()
    assert reading.ids == [f"s/{NAME}/{i}" for i in range(len(reading.rows))]
    assert compress is False or cut in ends or len(reading.report.errors) >= 1


PARTS = [INFO, record(TEXT), record(b"", length=20), b"WARC/1.0\r\n", b"WARC/1.0", b"\r\n", b"x"]


@given(st.lists(st.sampled_from(PARTS)), st.integers(1, 99))
def test_any_mixture_of_parts_gives_the_same_records_whatever_the_chunks(parts, size):
    data = b"".join(parts)
    whole = WarcFile(iter([data]), body_bound=100)
    in_chunks = WarcFile(iter([data[i : i + size] for i in range(0, len(data), size)]), body_bound=100)
    assert list(in_chunks.records()) == list(whole.records())
    assert in_chunks.garbage == whole.garbage


def independent_count(path: Path) -> int:
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    return sum(line.startswith(b"WARC/1.") for line in data.split(b"\n"))


def test_genuine_shards_are_counted_as_they_begin(shared, read_files, tmp_path):
    lies = tmp_path / "cc_net__sample.warc.wet"     # its newlines were changed, so that every Content-Length is wrong
    lies.symlink_to(shared / "data" / "wet" / "cc_net__sample.warc.txt")
    whirlwind = shared / "data" / "wet" / "whirlwind-python__whirlwind.warc.wet.gz"
    for path, rows, failed in [(whirlwind, 1, 0), (lies, 2, 0)]:
        reading = read_files(path, snapshot="genuine", language="en")
        assert reading.report.read == independent_count(path)
        assert (len(reading.rows), reading.report.failed) == (rows, failed)
        assert reading.balances()


def test_the_development_shards_hold_the_texts_of_the_cc_net_files_made_of_them(shared, read_files):
    shards = sorted((shared / "data" / "shards").glob("*.wet.gz"))
    reading = read_files(*shards, snapshot="2026-34", language="en", min_chars=0)
    assert reading.report.read == sum(map(independent_count, shards)) == 2494
    assert reading.report.errors == []
    assert reading.report.dropped == {"not_conversion": 4}
    ours = {row["url"]: row for row in reading.rows}
    reference = read_files(shared / "golden" / "real" / "input").rows
    assert len(reference) == 2257
    same = ("raw_content", "title", "length", "original_length", "nlines", "digest", "date_download", "source_domain")
    for row in reference:
        assert {name: ours[row["url"]][name] for name in same} == {name: row[name] for name in same}
    ids = {row["doc_id"] for row in reading.rows}
    assert len(ids) == len(reading.rows) == 2490
    usual = read_files(*shards, snapshot="2026-34", language="en")
    assert usual.report.dropped["too_short"] == 2490 - len(usual.rows) == 8

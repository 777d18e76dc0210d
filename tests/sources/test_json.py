"""cc_net files and JSONL tables: which lines become documents, and what becomes of the others."""

import gzip

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from rpdata.schema import BYTES_PER_BATCH, DOCUMENTS, LINES_PER_BATCH, ROWS_PER_BATCH
from rpdata.sources.batches import batches
from rpdata.sources.records import ARCHIVE_COLUMNS, EDITED_COLUMNS

WHOLE = {
    "url": "https://www.example.com:80/a?b=//c",
    "source_domain": "www.example.com",
    "language": "en",
    "title": "Title\u0000",
    "date_download": "2023-02-01T00:00:00Z",
    "digest": "sha1:AAAA",
    "cc_segment": "crawl-data/x.warc.wet.gz",
    "length": 9,
    "original_length": 100,
    "nlines": 2,
    "original_nlines": 4,
    "language_score": 0.97,
    "perplexity": 321.5,
    "bucket": "head",
    "raw_content": "one\r\nzw\u00f6 \u0000",
}


def test_a_whole_record_keeps_every_field(read_files, ccnet_file):
    [row] = read_files(ccnet_file(WHOLE)).rows
    not_there = dict.fromkeys(ARCHIVE_COLUMNS + EDITED_COLUMNS)
    assert row == {"doc_id": "2023-06/0000/en_head.json.gz/0", **WHOLE, **not_there}
    assert list(row) == DOCUMENTS.names


def test_only_the_text_is_mandatory_and_null_means_absent(read_files, ccnet_file):
    nulls = {**dict.fromkeys(WHOLE), "raw_content": "x", "line_ids": [1]}
    rows = read_files(ccnet_file({"raw_content": ""}, nulls)).rows
    assert [row["raw_content"] for row in rows] == ["", "x"]
    assert {value for row in rows for name, value in row.items() if name not in ("doc_id", "raw_content")} == {None}


def test_integers_are_taken_for_numbers(read_files, ccnet_file):
    [row] = read_files(ccnet_file({"raw_content": "x", "perplexity": 300})).rows
    assert row["perplexity"] == 300.0


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (b'{"digest": "sha1:BROKEN", "broken": true}', "raw_content is missing"),
        (b'{"raw_content": null}', "raw_content is missing"),
        (b'{"raw_content": 5}', "raw_content is an integer, not a string"),
        (b'{"raw_content": "x", "url": 5}', "url is an integer, not a string"),
        (b'{"raw_content": "x", "length": 5.0}', "length is a number, not an integer"),
        (b'{"raw_content": "x", "length": true}', "length is a boolean, not an integer"),
        (b'{"raw_content": "x", "length": 18446744073709551615}', "length does not fit in 64 bits"),
        (b'{"raw_content": "x", "perplexity": "300"}', "perplexity is a string, not a number"),
        (b'{"raw_content": "x", "title": ["x"]}', "title is a list, not a string"),
        (b'{"raw_content": "\\ud800"}', "not JSON: "),
        (b'{"raw_content": "\xff"}', "not JSON: "),
        (b'{"raw_content": "x"', "not JSON: "),
        (b"[1, 2]", "not a JSON object but a list"),
        (b"NaN", "not JSON: "),
        (b"\0\0\0", "not JSON: "),
        (b"[" * 100_000, "not JSON: "),
    ],
)
def test_a_record_that_can_not_be_used_fails_and_keeps_its_number(read_files, ccnet_file, line, cause):
    reading = read_files(ccnet_file(WHOLE, line, WHOLE))
    assert reading.ids == ["2023-06/0000/en_head.json.gz/0", "2023-06/0000/en_head.json.gz/2"]
    [error] = reading.report.errors
    assert error["cause"].startswith(cause)
    assert (error["file"], error["record"]) == ("en_head.json.gz", 1)
    assert reading.report.failed == 1
    assert reading.balances()


def test_empty_lines_are_dropped_and_keep_their_number(read_files, ccnet_file):
    reading = read_files(ccnet_file(WHOLE, b"", b" \r", WHOLE))
    assert reading.ids[-1].endswith("/3")
    assert reading.report.dropped == {"empty_line": 2}
    assert reading.balances()


def test_no_length_touches_cc_net_documents_but_the_largest_allowed(read_files, ccnet_file):
    path = ccnet_file(*[{"raw_content": text} for text in ("", "x", "\u00e4" * 50, "\u00e4" * 51, "\u0001" * 100)])
    reading = read_files(path, min_chars=300, max_document_bytes=100)
    assert [len(text) for text in reading.texts] == [0, 1, 50, 100]
    assert reading.report.dropped == {"too_long": 1}
    assert reading.report.errors == []


def test_lines_no_document_of_allowed_size_can_need_are_streamed_past(read_files, ccnet_file):
    reading = read_files(ccnet_file(WHOLE, b"x" * ((1 << 20) + 601), b"x" * 600, WHOLE), max_document_bytes=100)
    assert reading.ids[-1].endswith("/3")
    assert reading.report.dropped == {"too_long": 1}
    assert reading.report.failed == 1


def test_plain_gzip_and_zstd_give_the_same_documents(read_files, ccnet_file, tmp_path):
    plain = ccnet_file(*[{**WHOLE, "raw_content": f"text {i}"} for i in range(100)], place="2023-06/0001/en_head.json")
    compressors = {"en_head.jsonl.zst": zstandard.ZstdCompressor().compress, "en_head.json.gz": gzip.compress}
    for name, compress in compressors.items():
        path = tmp_path / "2023-06" / "0002" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(compress(plain.read_bytes()))
        reading = read_files(path)
        assert reading.texts == read_files(plain).texts
        assert reading.ids[99] == f"2023-06/0002/{name}/99"
        path.unlink()


def test_the_last_line_needs_no_newline(read_files, tmp_path):
    path = tmp_path / "2023-06/0000/en_head.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"raw_content": "a"}\n{"raw_content": "b"}')
    assert read_files(path).texts == ["a", "b"]


def test_a_torn_file_gives_what_is_before_and_fails_the_line_in_two(read_files, ccnet_file):
    path = ccnet_file(*[{"raw_content": f"{i} " * 1000} for i in range(1000)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    reading = read_files(path)
    assert 300 < len(reading.rows) < 700
    assert reading.report.read == len(reading.rows) + 1
    assert reading.balances()
    torn_line, torn_file = sorted(reading.report.errors, key=lambda error: error["record"] is None)
    assert torn_line["record"] == len(reading.rows)
    assert "the file ends in the middle of a gzip member" in torn_file["cause"]


def test_a_unit_goes_on_behind_a_torn_file(read_files, tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(TABLE * 1000)[:60])
    (tmp_path / "b.jsonl.bz2.jsonl").write_bytes(b"BZh91AY&SY")
    (tmp_path / "c.jsonl").write_bytes(TABLE)
    reading = read_files(tmp_path, snapshot="books", language="en")
    assert reading.ids[-1] == "books/c.jsonl/0"
    assert {error["file"] for error in reading.report.errors} == {"a.jsonl.gz", "b.jsonl.bz2.jsonl"}
    assert [entry["name"] for entry in reading.report.inputs] == ["a.jsonl.gz", "b.jsonl.bz2.jsonl", "c.jsonl"]
    assert reading.report.unread_bytes == 10
    assert reading.balances()


def test_batches_close_by_rows_or_bytes_or_lines():
    def sizes(lengths, title=None, text=b"x"):
        row = ["", *[None] * (len(DOCUMENTS) - 2)]
        row[DOCUMENTS.get_field_index("title")] = title
        return [batch.num_rows for batch in batches((*row, text * length) for length in lengths)]

    assert sizes([1] * (2 * ROWS_PER_BATCH + 1)) == [ROWS_PER_BATCH, ROWS_PER_BATCH, 1]
    assert sizes([BYTES_PER_BATCH - 1, 1, BYTES_PER_BATCH, BYTES_PER_BATCH + 5, 1]) == [2, 1, 1, 1]
    assert sizes([1] * 5, title="t" * (BYTES_PER_BATCH // 2)) == [2, 2, 1]
    assert sizes([LINES_PER_BATCH - 1, 1, LINES_PER_BATCH + 5, 1, 1], text=b"\n") == [2, 1, 2]
    assert sizes([]) == []


@given(st.lists(st.text(), max_size=5))
def test_any_text_arrives_as_it_was(read_files, tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("any") / "2023-06/0000/en_head.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(orjson.dumps({"raw_content": text}) + b"\n" for text in texts))
    assert read_files(path).texts == texts


TABLE = b'{"text": "a\\nb", "url": "http://x.org/y", "id": "k1", "length": 7, "language": 3, "title": null}\n'


def test_a_table_row_takes_named_columns_and_works_out_the_rest(read_files, tmp_path):
    (tmp_path / "t.jsonl").write_bytes(TABLE + b'{"text": "\xc3\xa4\xf0\x9f\x98\x80\\n"}\n{"text": ""}\n')
    reading = read_files(tmp_path / "t.jsonl", snapshot="books", language="de")
    assert reading.ids == ["books/t.jsonl/0", "books/t.jsonl/1", "books/t.jsonl/2"]
    first, second, third = reading.rows
    assert (first["url"], first["source_domain"], first["language"]) == ("http://x.org/y", "x.org", "de")
    assert [(row["length"], row["nlines"]) for row in reading.rows] == [(7, 2), (3, 2), (0, 0)]
    assert (second["url"], second["source_domain"], third["title"], first["bucket"]) == (None,) * 4
    assert reading.balances()


def test_tables_name_their_columns_and_ids(read_files, tmp_path):
    rows = [
        {"content": "x", "link": "https://b.org", "key": "k/1", "url": "ignored://"},
        {"content": "y", "key": 17},
        {"content": "z"},
        {"content": "z", "key": ""},
        {"content": "z", "key": 1.5},
    ]
    (tmp_path / "t.ndjson").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    options = {"text_column": "content", "id_column": "key", "url_column": "link", "language": "en"}
    reading = read_files(tmp_path / "t.ndjson", snapshot="books", **options)
    assert reading.ids == ["k/1", "17"]
    assert [row["source_domain"] for row in reading.rows] == ["b.org", None]
    assert reading.causes == [f"key can't be an id: it is {what}" for what in ("null", "empty", "a number")]
    assert reading.balances()


def test_an_id_is_taken_once_in_a_unit(read_files, tmp_path):
    first = [{"text": "a", "id": 7}, {"text": 5, "id": "lost"}, {"text": "b", "id": "lost", "url": 5}]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(map(orjson.dumps, [*first, {"text": "c", "id": "lost"}])))
    (tmp_path / "b.jsonl").write_bytes(b'{"text": "d", "id": "7"}\n{"text": "e", "id": "8"}\n{"text": "f", "id": "8"}')
    reading = read_files(tmp_path, snapshot="books", language="en", id_column="id")
    assert list(zip(reading.ids, reading.texts, strict=True)) == [("7", "a"), ("lost", "c"), ("8", "e")]
    assert [cause for cause in reading.causes if cause.startswith("id")] == [
        "id is '7', as that of an earlier row",
        "id is '8', as that of an earlier row",
    ]
    assert reading.report.failed == 4
    assert reading.balances()


def test_rows_without_text_fail(read_files, tmp_path):
    (tmp_path / "t.jsonl").write_bytes(b'{"text": 1}\n{"txt": "x"}\n{"text": null}\n' + TABLE)
    reading = read_files(tmp_path / "t.jsonl", snapshot="books", language="en")
    assert reading.ids == ["books/t.jsonl/3"]
    assert reading.causes == ["text is an integer, not a string", "text is missing", "text is missing"]

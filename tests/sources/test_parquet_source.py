"""Parquet tables as a source."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rpdata.errors import UserError
from rpdata.sources import ReadOptions, check, discover


@pytest.fixture
def table_file(tmp_path):
    def write(columns, name="t.parquet", **options):
        pq.write_table(pa.table(columns), tmp_path / name, **options)
        return tmp_path / name

    return write


STRINGS = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]


@pytest.mark.parametrize("kind", STRINGS)
def test_rows_become_documents_whatever_string_type_holds_them(read_files, table_file, kind):
    texts = pa.array(["a\nb", "", "\u00e4", None], kind)
    nlines = pa.array([9, None, None, 1], pa.int8())
    columns = {"text": texts, "url": ["http://x/"] * 4, "nlines": nlines, "other": [[1]] * 4}
    reading = read_files(table_file(columns), snapshot="books", language="en")
    assert reading.ids == ["books/t.parquet/0", "books/t.parquet/1", "books/t.parquet/2"]
    assert reading.texts == ["a\nb", "", "\u00e4"]
    assert [row["nlines"] for row in reading.rows] == [9, 0, 1]
    assert reading.causes == ["text is missing"]
    assert reading.balances()
    assert reading.report.inputs[0]["bytes"] > 0


def test_rows_are_numbered_across_row_groups_and_ids_taken(read_files, table_file):
    path = table_file({"content": [str(i) for i in range(1000)], "n": list(range(1000, 2000))}, row_group_size=300)
    plain = read_files(path, snapshot="books", language="en", text_column="content")
    assert plain.ids == [f"books/t.parquet/{i}" for i in range(1000)]
    own = read_files(path, snapshot="books", language="en", text_column="content", id_column="n")
    assert own.ids == [str(i) for i in range(1000, 2000)]
    assert own.texts == plain.texts == [str(i) for i in range(1000)]


def test_not_a_number_is_null_and_long_texts_are_dropped(read_files, table_file):
    path = table_file({"text": ["a", "b" * 11], "perplexity": [float("nan"), 1.0]})
    reading = read_files(path, snapshot="books", language="en", max_document_bytes=10)
    assert [row["perplexity"] for row in reading.rows] == [None]
    assert reading.report.dropped == {"too_long": 1}


def test_strings_that_are_not_utf8_fail_their_row(read_files, table_file):
    broken = pa.array([b"fine", b"\xff", b"fine too"], pa.binary()).view(pa.string())
    reading = read_files(table_file({"text": broken}), snapshot="books", language="en")
    assert reading.texts == ["fine", "fine too"]
    assert reading.causes == ["text is bytes that are not UTF-8, not a string"]


def test_columns_that_are_missing_or_of_another_type_are_refused_before_the_work(table_file):
    found = discover([str(table_file({"txt": ["a"], "length": ["7"]}))], "books")
    with pytest.raises(UserError, match=r"t\.parquet, --text-column: unknown column 'text'; did you mean txt\?"):
        check(found, ReadOptions(language="en"))
    with pytest.raises(UserError, match="its column length has the type string where an integer belongs"):
        check(found, ReadOptions(language="en", text_column="txt"))
    twice = table_file({"text": ["a"], "txt": ["b"]}, "twice.parquet")
    pq.write_table(pq.read_table(twice).rename_columns(["text", "text"]), twice)
    with pytest.raises(UserError, match=r"twice\.parquet: it has more than one column text"):
        check(discover([str(twice)], "books"), ReadOptions(language="en"))
    with pytest.raises(UserError, match="--url-column: unknown column 'link'"):
        check(found, ReadOptions(language="en", text_column="txt", url_column="link"))


def test_behind_the_first_table_one_whose_columns_do_not_fit_costs_itself(read_files, table_file, tmp_path):
    table_file({"text": ["a"], "id": ["x"]}, "a.parquet")
    unfit = [table_file({"txt": ["b"], "id": ["y"]}, "b.parquet"), table_file({"text": [1], "id": ["z"]}, "c.parquet")]
    table_file({"text": ["d", "e"], "id": ["x", "w"]}, "d.parquet")
    check(discover([str(tmp_path)], "books"), ReadOptions(language="en", id_column="id"))
    reading = read_files(tmp_path, snapshot="books", language="en", id_column="id")
    assert reading.texts == ["a", "e"]
    assert [(error["file"], error["record"]) for error in reading.report.errors] == [
        ("b.parquet", None), ("c.parquet", None), ("d.parquet", 0)
    ]
    assert "unknown column 'text'" in reading.causes[0]
    assert "has the type int64 where a string belongs" in reading.causes[1]
    assert reading.causes[2] == "id is 'x', as that of an earlier row"
    assert reading.report.unread_bytes == sum(path.stat().st_size for path in unfit)
    assert [entry["name"] for entry in reading.report.inputs] == ["a.parquet", "b.parquet", "c.parquet", "d.parquet"]
    assert reading.balances()


def test_a_damaged_row_group_costs_its_rows_and_a_torn_file_itself(read_files, table_file):
    texts = [str(i) * 50 for i in range(900)]
    path = table_file({"text": texts}, row_group_size=300, compression="zstd", use_dictionary=False)
    whole = path.read_bytes()
    start = pq.ParquetFile(io.BytesIO(whole)).metadata.row_group(1).column(0).data_page_offset
    path.write_bytes(whole[:start] + b"\xff" * 200 + whole[start + 200 :])
    reading = read_files(path, snapshot="books", language="en")
    assert reading.texts == texts[:300] + texts[600:]
    assert reading.ids[300] == "books/t.parquet/600"
    assert reading.causes[0].startswith("rows 300 to 599 can't be read: ")
    assert reading.report.unread_bytes > 200
    assert reading.balances()

    path.write_bytes(whole[:-100])
    reading = read_files(path, snapshot="books", language="en")
    assert reading.causes[0].startswith("not a readable Parquet file: ")
    assert reading.report.unread_bytes == len(whole) - 100

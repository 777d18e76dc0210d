"""Genuine files from outside: every record of theirs is counted, and none is lost."""

import gzip
from pathlib import Path

import pytest

from rpdata.sources.records import ARCHIVE_COLUMNS, EDITED_COLUMNS


def lines_of(path: Path) -> int:
    data = path.read_bytes()
    return len((gzip.decompress(data) if path.suffix == ".gz" else data).rstrip(b"\n").split(b"\n"))


@pytest.mark.parametrize(
    "name",
    [
        "data-juicer__demo-dataset-deduplication.jsonl",
        "data-juicer__redpajama-c4-refined.jsonl",
        "data-juicer__redpajama-cc-2023-06-refined.jsonl",
        "dolma__000.json.gz",
        "dolma__cc_en_head-0091.jsonl.gz",
        "dolma__cc_en_head-0174.jsonl.gz",
    ],
)
def test_tables_are_read_whole(shared, read_files, name):
    path = shared / "data" / "wet" / name
    reading = read_files(path, snapshot="genuine", language="en")
    assert len(reading.rows) == reading.report.read == lines_of(path)
    assert reading.report.errors == []


def test_ids_that_a_table_carries_are_taken(shared, read_files):
    path = shared / "data" / "wet" / "dolma__000.json.gz"
    reading = read_files(path, snapshot="genuine", language="en", id_column="id", url_column="id")
    assert reading.ids == [row["url"] for row in reading.rows]
    assert reading.ids[0] == "http://advocatesaz.org/tag/antibiotic-resistant-bacteria/"
    assert reading.rows[0]["source_domain"] == "advocatesaz.org"


def test_broken_lines_of_the_reference_run_fail_and_keep_their_number(shared, read_files):
    folder = shared / "golden" / "lsh" / "input"
    files = sorted(folder.rglob("*.gz"))
    reading = read_files(folder)
    assert reading.report.read == sum(map(lines_of, files))
    assert reading.report.failed == len(files) == 3
    assert {error["record"] for error in reading.report.errors} == {6}
    assert not any(name.endswith("/6") for name in reading.ids)
    assert reading.balances()


def test_cc_net_files_are_read_whole_and_every_field_kept(shared, read_files):
    folder = shared / "golden" / "real" / "input"
    reading = read_files(folder)
    assert len(reading.rows) == reading.report.read == sum(map(lines_of, folder.rglob("*.gz"))) == 2257
    assert len(reading.report.inputs) == 60
    assert reading.report.errors == []
    empty = {name for row in reading.rows for name, value in row.items() if value is None}
    assert empty == {*ARCHIVE_COLUMNS, *EDITED_COLUMNS}

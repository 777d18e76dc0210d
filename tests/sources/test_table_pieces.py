"""Large tables are cut into pieces that together are the file."""

import gzip
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.annotate import Settings, run
from rpdata.annotate.forecast import forecast
from rpdata.dataset import Dataset
from rpdata.engine.plan import Input, Unit, plan
from rpdata.engine.resources import Resources
from rpdata.errors import CannotFinish, UserError
from rpdata.ledger import Ledger, ReadReport
from rpdata.manifest import Manifest
from rpdata.sources import ReadOptions, cut, cut_and_count, discover, pieces, read
from tests.command import three_seconds

OPTIONS = ReadOptions(language="en")
ONE_WORKER = Resources(1)


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(pieces, "PIECE_BYTES", 1000)


def planned(path: Path, split=cut_and_count) -> list[Unit]:
    return plan([], discover([str(path)], "books"), "en", split=split)


def documents(units: list[Unit], options: ReadOptions = OPTIONS) -> tuple[list[dict[str, Any]], ReadReport]:
    report = ReadReport()
    return [row for unit in units for batch in read(unit, options, report) for row in batch.to_pylist()], report


def table(path: Path, rows: int, row_group_size: int = 7) -> Path:
    pq.write_table(pa.table({"text": [f"text {i} " * 9 for i in range(rows)]}), path, row_group_size=row_group_size)
    return path


def json_lines(path: Path, rows: int) -> Path:
    path.write_bytes(b"".join(orjson.dumps({"text": f"text {i} " * 9}) + b"\n" for i in range(rows)))
    return path


rows = st.builds(lambda letters, times: {"text": letters * times}, st.text(max_size=3), st.integers(0, 60))
line = rows.map(orjson.dumps) | st.sampled_from([b"", b"\r", b"{", b"\x1f\x8b", b"PK\x03\x04", b'{"text": 5}', b" "])


@given(
    lines=st.lists(st.tuples(line, st.sampled_from([b"\n", b"\r\n", b"\n\n"])), min_size=1, max_size=30),
    final_newline=st.booleans(),
    piece_bytes=st.integers(1, 300),
)
def test_pieces_of_any_json_lines_are_the_file(tmp_path_factory, lines, final_newline, piece_bytes):
    path = tmp_path_factory.mktemp("any") / "t.jsonl"
    data = b"x\n" + b"".join(b"".join(parts) for parts in lines)    # no magic number at its start
    path.write_bytes(data if final_newline else data.rstrip(b"\n"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE_BYTES", piece_bytes)
        units = planned(path)
    parts = [source for unit in units for source in unit.inputs]
    assert sum(part.bytes for part in parts) == path.stat().st_size
    assert all(part.piece is None or path.read_bytes()[: part.piece.start][-1:] in (b"", b"\n") for part in parts)
    rows, report = documents(units)
    whole_rows, whole = documents(planned(path, lambda source: [source]))
    assert rows == whole_rows
    assert (report.read, report.failed, report.dropped) == (whole.read, whole.failed, whole.dropped)
    assert report.errors == whole.errors


@pytest.mark.parametrize("make", [json_lines, table])
def test_each_piece_is_a_shard_and_its_rows_keep_their_numbers(tmp_path, small_pieces, make):
    path = make(tmp_path / ("t.jsonl" if make is json_lines else "t.parquet"), 100)
    units = planned(path)
    assert len(units) > 2
    assert [unit.name for unit in units] == [f"books/{shard:04d}" for shard in range(len(units))]
    rows, report = documents(units)
    assert [row["doc_id"] for row in rows] == [f"books/{path.name}/{i}" for i in range(100)]
    assert rows == documents(planned(path, lambda source: [source]))[0]
    assert sum(entry["bytes"] for entry in report.inputs) == path.stat().st_size
    sizes = [unit.size for unit in units][:-1]      # the last one of Parquet has the footer too
    assert max(sizes) < 2.5 * min(sizes)


def test_a_line_longer_than_a_piece_is_not_cut(tmp_path, small_pieces):
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"".join(orjson.dumps({"text": "x" * size}) + b"\n" for size in (5, 5000, 5, 2500)))
    sizes = [source.bytes for unit in planned(path) for source in unit.inputs]
    assert sizes[0] > 5000
    assert sum(sizes) == path.stat().st_size
    assert [len(row["raw_content"]) for row in documents(planned(path))[0]] == [5, 5000, 5, 2500]


def test_what_can_not_be_read_from_the_middle_is_one_piece(tmp_path, small_pieces):
    plain = json_lines(tmp_path / "t.jsonl", 100)
    noise = bytes(range(256)) * 20
    for name, data in {
        "a.jsonl.gz": gzip.compress(plain.read_bytes(), 0),
        "b.jsonl": gzip.compress(plain.read_bytes(), 0),        # its bytes say what it is, not its name
        "c.parquet": noise,
        "d.jsonl": b"x" * 5000,                                 # one line
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert len(data) > pieces.PIECE_BYTES
        [unit] = planned(path)
        assert unit.inputs[0].piece is None
    [unit] = planned(table(tmp_path / "e.parquet", 500, row_group_size=500))
    assert unit.inputs[0].piece is None
    columns = pa.schema([(f"column {number}", pa.string()) for number in range(100)])
    pq.ParquetWriter(tmp_path / "f.parquet", columns).close()       # no row groups
    [unit] = planned(tmp_path / "f.parquet")
    assert unit.inputs[0].size > pieces.PIECE_BYTES
    assert unit.inputs[0].piece is None
    wet = Input(str(plain), "f.warc.wet", "wet", 5000)
    assert cut_and_count(wet) == [wet]


def test_pieces_of_a_url_are_read_where_its_filesystem_can_seek(tmp_path, small_pieces):
    import fsspec

    memory = fsspec.filesystem("memory")
    for path in (json_lines(tmp_path / "t.jsonl", 100), table(tmp_path / "t.parquet", 100)):
        memory.pipe(f"/pieces/{path.name}", path.read_bytes())
        found = discover([f"memory://pieces/{path.name}"], "books")
        units = plan([], found, "en", split=cut_and_count)
        assert len(units) > 2
        assert documents(units)[0] == documents(planned(path))[0]


def test_a_plan_that_is_only_looked_at_has_the_same_pieces_and_reads_none(tmp_path, small_pieces):
    path = json_lines(tmp_path / "t.jsonl", 100)
    looked_at = [unit.inputs[0].piece for unit in planned(path, cut)]
    counted = [unit.inputs[0].piece for unit in planned(path)]
    assert [(piece.start, piece.end) for piece in looked_at] == [(piece.start, piece.end) for piece in counted]
    assert {piece.xxh3 for piece in looked_at} == {""}


SLOW_DISK = """
import time
from pathlib import Path
from rpdata.engine.plan import plan
from rpdata.sources import cut_and_count, discover, pieces

path = Path({path!r})
pieces.PIECE_BYTES = path.stat().st_size // 8
pieces.newlines = lambda block: time.sleep(0.2) or block.count(b"\\n")
found = discover([str(path)], "books")
print("counting", flush=True)
plan([], found, "en", split=cut_and_count)
"""


def test_ctrl_c_while_lines_are_counted_does_not_wait_for_the_pieces(tmp_path):
    """On a disk that takes 0.2 seconds for each block: 8 seconds for a piece."""
    path = tmp_path / "t.jsonl"
    path.write_bytes((b"x" * 1023 + b"\n") * 20 * 1024)
    code = SLOW_DISK.format(path=str(path))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "counting\n"
    time.sleep(0.5)
    interrupted = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert time.monotonic() - interrupted < three_seconds()
    assert "KeyboardInterrupt" in errors


def test_pieces_stay_what_they_are_when_more_inputs_come(tmp_path, small_pieces):
    json_lines(tmp_path / "b.jsonl", 100)
    before = planned(tmp_path)
    json_lines(tmp_path / "a.jsonl", 50)
    pieces.PIECE_BYTES = 300        # as of a later version
    after = plan(before, discover([str(tmp_path)], "books"), "en", split=cut_and_count)
    assert after[: len(before)] == before
    assert {source.name for unit in after[len(before) :] for source in unit.inputs} == {"a.jsonl"}
    gone = [replace(unit, inputs=tuple(replace(held, path="/gone") for held in unit.inputs)) for unit in after]
    assert plan(gone, discover([str(tmp_path)], "books")) == after


def test_the_manifest_holds_pieces_and_reads_plans_that_have_none(tmp_path, small_pieces):
    units = planned(json_lines(tmp_path / "t.jsonl", 100))
    units += plan([], [("old", Input("/a.jsonl", "a.jsonl", "jsonl", 5))])
    Manifest(units).save(tmp_path)
    assert Manifest.load(tmp_path).units == units
    plans = json.loads((tmp_path / "rpdata.json").read_bytes())["plan"]
    assert plans["old"]["0000"]["*"] == [{"format": "jsonl", "name": "a.jsonl", "path": "/a.jsonl", "size": 5}]


@pytest.mark.parametrize("make", [json_lines, table])
def test_a_piece_of_a_file_that_changed_under_the_plan_is_refused(tmp_path, small_pieces, make):
    path = make(tmp_path / ("t.jsonl" if make is json_lines else "t.parquet"), 100)
    units = planned(path)
    size = path.stat().st_size
    path.write_bytes(path.read_bytes().replace(b"text 99", b"texd 99"))
    assert path.stat().st_size == size
    for unit in units[-1:] if make is json_lines else units:
        with pytest.raises(UserError, match="not the file that it was when it was cut"):
            documents([unit])


def test_a_run_reads_a_large_table_in_pieces_and_a_changed_one_no_further(tmp_path, small_pieces):
    path = json_lines(tmp_path / "t.jsonl", 100)
    settings = Settings(tmp_path / "out", OPTIONS)
    plans = forecast([str(path)], settings, snapshot="books", resources=ONE_WORKER)
    summary = run([str(path)], settings, snapshot="books", resources=ONE_WORKER)
    assert plans.units == plans.snapshots["books"]["shards"] == summary.units > 2
    assert plans.input_bytes == path.stat().st_size
    frame = Dataset.open(settings.output).scan(["documents", "quality_signals"], columns=["doc_id"]).collect()
    assert frame["doc_id"].to_list() == [f"books/t.jsonl/{i}" for i in range(100)]
    assert run([str(path)], settings, snapshot="books", resources=ONE_WORKER).units_done_before == summary.units
    Ledger(settings.output).path("documents", "books/0001").unlink()
    path.write_bytes(path.read_bytes().replace(b" text", b" tekt"))
    with pytest.raises(CannotFinish, match=r"unit books/0001: .*t\.jsonl is not the file that it was"):
        run([str(path)], settings, snapshot="books", resources=ONE_WORKER)

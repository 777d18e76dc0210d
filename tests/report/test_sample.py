"""The sample is the documents whose identifiers hash lowest, whatever the order of work."""

import re
import shutil

import pyarrow.parquet as pq
import pytest
import xxhash

from rpdata.annotate import Settings
from rpdata.annotate.unit import annotate_unit
from rpdata.engine.plan import plan
from rpdata.errors import CannotFinish
from rpdata.report import sample
from rpdata.sources import discover

SIZE = 7


@pytest.fixture(scope="module")
def dataset(repository, tmp_path_factory):
    root = tmp_path_factory.mktemp("sample") / "out"
    units = plan([], discover([str(repository / "sample_data" / "cc_net" / "2026-34" / "0000" / "e?_*.json.gz")]))
    for unit in units:
        annotate_unit(unit, Settings(root))
    return root, [unit.partition_path for unit in units]


def documents(root, partitions):
    return [row for partition in partitions
            for row in pq.read_table(root / "documents" / f"{partition}.parquet").to_pylist()]


def test_the_lowest_hashes_are_chosen_and_shown_in_the_order_of_the_dataset(dataset, monkeypatch):
    root, partitions = dataset
    monkeypatch.setattr(sample, "SAMPLE_SIZE", SIZE)
    assert sample.write_sample(root, partitions, "chosen") == SIZE
    rows = documents(root, partitions)
    lowest = sorted(rows, key=lambda row: xxhash.xxh3_64_intdigest(row["doc_id"].encode()))[:SIZE]
    expected = [row for row in rows if row in lowest]
    shown = pq.read_table(root / "sample" / "sample.parquet").to_pylist()
    assert [(row["doc_id"], row["raw_content"]) for row in shown] == [
        (row["doc_id"], row["raw_content"]) for row in expected
    ]


def test_a_document_of_very_many_lines_is_not_shown(dataset, monkeypatch):
    root, partitions = dataset
    monkeypatch.setattr(sample, "MAX_LINES", 5)
    rows = documents(root, partitions)
    few = [row["doc_id"] for row in rows if len(row["raw_content"].split("\n")) <= 5]
    assert 0 < len(few) < len(rows)
    assert sample.write_sample(root, partitions, "short") == len(few)
    assert pq.read_table(root / "sample" / "sample.parquet")["doc_id"].to_pylist() == few


def test_a_sample_of_the_same_state_is_left_alone(dataset):
    root, partitions = dataset
    sample.write_sample(root, partitions, "state")
    before = (root / "sample" / "sample.parquet").stat().st_ino
    sample.write_sample(root, partitions, "state")
    assert (root / "sample" / "sample.parquet").stat().st_ino == before
    sample.write_sample(root, partitions, "another state")
    assert (root / "sample" / "sample.parquet").stat().st_ino != before


@pytest.mark.parametrize("step", ["documents", "quality_signals", "minhash"])
@pytest.mark.parametrize("place", ["pages", "footer"])
def test_a_damaged_file_of_the_same_size_is_named(dataset, tmp_path, step, place):
    root = shutil.copytree(dataset[0], tmp_path / "out")
    path = root / step / f"{dataset[1][0]}.parquet"
    data = bytearray(path.read_bytes())
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    damaged = slice(4, footer) if place == "pages" else slice(footer, len(data) - 8)
    data[damaged] = bytes(byte ^ 0xFF for byte in data[damaged])
    path.write_bytes(data)
    with pytest.raises(CannotFinish, match=re.escape(f"{path} is damaged (")):
        sample.write_sample(root, dataset[1], "damaged")

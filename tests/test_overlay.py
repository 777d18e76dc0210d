"""Files of an overlay: the same bytes for the same batches, and a checksum of which documents they are."""

from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from build_dataset import documents, minhash, signals
from hypothesis import given
from hypothesis import strategies as st

from rpdata.errors import UserError
from rpdata.overlay import DocIds, OverlayWriter, describe, read_footer

PLACE = "2023-06/0000/en_head"


def write(path: Path, table: pa.Table, rows_per_batch: int = 64) -> Path:
    with OverlayWriter(path, table.schema) as writer:
        for start in range(0, len(table), rows_per_batch):
            writer.write(table.slice(start, rows_per_batch).combine_chunks().to_batches()[0])
    return path


@pytest.mark.parametrize("make", [lambda table: table, signals, minhash], ids=["documents", "signals", "minhash"])
def test_the_same_batches_give_the_same_bytes_and_come_back(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    table = make(documents(PLACE, 200))
    first, second = write(tmp_path / "1", table), write(tmp_path / "2", table)
    assert first.read_bytes() == second.read_bytes()
    assert pq.read_table(first).equals(table)


def test_each_batch_is_a_row_group(tmp_path: Path) -> None:
    metadata = read_footer(write(tmp_path / "file", documents(PLACE, 150))).metadata
    assert [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)] == [64, 64, 22]


def test_all_overlays_of_a_partition_carry_the_same_rows_and_checksum(tmp_path: Path) -> None:
    table = documents(PLACE, 150)
    files = [describe(write(tmp_path / make.__name__, make(table))) for make in (signals, minhash)]
    files.append(describe(write(tmp_path / "documents", table, rows_per_batch=10)))
    assert len({(file.rows, file.doc_ids) for file in files}) == 1
    assert files[0].rows == 150


def test_a_partition_without_documents_is_a_whole_file(tmp_path: Path) -> None:
    table = documents(PLACE, 0)
    assert describe(write(tmp_path / "file", table)).rows == 0
    assert pq.read_table(tmp_path / "file").schema.equals(table.schema)


def test_a_batch_of_another_schema_is_not_written(tmp_path: Path) -> None:
    batch = signals(documents(PLACE, 3)).to_batches()[0]
    schema = documents(PLACE, 0).schema
    with OverlayWriter(tmp_path / "file", schema) as writer, pytest.raises(ValueError, match="schema"):
        writer.write(batch)


@given(values=st.lists(st.text(max_size=5)), cuts=st.lists(st.integers(0, 20)), large=st.booleans())
def test_the_checksum_does_not_depend_on_the_batches(values: list[str], cuts: list[int], large: bool) -> None:
    whole, parts = DocIds(), DocIds()
    array = pa.array(values, pa.large_string() if large else pa.string())
    whole.update(array)
    edges = [0, *sorted(min(cut, len(values)) for cut in cuts), len(values)]
    for start, end in pairwise(edges):
        parts.update(array.slice(start, end - start))
    assert whole.hexdigest() == parts.hexdigest()


@given(values=st.lists(st.text(max_size=5)), others=st.lists(st.text(max_size=5)))
def test_other_values_or_another_order_give_another_checksum(values: list[str], others: list[str]) -> None:
    one, other = DocIds(), DocIds()
    one.update(pa.array(values, pa.string()))
    other.update(pa.array(others, pa.string()))
    assert (one.hexdigest() == other.hexdigest()) == (values == others)


def test_moving_a_border_between_two_values_changes_the_checksum() -> None:
    one, other = DocIds(), DocIds()
    one.update(pa.array(["ab", "c"]))
    other.update(pa.array(["a", "bc"]))
    assert one.hexdigest() != other.hexdigest()


def test_a_file_that_is_missing_torn_or_foreign_is_named(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.parquet", documents(PLACE, 10)).read_bytes()
    with pytest.raises(UserError, match=r"missing.parquet is missing\."):
        read_footer(tmp_path / "missing.parquet")
    for length in (0, 3, len(whole) // 2, len(whole) - 1):
        (tmp_path / "torn.parquet").write_bytes(whole[:length])
        with pytest.raises(UserError, match=r"torn.parquet is torn or not a Parquet file"):
            read_footer(tmp_path / "torn.parquet")
    pq.write_table(documents(PLACE, 10), tmp_path / "foreign.parquet")
    with pytest.raises(UserError, match=r"foreign.parquet is not a file of an overlay"):
        read_footer(tmp_path / "foreign.parquet")

"""Single documents without their row group: the same texts, for any shape of file."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from build_dataset import documents
from hypothesis import given, settings
from hypothesis import strategies as st

from rpdata.overlay import OverlayWriter
from rpdata.pages import TextPages
from rpdata.parquet_index import offset_indexes, pages


def write(path: Path, texts: list[str], rows_per_group: int) -> None:
    table = documents("2023-06/0000/en_head", len(texts), words=1)
    table = table.set_column(len(table.schema) - 1, table.schema.field("raw_content"), pa.array(texts, pa.string()))
    with OverlayWriter(path, table.schema) as writer:
        for start in range(0, len(table), rows_per_group):
            writer.write(table.slice(start, rows_per_group).combine_chunks().to_batches()[0])


@settings(max_examples=60)
@given(data=st.data(), lengths=st.lists(st.sampled_from([0, 1, 50, 700, 5000, 70_000]), min_size=1, max_size=60),
       rows_per_group=st.integers(1, 40))
def test_any_rows_of_any_file_are_the_texts_that_were_written(
    tmp_path_factory, data: st.DataObject, lengths: list[int], rows_per_group: int   # type: ignore[no-untyped-def]
) -> None:
    path = tmp_path_factory.mktemp("pages") / "file.parquet"
    texts = [("é" + str(number) * length)[:length] for number, length in enumerate(lengths)]
    write(path, texts, rows_per_group)
    with pq.ParquetFile(path) as file, TextPages(path, file) as found:
        for group in range(file.num_row_groups):
            here = texts[group * rows_per_group:(group + 1) * rows_per_group]
            rows = data.draw(st.lists(st.integers(0, len(here) - 1), unique=True, max_size=8).map(sorted))
            texts_read = found.read(group, np.array(rows, dtype=np.int64))
            assert texts_read.type == pa.string()
            assert texts_read.to_pylist() == [here[row] for row in rows]


def test_the_index_lists_every_page_of_every_row_group_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    write(path, ["x" * 3000] * 100, rows_per_group=60)
    with pq.ParquetFile(path) as file, path.open("rb") as raw:
        column = file.metadata.schema.names.index("raw_content")
        for group, place in enumerate(offset_indexes(raw, column)):
            assert place is not None
            raw.seek(place[0])
            found = pages(raw.read(place[1]))
            chunk = file.metadata.row_group(group).column(column)
            assert found[0].offset == chunk.data_page_offset
            assert sum(page.size for page in found) == chunk.total_compressed_size
            assert [page.first_row for page in found] == list(range(0, [60, 40][group], 4))


def test_a_file_without_an_index_is_read_whole(tmp_path: Path) -> None:
    table = documents("2023-06/0000/en_head", 50)
    pq.write_table(table, tmp_path / "file.parquet")
    with pq.ParquetFile(tmp_path / "file.parquet") as file, TextPages(tmp_path / "file.parquet", file) as found:
        assert found.read(0, np.array([7])).to_pylist() == [table["raw_content"][7].as_py()]

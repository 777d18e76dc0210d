"""Scanning a dataset: whatever is asked equals an eager join, and only what is needed is read."""

import operator
from functools import reduce
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from build_dataset import PARTITIONS, Builder, documents, signals
from hypothesis import given, settings
from hypothesis import strategies as st

from rpdata.bands import cut
from rpdata.dataset import Dataset
from rpdata.errors import UserError


@pytest.fixture(scope="module")
def joined(built: Builder) -> pl.DataFrame:
    """What a scan has to equal: everything in memory, joined on doc_id."""
    whole = {name: pl.DataFrame(pl.from_arrow(pa.concat_tables([parts[key] for key in sorted(PARTITIONS)])))
             for name, parts in built.tables.items()}
    bands = pa.concat_arrays([cut(chunk, 0.8) for part in sorted(PARTITIONS)
                              for chunk in built.tables["minhash"][part]["signature"].chunks])
    minhashes = whole["minhash"].with_columns(pl.Series("signature_sim0.8", bands))
    return whole["documents"].join(whole["quality_signals"], on="doc_id", how="left", maintain_order="left") \
        .join(minhashes, on="doc_id", how="left", maintain_order="left")


def test_a_scan_without_a_filter_is_the_whole_dataset_in_order(dataset: Dataset, joined: pl.DataFrame) -> None:
    scanned = dataset.scan(bands=0.8).collect()
    assert scanned.equals(joined.select(scanned.columns))
    assert set(scanned.columns) == set(joined.columns)


COLUMNS = ["doc_id", "url", "language", "length", "raw_content", "score", "words", "flag", "line_ends", "id_int",
           "signature", "signature_sim0.8"]
CONDITIONS = st.one_of(
    st.builds(lambda bound: pl.col("score") > bound, st.floats(0, 1)),
    st.builds(lambda bound: pl.col("words") <= bound, st.integers(0, 100)),
    st.builds(lambda bound: pl.col("words") == bound, st.integers(0, 100)),
    st.builds(lambda bound: pl.col("length").is_between(bound, bound + 100), st.integers(0, 400)),
    st.builds(lambda bound: pl.col("doc_id").str.ends_with(str(bound)), st.integers(0, 99)),
    st.builds(lambda bound: pl.col("raw_content").str.len_chars() > bound, st.integers(0, 400)),
    st.builds(lambda bound: pl.col("line_ends").list.len() == bound, st.integers(0, 4)),
    st.just(pl.col("flag") == 1), st.just(pl.col("score").is_null()), st.just(pl.col("signature").is_null()),
    st.just(pl.col("language") == "de"), st.just(pl.col("score") > pl.col("score").mean()), st.just(pl.lit(False)),
    st.just(pl.col("signature_sim0.8").list.len() == 9),
)
FILTERS = st.recursive(CONDITIONS, lambda inner: st.one_of(
    st.builds(operator.and_, inner, inner), st.builds(operator.or_, inner, inner), st.builds(operator.invert, inner),
), max_leaves=4)


@settings(max_examples=150)
@given(filters=st.lists(FILTERS, max_size=2), columns=st.lists(st.sampled_from(COLUMNS), min_size=1, unique=True),
       limit=st.none() | st.integers(0, 600), limit_first=st.booleans(), streaming=st.booleans())
def test_any_filter_projection_and_limit_equals_the_eager_join(
    dataset: Dataset, joined: pl.DataFrame, filters: list[pl.Expr], columns: list[str], limit: int | None,
    limit_first: bool, streaming: bool,
) -> None:
    def query(frame: pl.LazyFrame) -> pl.LazyFrame:
        frame = frame.head(limit) if limit is not None and limit_first else frame
        frame = reduce(lambda sofar, condition: sofar.filter(condition), filters, frame)
        frame = frame.head(limit) if limit is not None and not limit_first else frame
        return frame.select(columns)

    found = query(dataset.scan(bands=0.8)).collect(engine="streaming" if streaming else "in-memory")
    assert found.equals(query(joined.lazy()).collect())


def test_languages_choose_partitions(dataset: Dataset, joined: pl.DataFrame) -> None:
    assert dataset.scan(languages=["de"]).collect().height == 150
    found = dataset.scan(languages=["en", "de"], columns=["doc_id"]).collect()
    assert found.equals(joined.select("doc_id"))
    with pytest.raises(UserError, match=r"unknown language 'dee'; did you mean de\?"):
        dataset.scan(languages=["dee"])


def test_rows_of_mixed_partitions_are_chosen_by_their_language(tmp_path: Path) -> None:
    builder = Builder(tmp_path / "out").with_partitions({"2026-34/0000/de_all": 20, "2026-34/0000/other_all": 90})
    mixed = documents("2026-34/0000/other_all", 90)
    spoken = pa.array(["ja" if row % 3 else "fi" for row in range(90)])
    builder.write("documents", "2026-34/0000/other_all", mixed.set_column(3, mixed.schema.field(3), spoken))
    opened = Dataset.open(builder.root)
    assert opened.scan(languages=["fi"], columns=["doc_id"]).collect().height == 30
    assert opened.scan(languages=["fi"], columns=["words"]).filter(pl.col("words") >= 0).collect().height == 30
    assert opened.scan(languages=["ja", "de"]).select(pl.len()).collect().item() == 80
    assert opened.scan(languages=["fi"]).head(25).collect()["language"].to_list() == ["fi"] * 25


def test_unknown_names_list_the_near_ones(dataset: Dataset) -> None:
    with pytest.raises(UserError, match=r"unknown column 'skore'; did you mean score\?"):
        dataset.scan(columns=["skore"])
    with pytest.raises(UserError, match=r"unknown overlay 'minhas'; did you mean minhash\?"):
        dataset.scan(overlays=["minhas"])
    with pytest.raises(UserError, match="no bands"):
        dataset.scan(bands=0.75)


def test_two_overlays_with_one_column_name_are_not_mixed_up(copy: Builder) -> None:
    for partition, rows in PARTITIONS.items():
        table = documents(partition, rows)
        copy.write("signals-mine", partition, signals(table))
    opened = Dataset.open(copy.root)
    with pytest.raises(UserError, match=r"both quality_signals and signals-mine have a column `score`"):
        opened.scan()
    assert opened.scan(overlays=["signals-mine"], columns=["score"]).collect().height == sum(PARTITIONS.values())


def test_a_dataset_without_documents_cannot_be_scanned_and_says_so(tmp_path: Path) -> None:
    Builder(tmp_path / "out").with_partitions({})
    with pytest.raises(UserError, match="has no documents"):
        Dataset.open(tmp_path / "out").scan()


def bytes_read() -> int:
    """Bytes that this process has asked the system for so far."""
    return int(Path("/proc/self/io").read_text().split()[1])


def read_while_collecting(frame: pl.LazyFrame) -> tuple[int, pl.DataFrame]:
    before = bytes_read()
    collected = frame.collect()
    return bytes_read() - before, collected


KEPT = pl.col("score") < 0.0111     # one document in a hundred: a tenth of the scores are null


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Documents in row groups as a real dataset has them."""
    if not Path("/proc/self/io").exists():
        pytest.skip("counts bytes in /proc/self/io, which is Linux's")
    builder = Builder(tmp_path_factory.mktemp("large") / "out", rows_per_group=1024)
    return builder.with_partitions({"2023-06/0000/en_head": 4096, "2023-06/0001/en_head": 4096}, words=400)


def size_of(builder: Builder, overlay: str) -> int:
    return sum(path.stat().st_size for path in (builder.root / overlay).rglob("*.parquet"))


def test_a_filter_that_keeps_a_random_hundredth_reads_under_a_tenth_of_the_documents(large: Builder) -> None:
    query = Dataset.open(large.root).scan().filter(KEPT).select("doc_id", "url", "raw_content")
    read, found = read_while_collecting(query)
    assert 50 <= found.height <= 120
    assert read < 0.1 * size_of(large, "documents")     # what is read of quality_signals/ included

    written = pa.concat_tables(large.tables["documents"].values()).to_pylist()
    texts = {row["doc_id"]: row["raw_content"] for row in written}
    assert all(texts[row["doc_id"]] == row["raw_content"] for row in found.to_dicts())


def test_text_that_is_not_asked_for_is_not_read(large: Builder) -> None:
    read, _ = read_while_collecting(Dataset.open(large.root).scan().select("doc_id", "score"))
    assert read < 0.05 * size_of(large, "documents")


def test_a_condition_on_the_text_looks_only_at_documents_that_meet_the_others(large: Builder) -> None:
    of_text = pl.col("raw_content").str.contains("aa")
    query = Dataset.open(large.root).scan().filter(of_text, KEPT).select("doc_id", "raw_content")
    read, found = read_while_collecting(query)
    assert 0 < found.height < 120
    assert read < 0.1 * size_of(large, "documents")

"""A scan without duplicates equals a filter on the overlay, whatever else is asked; without the overlay it says so."""

from pathlib import Path

import polars as pl
import pytest
from build_dataset import Builder
from clusters_by_hand import TOTAL, build, cluster, level, mark
from hypothesis import given, settings
from hypothesis import strategies as st

from rpdata.dataset import Dataset
from rpdata.errors import UserError
from rpdata.manifest import Manifest

CLUSTERS = [cluster(*range(start, start + 3)) for start in range(0, TOTAL - 3, 4)]
COPIES = [cluster(0, 200), cluster(1, 2, 3), cluster(299, 300)]


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    folder = tmp_path_factory.mktemp("marked")
    builder = build(folder / "out")
    mark(builder.root, [level(folder / "work", "exact", COPIES), level(folder / "work", "0.8", CLUSTERS)])
    return builder


@pytest.fixture(scope="module")
def dataset(marked: Builder) -> Dataset:
    return Dataset.open(marked.root)


@settings(max_examples=60)
@given(
    deduplicated=st.sampled_from(["exact", 0.8]),
    condition=st.sampled_from([
        None, pl.col("length") > 200, pl.col("raw_content").str.len_chars() > 250, pl.col("keep_sim0.8"),
        (pl.col("words") > 40) & (pl.col("exact_group") > 2**63),
    ]),
    columns=st.lists(st.sampled_from(["doc_id", "length", "raw_content", "keep_sim0.8", "id_int"]), min_size=1,
                     unique=True),
    limit=st.none() | st.integers(0, 300),
    limit_first=st.booleans(),
)
def test_any_scan_equals_a_filter_on_the_overlay(dataset, deduplicated, condition, columns, limit, limit_first):
    whole = dataset.scan().collect()
    kept = whole.filter(pl.col("exact_keep" if deduplicated == "exact" else "keep_sim0.8"))
    assert 0 < len(kept) < len(whole)

    def asked(frame: pl.LazyFrame) -> pl.DataFrame:
        if limit is not None and limit_first:
            frame = frame.head(limit)
        if condition is not None:
            frame = frame.filter(condition)
        if limit is not None and not limit_first:
            frame = frame.head(limit)
        return frame.select(columns).collect()

    assert asked(dataset.scan(deduplicated=deduplicated)).equals(asked(kept.lazy()))


def test_the_overlay_need_not_be_among_the_columns(dataset):
    ids = dataset.scan(["documents"], columns=["doc_id"], deduplicated="exact").collect()
    assert (ids.columns, len(ids)) == (["doc_id"], TOTAL - 4)
    german = dataset.scan(["documents"], languages=["de"], deduplicated=0.8).collect()
    expected = dataset.scan(languages=["de"]).filter(pl.col("keep_sim0.8")).collect()
    assert german["doc_id"].equals(expected["doc_id"])


def test_what_was_not_looked_for_is_refused_with_the_command(tmp_path, dataset):
    build(tmp_path / "bare")
    bare = Dataset.open(tmp_path / "bare")
    with pytest.raises(UserError, match=f"Run rpdata dedup {tmp_path / 'bare'}$"):
        bare.scan(deduplicated="exact")
    with pytest.raises(UserError, match=f"duplicates. Run rpdata dedup {dataset.root} --fuzzy 0.9"):
        dataset.scan(deduplicated=0.9)
    for unknown in (0.85, "fuzzy", "nan", True, [0.8], {}):
        with pytest.raises(UserError, match=r"neither 'exact' nor a similarity: 0.7, 0.8, 0.9, 1.0"):
            dataset.scan(deduplicated=unknown)


def test_a_similarity_may_be_written_as_text(dataset):
    assert dataset.scan(deduplicated="0.8").collect().equals(dataset.scan(deduplicated=0.8).collect())


def test_the_command_that_is_named_loses_nothing_that_the_earlier_run_found(tmp_path):
    builder = build(tmp_path / "out")
    mark(builder.root, [level(tmp_path / "work", "0.8", CLUSTERS)])
    manifest = Manifest.load(builder.root)
    manifest.replace("duplicates", {
        "exact": "none", "fuzzy": [0.8], "verify": "signature", "keep": "newest", "against": ["1f2e"],
    })
    manifest.save(builder.root)
    others = "--verify signature --keep newest --against INDEX"
    for asked, options in ((0.9, f"--exact none --fuzzy 0.8,0.9 {others}"), ("exact", others)):
        with pytest.raises(UserError) as refused:
            Dataset.open(builder.root).scan(deduplicated=asked)
        assert str(refused.value).endswith(f"Run rpdata dedup {builder.root} {options}")
    builder.with_partitions({"2024-10/0000/en_head": 5})
    later = Dataset.open(builder.root).status()
    assert f"run rpdata dedup {builder.root} --exact none {others}" in " ".join(later.disagreements)


def test_an_overlay_that_is_not_there_yet_is_refused_with_the_command(dataset):
    with pytest.raises(UserError, match=f"no overlay 'repeated_lines' yet: run rpdata dedup {dataset.root} --lines N"):
        dataset.scan(["repeated_lines"])


def test_documents_that_came_later_make_the_overlay_stale(tmp_path):
    builder = build(tmp_path / "out")
    mark(builder.root, [level(tmp_path / "work", "0.8", CLUSTERS)])
    assert Dataset.open(builder.root).status().complete
    builder.with_partitions({"2024-10/0000/en_head": 5})
    later = Dataset.open(builder.root)
    expected = "1 of 5 partitions lack `duplicates` (the first is 2024-10/0000/en_head): run rpdata dedup"
    assert [sentence for sentence in later.status().disagreements if expected in sentence]
    with pytest.raises(UserError, match="1 of 5 partitions lack `duplicates`"):
        later.scan(deduplicated=0.8)
    assert len(later.scan(["documents"]).collect()) == TOTAL + 5


def test_an_overlay_of_other_documents_is_refused(tmp_path):
    builder = build(tmp_path / "out")
    mark(builder.root, [level(tmp_path / "work", "0.8", CLUSTERS)])
    path = Path("duplicates/2023-06/0000/de_all.parquet")
    (builder.root / path).write_bytes((builder.root / "minhash/2023-06/0000/de_all.parquet").read_bytes())
    with pytest.raises(UserError, match=f"(?s){path} is not the file that was written.*run rpdata dedup"):
        Dataset.open(builder.root)

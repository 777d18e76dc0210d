"""A signal of the user's own decides which duplicate stays, also where it changes or lies elsewhere."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from build_dataset import Builder

from rpdata.dataset import Dataset
from rpdata.dedup import run as runs
from rpdata.dedup.run import recluster, run
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.for_recipe import version_for
from tests.dedup.annotated import annotated, here, marks

ONE = Resources(workers=1)
OLD, NEW = "2022-49/0000/en_head", "2023-06/0000/en_head"
TEXT = " ".join(f"word{number}" for number in range(40))
SETTINGS = DedupSettings(keep="signal:own")


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    monkeypatch.setattr(runs, "start", here)


def with_signal(root, partition, values, name="mine", version="one"):
    """The dataset with a signal `own` of these values."""
    ids = Dataset.open(root).scan(columns=["doc_id"]).collect()["doc_id"].to_list()
    Builder(root).write(f"signals-{name}", partition, pa.table([ids, values], ["doc_id", "own"]), version)
    return root


def test_a_signal_that_was_made_anew_decides_anew(tmp_path):
    root = annotated(tmp_path / "out", tmp_path / "crawl", {NEW: [TEXT, "another", TEXT]})
    for version, values, kept in (("one", [1, 0, 2], [False, True, True]), ("two", [3, 0, 2], [True, True, False])):
        with_signal(root, NEW, values, version=version)
        run(root, SETTINGS, ONE, allow_large_clusters=True)
        assert [row["keep_sim0.8"] for row in marks(root)] == kept
        assert [row["exact_keep"] for row in marks(root)] == kept


def test_datasets_of_an_index_may_have_it_in_overlays_of_other_names(tmp_path):
    crawl = tmp_path / "crawl"
    old, new = (annotated(tmp_path / part[:7], crawl, {part: [TEXT]}) for part in (OLD, NEW))
    run(old, DedupSettings(), ONE, allow_large_clusters=True)
    run(new, DedupSettings(), ONE, against=[old / "index"], update_index=True, allow_large_clusters=True)
    assert [row["keep_sim0.8"] for row in marks(new)] == [False]
    with_signal(old, OLD, [1], "mine")
    with_signal(new, NEW, [2], "yours")
    recluster(old / "index", SETTINGS, ONE, allow_large_clusters=True)
    assert [row["keep_sim0.8"] for root in (old, new) for row in marks(root)] == [False, True]


def test_a_signal_that_was_computed_for_one_recipe_only_prefers_nothing(tmp_path):
    root = annotated(tmp_path / "out", tmp_path / "crawl", {NEW: [TEXT, "another", TEXT]})
    table = pq.read_table(root / f"quality_signals/{NEW}.parquet")
    Builder(root).write("quality_signals", NEW, table, version_for("v1", "0123456789abcdef"))
    with pytest.raises(UserError, match=r"was computed for the recipe 0123456789ab only"):
        run(root, DedupSettings(keep="signal:rps_doc_word_count"), ONE, allow_large_clusters=True)

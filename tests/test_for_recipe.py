"""Columns that were computed for one recipe only, where partitions differ, and where the dataset lies elsewhere."""

import json

import pytest
from build_dataset import Builder
from dedup.annotated import annotated

from rpdata.dataset import Dataset
from rpdata.errors import UserError
from rpdata.for_recipe import version_for
from rpdata.manifest import Manifest
from rpdata.redpajama_tree.load import load_dataset

GERMAN, ENGLISH = "2023-06/0000/de_all", "2023-06/0000/en_head"
FIRST, SECOND = "1" * 32, "2" * 32


def test_columns_for_two_recipes_are_refused_to_each_of_them(tmp_path):
    builder = Builder(tmp_path / "out").with_partitions({GERMAN: 5, ENGLISH: 5})
    for partition, recipe in ((GERMAN, FIRST), (ENGLISH, SECOND)):
        builder.write("quality_signals", partition, builder.tables["quality_signals"][partition],
                      version_for("v1", recipe))
    dataset = Dataset.open(tmp_path / "out")
    for recipe, other in ((FIRST, SECOND), (SECOND, FIRST)):
        for language in ("de", "en"):
            with pytest.raises(UserError, match=f"was computed for the recipe {other[:12]} only"):
                dataset.scan(["quality_signals"], languages=[language], for_recipe=recipe)


def test_rows_of_a_dataset_elsewhere_leave_them_out_too(tmp_path):
    root = annotated(tmp_path / "out", tmp_path / "crawl", {ENGLISH: ["some words of a text", "and others"]})
    manifest = Manifest.load(root)
    told = {"recipe": "r", "hash": FIRST, "columns": ["rps_doc_word_count"]}
    manifest.configurations["quality_signals"]["for_recipe"] = told
    manifest.save(root)
    rows = list(load_dataset(f"file://{root}", partition="all", streaming=True)["train"])
    assert len(rows) == 2
    assert all("rps_doc_word_count" not in json.loads(row["quality_signals"]) for row in rows)
    assert all("rps_doc_mean_word_length" in json.loads(row["quality_signals"]) for row in rows)


def test_buckets_that_were_computed_for_one_recipe_only_choose_no_rows(tmp_path):
    root = annotated(tmp_path / "out", tmp_path / "crawl", {"2023-06/0000/en_all": ["some words of a text"]})
    path = root / "ledger/quality_signals/2023-06/0000/en_all.json"
    entry = json.loads(path.read_text())
    entry["columns"]["ccnet_bucket"] = version_for("v1", FIRST)
    path.write_text(json.dumps(entry, indent=1, sort_keys=True))
    for partition in ("head_middle", "tail"):
        with pytest.raises(UserError, match=r'`ccnet_bucket` was computed for one recipe only.*\n.*partition="all"'):
            load_dataset(str(root), partition=partition, streaming=True)
    assert len(list(load_dataset(str(root), partition="all", streaming=True)["train"])) == 1

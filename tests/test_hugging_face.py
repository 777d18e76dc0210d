"""`datasets.load_dataset` opens a dataset by name, whole and streaming, without a script."""

import json

import pytest
import yaml
from datasets import load_dataset

from rpdata.signals import schema
from tests.command import rpdata

ROWS = {"documents": 20, "quality_signals": len(schema()), "minhash": 3, "sample": 4}   # name -> its columns


@pytest.fixture(scope="module")
def dataset(repository, tmp_path_factory):
    root = tmp_path_factory.mktemp("hub") / "out"
    crawl = sorted((repository / "sample_data" / "cc_net").rglob("e?_head.json.gz"))
    assert rpdata("compute-signals", *crawl, "--output", root).returncode == 0
    return root


@pytest.fixture
def written(dataset):
    entries = (dataset / "ledger" / "documents").rglob("*.json")
    return sum(json.loads(entry.read_bytes())["written"] for entry in entries)


def test_the_card_says_languages_size_licence_and_configurations_to_the_hub(dataset):
    told = yaml.safe_load((dataset / "README.md").read_text("utf-8").split("---\n")[1])
    assert told["language"] == ["el", "en", "es"]
    assert told["size_categories"] == ["n<1K"]
    assert told["license"] == "other"
    assert {config["config_name"] for config in told["configs"]} == set(ROWS)


@pytest.mark.parametrize(("name", "columns"), ROWS.items())
def test_every_configuration_loads(dataset, written, tmp_path, name, columns):
    loaded = load_dataset(str(dataset), name=name, split="train", cache_dir=str(tmp_path))
    assert len(loaded) == written
    assert len(loaded.column_names) == columns


@pytest.mark.parametrize("name", ROWS)
def test_every_configuration_streams_the_same_rows(dataset, tmp_path, name):
    loaded = load_dataset(str(dataset), name=name, split="train", cache_dir=str(tmp_path))
    streamed = load_dataset(str(dataset), name=name, split="train", cache_dir=str(tmp_path), streaming=True)
    assert list(streamed) == list(loaded)


def test_the_sample_is_the_default_and_has_the_form_of_redpajama(dataset, tmp_path):
    row = load_dataset(str(dataset), split="train", cache_dir=str(tmp_path))[0]
    assert list(row) == ["raw_content", "doc_id", "meta", "quality_signals"]
    assert json.loads(row["meta"])["partition"] == "head_middle"
    signals = json.loads(row["quality_signals"])
    start, end, words = signals["rps_doc_word_count"][0]
    assert (start, end) == (0, len(row["raw_content"]))
    assert words > 0

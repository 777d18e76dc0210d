import json

import pyarrow.parquet as pq
import pytest

from tests.command import contents, rpdata

FINISHED_WITH_FAILURES = 3   # sample_data has one undecodable record on purpose


@pytest.fixture(scope="module")
def crawl(repository):
    return repository / "sample_data" / "cc_net"


@pytest.fixture(scope="module")
def dataset(crawl, tmp_path_factory):
    root = tmp_path_factory.mktemp("one") / "out"
    result = rpdata("compute-signals", crawl, "--output", root, "--workers", 1)
    assert result.returncode == FINISHED_WITH_FAILURES, result.stderr
    return root


def test_the_bytes_do_not_depend_on_the_number_of_workers(crawl, dataset, tmp_path):
    result = rpdata("compute-signals", crawl, "--output", tmp_path / "out", "--workers", 4)
    assert result.returncode == FINISHED_WITH_FAILURES, result.stderr
    assert contents(tmp_path / "out") == contents(dataset)


def test_every_record_is_accounted_for(crawl, dataset):
    summary = json.loads(rpdata("compute-signals", crawl, "--output", dataset, "--json").stdout)
    assert summary["read"] == summary["written"] + sum(summary["dropped"].values()) + summary["failed"]
    assert summary["failed"] == 1
    assert summary["units_done_before"] == summary["units"] > 0


def test_what_could_not_be_read_is_named_in_errors(dataset):
    errors = [json.loads(line) for file in (dataset / "errors").rglob("*.jsonl") for line in file.open()]
    assert [(error["file"], type(error["record"])) for error in errors] == [("en_middle.json.gz", int)]


def test_a_done_dataset_is_left_as_it_is(crawl, dataset):
    before = {path: path.stat().st_mtime_ns for path in dataset.rglob("*.parquet")}
    rpdata("compute-signals", crawl, "--output", dataset)
    assert {path: path.stat().st_mtime_ns for path in dataset.rglob("*.parquet")} == before


def test_a_lost_overlay_is_made_again_from_the_documents_with_the_same_bytes(crawl, dataset, tmp_path):
    expected = contents(dataset)
    documents = {path: path.stat().st_mtime_ns for path in (dataset / "documents").rglob("*.parquet")}
    lost = sorted((dataset / "quality_signals").rglob("en_*.parquet"))
    assert lost
    for path in lost:
        path.unlink()
    rpdata("compute-signals", crawl, "--output", dataset)
    assert contents(dataset) == expected
    assert {path: path.stat().st_mtime_ns for path in documents} == documents


def test_more_inputs_later_are_appended_and_change_nothing_else(crawl, dataset, tmp_path):
    root = tmp_path / "out"
    english = sorted(crawl.rglob("en_*"))
    rpdata("compute-signals", *english, "--output", root)
    first = {path: content for path, content in contents(root).items() if path.startswith(("documents", "ledger"))}
    rpdata("compute-signals", crawl, "--output", root)
    assert contents(root) == contents(dataset)
    assert first.items() <= contents(root).items()


def test_wet_and_tables_join_the_same_dataset(repository, tmp_path):
    root = tmp_path / "out"
    tables = sorted((repository / "sample_data" / "tables").glob("*.jsonl*"))
    wet = sorted((repository / "sample_data" / "wet").glob("*en*.wet.gz"))
    assert rpdata(
        "compute-signals", *wet, "--snapshot", "2026-34", "--language", "en", "--output", root
    ).returncode in (0, FINISHED_WITH_FAILURES)
    result = rpdata(
        "compute-signals", tables[0], "--snapshot", "books", "--language", "de", "--output", root, "--json"
    )
    assert result.returncode == 0, result.stderr
    assert {path.parent.name + "/" + path.name for path in (root / "documents").rglob("*.parquet")} == {
        "0000/en_all.parquet", "0000/de_all.parquet",
    }


def test_other_options_for_documents_are_refused_and_both_values_named(repository, tmp_path):
    wet = sorted((repository / "sample_data" / "wet").glob("*en*.wet.gz"))
    options = ("--snapshot", "2026-34", "--output", tmp_path / "out")
    rpdata("compute-signals", *wet, *options, "--language", "en")
    before = contents(tmp_path / "out")
    for change, named in {
        ("--language", "en", "--min-chars", "100"): ("--min-chars 100", "--min-chars 300"),
        ("--language", "de"): ("--language de", "--language en"),
        ("--language", "en", "--minhash-hash", "xxh3"): ("--minhash-hash xxh3", "--minhash-hash sha1"),
    }.items():
        result = rpdata("compute-signals", *wet, *options, *change)
        assert result.returncode == 2
        assert all(name in result.stderr for name in named), result.stderr
        assert "Traceback" not in result.stderr
    assert contents(tmp_path / "out") == before


def test_rows_and_identities_agree_across_overlays(dataset):
    for path in (dataset / "documents").rglob("*.parquet"):
        name = path.relative_to(dataset / "documents")
        ids = pq.read_table(path, columns=["doc_id"])["doc_id"]
        for overlay in ("quality_signals", "minhash"):
            assert pq.read_table(dataset / overlay / name, columns=["doc_id"])["doc_id"].equals(ids)
            assert pq.ParquetFile(dataset / overlay / name).num_row_groups == pq.ParquetFile(path).num_row_groups

"""What `rpdata compute-signals` promises, seen from outside."""

import gzip
import json
import os

import pyarrow.parquet as pq
import pytest

from rpdata.annotate import Settings
from rpdata.annotate.unit import annotate_unit
from rpdata.engine.lock import writer_lock
from rpdata.engine.plan import plan
from rpdata.overlay import OverlayWriter
from rpdata.sources import discover
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


def test_a_unit_that_lost_a_document_is_not_committed(crawl, tmp_path, monkeypatch):
    path = next(crawl.rglob("de_head.json.gz"))
    unit = plan([], discover([str(path)]))[0]
    write = OverlayWriter.write

    def losing(writer, batch):
        write(writer, batch.slice(1) if "line_start" in batch.schema.names else batch)

    monkeypatch.setattr(OverlayWriter, "write", losing)
    with pytest.raises(AssertionError, match="quality_signals of unit 2026-34/0000/de_head do not add up"):
        annotate_unit(unit, Settings(tmp_path / "out"))
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_documents_damaged_on_disk_are_read_again_from_the_input(crawl, dataset, tmp_path):
    expected = contents(dataset)
    name = "2026-34/0000/fr_head.parquet"
    damaged = bytearray((dataset / "documents" / name).read_bytes())
    damaged[100:200] = bytes(100)
    (dataset / "documents" / name).write_bytes(damaged)
    (dataset / "minhash" / name).unlink()
    result = rpdata("compute-signals", crawl, "--output", dataset)
    assert result.returncode == FINISHED_WITH_FAILURES, result.stderr
    assert contents(dataset) == expected


def test_an_input_that_changed_behind_the_dataset_is_refused(crawl, tmp_path):
    folder = tmp_path / "2026-34" / "0000"
    folder.mkdir(parents=True)
    text = (gzip.decompress(next(crawl.rglob("it_head.json.gz")).read_bytes())).decode()
    (folder / "it_head.json").write_text(text)
    rpdata("compute-signals", folder, "--output", tmp_path / "out")
    (folder / "it_head.json").write_text(text.replace("e", "E", 1).replace("a", "A", 1).replace("E", "e", 1))
    next((tmp_path / "out" / "documents").rglob("*.parquet")).unlink()
    result = rpdata("compute-signals", folder, "--output", tmp_path / "out")
    assert result.returncode in (1, 2)
    assert "it_head.json of unit 2026-34/0000/it_head is not the file that it was" in result.stderr


def test_a_torn_file_gives_what_can_be_read_and_exit_status_3(crawl, tmp_path):
    folder = tmp_path / "2026-34" / "0000"
    folder.mkdir(parents=True)
    whole = next(crawl.rglob("en_head.json.gz")).read_bytes()
    (folder / "en_head.json.gz").write_bytes(whole[: len(whole) // 2])
    result = rpdata("compute-signals", folder, "--output", tmp_path / "out", "--json")
    summary = json.loads(result.stdout)
    assert result.returncode == FINISHED_WITH_FAILURES
    assert 0 < summary["written"] < 26
    assert (tmp_path / "out" / "errors" / "documents" / "2026-34" / "0000" / "en_head.jsonl").exists()


def test_a_second_writer_is_refused_while_one_is_at_work(crawl, tmp_path):
    with writer_lock(tmp_path / "out"):
        result = rpdata("compute-signals", crawl, "--output", tmp_path / "out")
    assert result.returncode == 2
    assert str(os.getpid()) in result.stderr


def test_a_refused_run_leaves_the_plan_as_it_was(repository, tmp_path):
    wet = sorted((repository / "sample_data" / "wet").glob("*.wet.gz"))
    options = ("--snapshot", "2026-34", "--output", tmp_path / "out")
    rpdata("compute-signals", wet[0], *options, "--language", "de")
    plan_before = (tmp_path / "out" / "rpdata.json").read_bytes()
    assert rpdata("compute-signals", *wet, *options, "--language", "fr").returncode == 2
    assert (tmp_path / "out" / "rpdata.json").read_bytes() == plan_before


def test_a_torn_sample_is_made_again(crawl, dataset):
    expected = contents(dataset)
    sample = dataset / "sample" / "sample.parquet"
    sample.write_bytes(sample.read_bytes()[:1000])
    rpdata("compute-signals", crawl, "--output", dataset)
    assert contents(dataset) == expected


def test_options_reach_the_readers_and_the_plan(tmp_path):
    for name in "abc":
        rows = [{"content": name * length, "link": "https://example.com/" + name, "key": name + str(length)}
                for length in (10, 2000)]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = rpdata(
        "compute-signals", tmp_path, "--snapshot", "books", "--language", "de", "--output", tmp_path / "out", "--json",
        "--text-column", "content", "--url-column", "link", "--id-column", "key", "--files-per-shard", 1,
        "--max-document-bytes", 1000, "--memory", "4GiB", "--minhash-hash", "xxh3",
    )
    summary = json.loads(result.stdout)
    assert (summary["units"], summary["written"], summary["dropped"]) == (3, 3, {"too_long": 3})
    files = sorted((tmp_path / "out" / "documents").rglob("*.parquet"))
    rows = [row for file in files for row in pq.read_table(file, columns=["doc_id", "url"]).to_pylist()]
    assert rows == [{"doc_id": name + "10", "url": "https://example.com/" + name} for name in "abc"]


def test_output_that_can_not_be_written_is_named(crawl, tmp_path):
    result = rpdata("compute-signals", crawl, "--output", os.fsdecode(os.fsencode(tmp_path) + b"/out\xff"))
    assert result.returncode == 2
    assert "UTF-8" in result.stderr
    assert "Traceback" not in result.stderr

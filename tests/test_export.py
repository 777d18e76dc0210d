"""`rpdata export`: the published files of a dataset, the same for the same dataset, and whole or not there."""

import gzip
import hashlib
import json
import shutil

import polars as pl
import pyarrow.parquet as pq
import pytest
from command import rpdata
from golden import bands, edge_documents, edge_golden, exported_line
from golden.unicode14 import changed_code_points

from rpdata.dataset import Dataset
from rpdata.errors import UserError
from rpdata.export import export_redpajama

PARTITION = "2023-06/0000/en_head"
HOSTILE = 'http://a.b/"quoted"\\path\t\u2028<é>\x01'


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """The hand-made documents, as the cc_net files that their golden identifiers name, and a WET-like table."""
    folder = tmp_path_factory.mktemp("export")
    for document, golden in zip(edge_documents(), edge_golden(), strict=True):
        path = folder / "pool" / golden["id"].rpartition("/")[0].removesuffix(".gz")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(document) + "\n")
    for path in (folder / "pool").rglob("*.json"):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    table = folder / "books.jsonl"
    table.write_text(json.dumps({"text": "One line.\nAnother line.", "url": HOSTILE}) + "\n")
    run("compute-signals", folder / "pool", "--output", folder / "out")
    run("compute-signals", table, "--snapshot", "books", "--language", "de", "--url-column", "url",
        "--output", folder / "out")
    return folder / "out"


def run(*arguments):
    done = rpdata(*arguments, "--quiet")
    assert done.returncode == 0, done.stderr


def lines(path):
    return gzip.decompress(path.read_bytes()).split(b"\n")[:-1]


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha1(path.read_bytes()).hexdigest()
        for path in folder.rglob("*") if path.is_file() and "logs" not in path.parts
    }


@pytest.fixture(scope="module")
def exported(dataset):
    output = dataset.parent / "rp"
    run("export", dataset, "--format", "redpajama", "--output", output)
    return output


def test_hand_made_documents_come_out_as_the_reference_writes_them(exported, repository):
    compared = 0
    golden = (repository / "tests/golden/edge_golden.jsonl").read_bytes().split(b"\n")
    for document, line in zip(edge_documents(), golden, strict=False):
        record = json.loads(line)
        if "error" in record or changed_code_points(document["raw_content"]):
            continue
        partition, _, row = record["id"].rpartition("/")
        partition = partition.removesuffix(".json.gz")
        assert lines(exported / f"quality_signals/{partition}.signals.json.gz")[int(row)] == exported_line(line)
        ours = pq.read_table(exported / f"minhash/{partition}.minhash.parquet").to_pylist()[int(row)]
        assert ours == {
            "shard_id": f"{partition}.json.gz", "id": record["id"], "id_int": record["id_int"], **bands(record)
        }
        compared += 1
    assert compared == 83 or any(changed_code_points(document["raw_content"]) for document in edge_documents())


def test_the_files_say_which_hash_their_bands_are_of(exported):
    metadata = pq.read_metadata(exported / f"minhash/{PARTITION}.minhash.parquet").metadata
    assert metadata[b"rpdata.minhash_hash"] == b"sha1"


def test_copies_are_named_as_published_and_partitions_whose_copies_are_not_known_are_told(dataset, tmp_path):
    copy = shutil.copytree(dataset, tmp_path / "out")
    run("dedup", copy, "--exact", "text", "--fuzzy", "none")
    marks = Dataset.open(copy).scan(["documents", "duplicates"]).collect()
    last = sorted((copy / "ledger/duplicates").rglob("*.json"))[-1]
    last.unlink()
    done = rpdata("export", copy, "--output", tmp_path / "rp")
    assert "Without duplicates/: 1 partition whose copies are not known." in done.stdout
    files = (tmp_path / "rp").rglob("*.duplicates.parquet")
    found = [row for path in files for row in pq.read_table(path).to_pylist()]
    copies = marks.filter(~pl.col("exact_keep"))
    assert copies.height > 0
    assert {row["doc_id"]: row["digest"] for row in found} == {
        doc_id: None if digest is None else digest.removeprefix("sha1:")
        for doc_id, digest in copies.select("doc_id", "digest").iter_rows()
    }
    assert all(row["shard_id"] == row["doc_id"].rpartition("/")[0] for row in found)


def test_a_document_that_the_reference_cannot_process_is_exported_with_null(exported):
    (line,) = lines(exported / "quality_signals/2023-06/0000/pt_head.signals.json.gz")
    fraction = json.loads(line)["quality_signals"]["rps_doc_stop_word_fraction"]
    assert fraction[0][2] is None


def test_input_without_buckets_keeps_its_partition_and_any_character(exported, dataset):
    (path,) = (exported / "quality_signals/books").rglob("*.signals.json.gz")
    assert path.name == "de_all.signals.json.gz"
    record = json.loads(lines(path)[0])
    partition = str(path.relative_to(exported / "quality_signals")).removesuffix(".signals.json.gz")
    assert record["metadata"]["url"] == HOSTILE
    assert record["metadata"]["snapshot_id"] == "books"
    assert record["metadata"]["cc_net_source"] == f"{partition}.json.gz"
    assert record["quality_signals"]["ccnet_perplexity"][0][2] is None
    assert record["quality_signals"]["rps_lines_num_words"] == [[0, 10, 2], [10, 23, 2]]


def test_exporting_again_gives_the_same_bytes_and_clears_what_a_killed_export_left(exported, dataset, tmp_path):
    stale = tmp_path / f"again/minhash/{PARTITION}.minhash.parquet"
    stale.parent.mkdir(parents=True)
    stale.with_name(f".{stale.name}.{'0123' * 8}.tmp").write_bytes(b"half")
    summary = export_redpajama(dataset, tmp_path / "again", threads=1)
    assert digests(tmp_path / "again") == digests(exported)
    assert summary.documents == 85
    assert summary.partitions == len(list(exported.rglob("*.parquet")))
    assert summary.units_missing == 0


def test_the_bytes_do_not_tell_when_or_where_they_were_made(exported):
    header = (exported / f"quality_signals/{PARTITION}.signals.json.gz").read_bytes()[:10]
    assert header[:4] == b"\x1f\x8b\x08\x00"   # gzip without a file name
    assert header[4:8] == bytes(4)             # nor a time


def test_units_that_are_not_annotated_yet_are_counted_and_left_out(dataset, tmp_path):
    torn = copy(dataset, tmp_path)
    (torn / f"ledger/minhash/{PARTITION}.json").unlink()
    summary = export_redpajama(torn, tmp_path / "rp")
    assert summary.units_missing == 1
    assert not (tmp_path / f"rp/minhash/{PARTITION}.minhash.parquet").exists()


def test_a_swapped_overlay_is_refused_and_nothing_half_stays(dataset, tmp_path):
    torn = copy(dataset, tmp_path)
    (torn / f"minhash/{PARTITION}.parquet").write_bytes((torn / "minhash/2023-06/0000/de_head.parquet").read_bytes())
    with pytest.raises(UserError, match=r"minhash/2023-06/0000/en_head\.parquet has other documents"):
        export_redpajama(torn, tmp_path / "rp")
    assert not (tmp_path / f"rp/minhash/{PARTITION}.minhash.parquet").exists()
    assert not list((tmp_path / "rp").rglob("*.tmp"))


def test_a_dataset_is_no_place_to_export_to(dataset, tmp_path):
    for output in (dataset, dataset / "rp", copy(dataset, tmp_path)):
        with pytest.raises(UserError, match="Name a folder outside of it"):
            export_redpajama(dataset, output)


def test_nothing_annotated_says_what_to_run(dataset, tmp_path):
    torn = copy(dataset, tmp_path)
    shutil.rmtree(torn / "ledger")
    with pytest.raises(UserError, match="compute-signals"):
        export_redpajama(torn, tmp_path / "rp")


def copy(dataset, folder):
    return shutil.copytree(dataset, folder / "copy")


def test_a_folder_with_other_things_is_refused_and_left_alone(dataset, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match=r"it holds notes.txt, which is not of this export"):
        export_redpajama(dataset, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_export_of_another_dataset_is_not_mixed_with_this_one(dataset, tmp_path):
    export_redpajama(dataset, tmp_path / "rp")
    foreign = tmp_path / "rp" / "minhash" / "2020-05" / "0000" / "en_head.minhash.parquet"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"")
    with pytest.raises(UserError, match=r"2020-05/0000/en_head.minhash.parquet, which is not of this export"):
        export_redpajama(dataset, tmp_path / "rp")

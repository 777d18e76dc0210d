"""`rpdata import redpajama`: what was published is what the dataset has, and what comes out of it again."""

import gzip
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from golden import bands

import rpdata
from rpdata.annotate import Settings, refresh
from rpdata.annotate import run as annotate
from rpdata.dataset import Dataset
from rpdata.decide.columns import sources_of
from rpdata.engine.commit import Commit
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.export import export_redpajama
from rpdata.ledger import Entry
from rpdata.manifest import Manifest
from rpdata.overlay import describe
from rpdata.redpajama_tree.import_run import files_in, import_redpajama, planned, tasks_of
from rpdata.redpajama_tree.import_unit import is_imported
from rpdata.report.views import write_views
from tests.command import contents
from tests.command import rpdata as run
from tests.redpajama_tree.importing import DE_HEAD, documents_of, imported_here, place, told, write_records


def published(tree: Path) -> dict[str, object]:
    """What the files of signals, signatures and copies hold: text, and rows."""
    found: dict[str, object] = {}
    for path in sorted(tree.rglob("*.signals.json.gz")):
        found[str(path.relative_to(tree))] = gzip.decompress(path.read_bytes())
    for path in sorted([*tree.rglob("*.minhash.parquet"), *tree.rglob("*.duplicates.parquet")]):
        found[str(path.relative_to(tree))] = pq.read_table(path).to_pylist()
    return found


@pytest.fixture(scope="module")
def whole(tree, tmp_path_factory) -> Path:
    """The published tree, imported by the command."""
    output = tmp_path_factory.mktemp("imported") / "out"
    done = run("import", "redpajama", tree, "--output", output, "--workers", "1", "--quiet")
    assert done.returncode == 3, done.stderr        # of the record that is no document
    assert "The files disagree" not in done.stdout
    assert "No documents: 1 record" in done.stdout
    return output


def test_what_was_published_comes_out_again(whole, tree, tmp_path):
    done = run("export", whole, "--format", "redpajama", "--output", tmp_path / "rp")
    assert done.returncode == 0, done.stderr
    assert published(tmp_path / "rp") == published(tree)
    assert len(published(tree)) == 12
    assert any("duplicates" in name and rows for name, rows in published(tree).items())


def test_real_pages_with_the_signals_of_the_reference_come_out_as_they_were(shared, tmp_path):
    tree = tmp_path / "tree"
    for path in sorted((shared / "golden/real/golden").rglob("0001/*.jsonl.gz")):
        partition = str(path.relative_to(shared / "golden/real/golden")).removesuffix(".jsonl.gz")
        place(shared / f"golden/real/input/{partition}.json.gz", tree / f"documents/{partition}.json.gz")
        publish_golden(path, tree, partition)
    dataset = imported_here(tree, tmp_path / "out")
    assert told(dataset) == []
    export_redpajama(dataset, tmp_path / "rp", threads=1)
    assert published(tmp_path / "rp") == published(tree)
    assert len(published(tree)) == 30
    assert "rps_doc_ml_wikiref_score" in Dataset.open(dataset).columns("quality_signals")


def publish_golden(path: Path, tree: Path, partition: str) -> None:
    """A file of golden lines as the two files that the reference writes."""
    lines = gzip.decompress(path.read_bytes()).splitlines()
    records = [json.loads(line) for line in lines]
    signals = [line[: line.index(b',"minhash":')] + b"}\n" for line in lines]
    snapshot = partition.partition("/")[0].encode()     # the golden run gave all the same
    signals = [line.replace(b'"snapshot_id":"2023-06"', b'"snapshot_id":"' + snapshot + b'"') for line in signals]
    target = tree / f"quality_signals/{partition}.signals.json.gz"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(b"".join(signals)))
    rows = [
        {"shard_id": f"{partition}.json.gz", "id": record["id"], "id_int": record["id_int"], **bands(record)}
        for record in records
    ]
    target = tree / f"minhash/{partition}.minhash.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    names = [name for name in rows[0] if name.startswith("signature")]
    fields = [("shard_id", pa.string()), ("id", pa.string()), ("id_int", pa.uint64())]
    schema = pa.schema([*fields, *((name, pa.list_(pa.binary())) for name in names)])
    pq.write_table(pa.Table.from_pylist(rows, schema), target)


def test_rows_of_the_dataset_are_those_of_the_tree(whole, tree):
    def rows(place, **asked):
        found = rpdata.load_dataset(str(place), split="train", streaming=True, **asked)
        return [[row["doc_id"], row["raw_content"], json.loads(row["meta"])] for row in found]

    for asked in ({}, {"partition": "head_middle", "deduplicated": True}, {"languages": ["de"]}):
        assert rows(whole, **asked) == rows(tree, **asked)


def test_an_imported_dataset_is_whole_for_every_other_verb(whole, dataset):
    status = json.loads(run("status", whole, "--json").stdout)
    missing = {step["step"]: step["missing"] for step in status["steps"]}
    tail = "2026-34/0000/en_tail"
    assert missing == {"documents": [], "quality_signals": [], "minhash": [], "duplicates": [tail]}
    ours, theirs = (
        Dataset.open(place).scan(columns=["doc_id", "rps_doc_word_count", "signature"]).collect().to_dicts()
        for place in (whole, dataset)
    )
    assert [row for row in ours if tail not in row["doc_id"]] == [row for row in theirs if tail not in row["doc_id"]]
    assert {row["rps_doc_word_count"] for row in ours if tail in row["doc_id"]} == {None}
    with pytest.raises(UserError, match=r"published signals only.*compute-signals TREE/documents --output OTHER; or"):
        sources_of(Dataset.open(whole), {"rpdata_doc_tokens": "number"})


def test_marks_that_were_not_published_are_found_by_deduplication(whole, tree, tmp_path):
    copy = shutil.copytree(whole, tmp_path / "copy")
    with pytest.raises(UserError, match=r"1 of 5 partitions lack `duplicates`.*run rpdata dedup"):
        Dataset.open(copy).scan(deduplicated="exact")
    done = run("dedup", copy, "--workers", "1", "--quiet")
    assert done.returncode == 0, done.stderr
    assert run("status", copy).returncode == 0
    assert len(Dataset.open(copy).scan(columns=["doc_id"], deduplicated="exact").collect()) < 114
    again = planned(Manifest.load(copy), copy, files_in(tree))      # importing once more leaves those marks alone
    assert all(is_imported(task) for task in tasks_of(again, copy, files_in(tree)).values())
    assert again.configurations == Manifest.load(copy).configurations


def test_values_are_taken_and_not_computed(tree, tmp_path):
    copy = shutil.copytree(tree, tmp_path / "copy")
    path = copy / f"quality_signals/{DE_HEAD}.signals.json.gz"
    records = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    for record in records:
        record["quality_signals"]["rps_doc_word_count"][0][2] = 7777
    write_records(path, records)
    dataset = imported_here(copy, tmp_path / "out")
    words = pq.read_table(dataset / f"quality_signals/{DE_HEAD}.parquet")["rps_doc_word_count"]
    assert set(words.to_pylist()) == {7777}
    assert told(dataset) == []


def test_what_was_imported_stays_when_the_tree_has_its_file_no_more(tree, tmp_path):
    copy = tmp_path / "copy"
    for path in tree.rglob("*de_head*"):
        place(path, copy / path.relative_to(tree))
    marks = copy / f"duplicates/{DE_HEAD}.duplicates.parquet"
    later = marks.rename(tmp_path / marks.name)
    dataset = imported_here(copy, tmp_path / "out")
    before = contents(dataset)
    shutil.rmtree(copy / "quality_signals")
    shutil.rmtree(copy / "minhash")
    place(tree / "documents/2026-34/0000/en_tail.json.gz", copy / "documents/2026-34/0000/en_tail.json.gz")
    later.rename(marks)
    after = contents(imported_here(copy, dataset))
    assert {name: after[name] for name in before} == before
    assert (dataset / f"duplicates/{DE_HEAD}.parquet").exists()
    frame = Dataset.open(dataset).scan(["documents", "quality_signals", "minhash"]).collect()
    assert frame["rps_doc_word_count"].null_count() == len(frame) - documents_of(dataset, DE_HEAD)


@pytest.mark.parametrize("kept", [[], ["minhash"], ["quality_signals"], ["duplicates", "quality_signals"]])
def test_any_subset_beside_the_documents_is_imported_and_comes_out_alone(kept, tree, tmp_path):
    copy = shutil.copytree(tree, tmp_path / "copy")
    for component in {"minhash", "quality_signals", "duplicates"} - set(kept):
        shutil.rmtree(copy / component)
    dataset = imported_here(copy, tmp_path / "out")
    assert told(dataset) == []
    write_views(dataset)
    assert pq.read_metadata(dataset / "sample/sample.parquet").num_rows == 114
    export_redpajama(dataset, tmp_path / "rp", threads=1)
    assert published(tmp_path / "rp") == published(copy)
    assert ("duplicates" in Dataset.open(dataset).overlays) == ("duplicates" in kept)


def test_what_was_deleted_comes_back_with_the_same_bytes(tree, tmp_path):
    dataset = imported_here(tree, tmp_path / "out")
    before = contents(dataset)
    (dataset / f"quality_signals/{DE_HEAD}.parquet").unlink()
    assert contents(imported_here(tree, dataset)) == before


def test_torn_files_cost_their_units_and_mended_gives_the_same_bytes(tree, whole, tmp_path):
    copy = shutil.copytree(tree, tmp_path / "copy")
    torn = copy / f"quality_signals/{DE_HEAD}.signals.json.gz"
    content = torn.read_bytes()
    torn.write_bytes(content[:-1000])
    signatures = copy / "minhash/2023-06/0003/de_middle.minhash.parquet"
    rows = signatures.read_bytes()
    signatures.write_bytes(rows[:-8])
    first = run("import", "redpajama", copy, "-o", tmp_path / "out", "--workers", "1")
    assert first.returncode == 1
    assert "de_head.signals.json.gz to its end" in first.stderr
    assert not (tmp_path / f"out/documents/{DE_HEAD}.parquet").exists()
    assert (tmp_path / "out/documents/2026-34/0000/en_head.parquet").exists()
    assert "de_middle.minhash.parquet is torn" in first.stderr
    torn.write_bytes(content)
    signatures.write_bytes(rows)
    again = run("import", "redpajama", copy, "-o", tmp_path / "out", "--workers", "1")
    assert "5 units (3 were done before)" in again.stdout
    assert contents(tmp_path / "out") == contents(whole)


def test_torn_documents_are_imported_anew_when_a_whole_file_is_in_their_place(tree, tmp_path):
    copy = tmp_path / "copy"
    for path in tree.rglob("*de_head*"):
        place(path, copy / path.relative_to(tree))
    whole = imported_here(copy, tmp_path / "whole")
    path = copy / f"documents/{DE_HEAD}.json.gz"
    content = path.read_bytes()
    path.write_bytes(content[:-1000])
    dataset = imported_here(copy, tmp_path / "out")
    assert documents_of(dataset, DE_HEAD) < documents_of(whole, DE_HEAD)
    mine = dataset / f"signals-mine/{DE_HEAD}.parquet"
    place(dataset / f"minhash/{DE_HEAD}.parquet", mine)
    with Commit(dataset) as commit:
        commit.record(Entry("signals-mine", DE_HEAD, "", {DE_HEAD: describe(mine)}, documents_of(dataset, DE_HEAD)))
    path.write_bytes(content)
    assert contents(imported_here(copy, dataset)) == contents(whole)
    assert not mine.exists()
    path.write_bytes(content[:-1] + b"?")
    with pytest.raises(UserError, match=r"de_head.json.gz is not the file that was imported .* read to its end"):
        imported_here(copy, dataset)


def test_a_file_that_is_torn_between_two_records_is_told(tree, tmp_path):
    path = tmp_path / f"tree/documents/{DE_HEAD}.json.gz"
    place(tree / f"documents/{DE_HEAD}.json.gz", path)
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines))[:-8])       # without its checksum
    done = run("import", "redpajama", tmp_path / "tree", "-o", tmp_path / "out", "--workers", "1")
    assert done.returncode == 3, done.stderr
    assert f"{len(lines)} documents in 1 unit" in done.stdout
    assert "Torn: 1 file of documents, of which what could be read is there. Get it again" in done.stdout


def test_a_corrected_file_of_the_same_size_is_imported_anew(tree, tmp_path):
    copy = tmp_path / "copy"
    for path in tree.rglob("*de_head*"):
        place(path, copy / path.relative_to(tree))
    path = copy / f"quality_signals/{DE_HEAD}.signals.json.gz"
    records = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    sizes = []
    for words in (7777, 8888):
        for record in records:
            record["quality_signals"]["rps_doc_word_count"][0][2] = words
        write_records(path, records, level=0)
        sizes.append(path.stat().st_size)
        dataset = imported_here(copy, tmp_path / "out")
        found = pq.read_table(dataset / f"quality_signals/{DE_HEAD}.parquet")["rps_doc_word_count"]
        assert set(found.to_pylist()) == {words}
    assert sizes[0] == sizes[1]


def test_what_is_damaged_of_an_imported_dataset_is_mended_by_importing_again(whole, tmp_path):
    copy = shutil.copytree(whole, tmp_path / "copy")
    (copy / f"minhash/{DE_HEAD}.parquet").write_bytes(b"torn")
    with pytest.raises(UserError, match=r"Delete it and run rpdata import redpajama TREE --output \S+ again"):
        Dataset.open(copy)


def test_a_dataset_is_opened_by_reading_its_plan_once(whole, monkeypatch):
    plans = []
    load = Manifest.load
    monkeypatch.setattr(Manifest, "load", lambda root: plans.append(root) or load(root))
    Dataset.open(whole)
    assert len(plans) == 1


def test_importing_and_annotating_are_not_mixed(whole, dataset, tree, crawl):
    resources = Resources.of(1, None, None)
    published_stay = "its signals and signatures are those that were published"
    with pytest.raises(UserError, match=published_stay):
        annotate([str(crawl)], Settings(whole), resources=resources)
    with pytest.raises(UserError, match=published_stay):
        refresh(whole, {}, resources=resources)
    with pytest.raises(UserError, match="was made by rpdata compute-signals"):
        import_redpajama(tree, dataset, resources=resources)


def test_a_tree_without_documents_is_refused(tree, tmp_path):
    shutil.copytree(tree / "minhash", tmp_path / "copy" / "minhash")
    message = rf"no documents, such as documents/2023-06/0000/en_head.json.gz.*\nPut .* {tmp_path}/copy/documents, "
    with pytest.raises(UserError, match=message):
        import_redpajama(tmp_path / "copy", tmp_path / "out", resources=Resources.of(1, None, None))
    assert not (tmp_path / "out").exists()
    with pytest.raises(UserError, match="no such folder"):
        files_in(tmp_path / "nowhere")


def test_a_recipe_that_asks_for_more_than_was_published_is_refused_with_one_that_does_not(whole):
    for recipe in ("gopher", "rpv1"):
        done = run("filter", whole, "--recipe", recipe, "--quiet")
        assert done.returncode == 2
        assert "gopher.published" in done.stderr
        assert "compute-signals TREE/documents --output OTHER" in done.stderr
        assert "rpdata import" not in done.stderr       # which brings back what was published, and no more

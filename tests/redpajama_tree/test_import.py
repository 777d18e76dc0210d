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
from rpdata.redpajama_tree.import_unit import import_unit, is_imported
from rpdata.redpajama_tree.signal_columns import LONGEST_RECORD
from rpdata.report.views import write_views
from tests.command import contents
from tests.command import rpdata as run

DE_HEAD = "2026-34/0000/de_head"


def imported_here(tree: Path, output: Path) -> Path:
    """The tree as a dataset, or into the one that is there, without workers and views."""
    before = Manifest.load(output) if (output / "rpdata.json").exists() else Manifest()
    manifest = planned(before, output, files_in(tree))
    manifest.save(output)
    for task in tasks_of(manifest, output, files_in(tree)).values():
        import_unit(task)
    return output


def published(tree: Path) -> dict[str, object]:
    """What the files of signals, signatures and copies hold: text, and rows."""
    found: dict[str, object] = {}
    for path in sorted(tree.rglob("*.signals.json.gz")):
        found[str(path.relative_to(tree))] = gzip.decompress(path.read_bytes())
    for path in sorted([*tree.rglob("*.minhash.parquet"), *tree.rglob("*.duplicates.parquet")]):
        found[str(path.relative_to(tree))] = pq.read_table(path).to_pylist()
    return found


def told(dataset: Path) -> list[tuple[str | None, str]]:
    lines = [line for path in sorted((dataset / "errors").rglob("*.jsonl")) for line in path.read_text().splitlines()]
    found = [json.loads(line) for line in lines]
    return [(line["doc_id"], line["cause"]) for line in found if "doc_id" in line]


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


def place(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


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


def write_records(path: Path, records: list[dict], level: int = 9) -> None:
    lines = [json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records]
    path.write_bytes(gzip.compress("".join(lines).encode(), level))


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


def documents_of(dataset, partition):
    return pq.read_metadata(dataset / f"documents/{partition}.parquet").num_rows


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


def with_signals(change):
    def applied(tree: Path) -> None:
        path = tree / f"quality_signals/{DE_HEAD}.signals.json.gz"
        records = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
        write_records(path, change(records) or records)
    return applied


def with_rows(component, change):
    def applied(tree: Path) -> None:
        path = tree / f"{component}/{DE_HEAD}.{component}.parquet"
        table = pq.read_table(path)
        rows = table.to_pylist()
        pq.write_table(pa.Table.from_pylist(change(rows) or rows, table.schema), path)
    return applied


def another_url(records):
    records[1]["metadata"]["url"] = "http://elsewhere"


def another_number(records):
    records[2]["id_int"] += 1


def another_source(records):
    records[4]["metadata"]["cc_net_source"] = "2020-05/0000/de_head.json.gz"


def half_a_word(records):
    records[2]["quality_signals"]["rps_doc_word_count"][0][2] = 1.5


def another_text(records):
    records[3]["quality_signals"]["rps_lines_num_words"][0][1] += 1


def another_key(records):
    records[0]["quality_signals"]["rps_doc_new"] = [[0, 1, 0.5]]


def another_field(records):
    for record in records[1:]:
        record["shard_id"] = "0000"


def another_column(tree):
    path = tree / f"minhash/{DE_HEAD}.minhash.parquet"
    table = pq.read_table(path)
    pq.write_table(table.append_column("signature_sim0.6", table["signature_sim0.7"]), path)


def a_torn_line(tree):
    path = tree / f"quality_signals/{DE_HEAD}.signals.json.gz"
    first, second, *rest = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join([first, second[:40] + b"\n", *rest])))


def a_very_long_line(tree):
    path = tree / f"quality_signals/{DE_HEAD}.signals.json.gz"
    first, second, *rest = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    padded = second[:-1] + b" " * LONGEST_RECORD + b"\n"
    path.write_bytes(gzip.compress(b"".join([first, padded, *rest]), 1))


def a_number(rows):
    rows[1]["id_int"] += 1


def a_band(rows):
    row = next(row for row in rows if row["signature_sim0.8"])
    row["signature_sim0.8"][0] = bytes(52)


def a_short_signature(rows):
    row = next(row for row in rows if row["signature_sim1.0"])
    row["signature_sim1.0"] = [bytes(8)]


def another_shard(rows):
    rows[1]["shard_id"] = "2023-06/0000/de_head.json.gz"


def a_stranger(rows):
    return [*rows, {"shard_id": f"{DE_HEAD}.json.gz", "doc_id": f"{DE_HEAD}.json.gz/9999", "digest": None}]


def another_digest(rows):
    return [{"shard_id": f"{DE_HEAD}.json.gz", "doc_id": f"{DE_HEAD}.json.gz/0", "digest": "AAAA"}]


@pytest.mark.parametrize(
    ("change", "row", "cause"),
    [
        (with_signals(another_url), 1, "url is 'http://elsewhere' in its metadata"),
        (with_signals(another_number), 2, "id_int is"),
        (with_signals(another_source), 4, "cc_net_source is '2020-05/0000/de_head.json.gz' in its metadata"),
        (with_signals(half_a_word), 2, "values or spans of rps_doc_word_count can't be held"),
        (with_signals(another_text), 3, "values or spans of rps_lines_num_words"),
        (with_signals(another_key), None, "rps_doc_new is no signal that rpdata knows"),
        (with_signals(another_field), 1, "has shard_id, which rpdata does not know: left out"),
        (with_signals(lambda records: records[:1] + records[2:]), 1, "has no signals"),
        (with_signals(lambda records: [*records, {**records[0], "id": f"{DE_HEAD}.json.gz/9999"}]), 9999,
         "is not among the documents"),
        (with_signals(lambda records: [*records, records[0]]), 0, "does not belong here"),
        (with_signals(lambda records: records[0].update(id=f"{DE_HEAD}.json.gz/{'9' * 5000}")), 0, "has no signals"),
        (a_very_long_line, 1, "has no signals"),
        (a_very_long_line, None, "the line after that of 0 is empty, or of more than 67,108,864 bytes"),
        (a_torn_line, None, "the line after that of 0 is no record of signals"),
        (with_rows("minhash", a_number), 1, "id_int is"),
        (with_rows("minhash", a_band), None, "signature_sim0.8 is not cut from signature_sim1.0"),
        (with_rows("minhash", a_short_signature), None, "signature_sim1.0 is not one band of 128 values"),
        (another_column, None, "signature_sim0.6 is no column that rpdata knows"),
        (with_rows("minhash", lambda rows: rows[1:]), 0, "has no row"),
        (with_rows("minhash", lambda rows: [*rows, rows[0]]), 0, "has 2 rows; the first counts"),
        (with_rows("minhash", another_shard), 1, "shard_id is 2023-06/0000/de_head.json.gz, and by the name"),
        (with_rows("duplicates", another_shard), None, "shard_id is 2023-06/0000/de_head.json.gz, and by the name"),
        (with_rows("duplicates", a_stranger), 9999, "is not among the documents"),
        (with_rows("duplicates", another_digest), 0, "digest is AAAA, and in documents/"),
    ],
)
def test_files_that_disagree_are_told_by_document(change, row, cause, tree, tmp_path):
    copy = tmp_path / "copy"
    for path in tree.rglob("*de_head*"):
        place(path, copy / path.relative_to(tree))
    change(copy)
    found = told(imported_here(copy, tmp_path / "out"))
    assert any(cause in said for _, said in found), found
    if row is not None:
        assert (f"{DE_HEAD}.json.gz/{row}", True) in [(name, cause in said) for name, said in found]


def test_a_summary_names_what_disagrees_and_what_has_no_documents(tree, tmp_path):
    copy = shutil.copytree(tree, tmp_path / "copy")
    with_signals(another_url)(copy)
    (copy / "documents/2023-06/0003/de_middle.json.gz").unlink()
    with (copy / f"documents/{DE_HEAD}.json.gz").open("ab") as documents:
        documents.write(gzip.compress(b"\n"))
    (copy / "documents/2026-34/0000/en_tail.json.gz").rename(copy / "documents/2026-34/0000/en_tail.json.zst")
    (copy / "documents/2023-14").symlink_to(copy / "documents/2023-06")
    (copy / "documents/.part").write_text("")
    done = run("import", "redpajama", copy, "-o", tmp_path / "out", "--workers", "1", "--json")
    assert done.returncode == 3
    summary = json.loads(done.stdout)
    assert summary["not_named_so"] == ["documents/2023-14", "documents/2026-34/0000/en_tail.json.zst"]
    assert summary["dropped"] == {"empty_line": 1}
    assert summary["disagreements"] == 1
    assert summary["first_disagreements"][0]["doc_id"] == f"{DE_HEAD}.json.gz/1"
    assert summary["without_documents"] == [
        "duplicates/2023-06/0003/de_middle.duplicates.parquet",
        "minhash/2023-06/0003/de_middle.minhash.parquet",
        "quality_signals/2023-06/0003/de_middle.signals.json.gz",
    ]


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

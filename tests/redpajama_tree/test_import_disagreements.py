"""`rpdata import redpajama` where the files of a tree do not say the same: each difference is told by document."""

import gzip
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rpdata.redpajama_tree.signal_columns import LONGEST_RECORD
from tests.command import rpdata as run
from tests.redpajama_tree.importing import DE_HEAD, imported_here, place, told, write_records


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

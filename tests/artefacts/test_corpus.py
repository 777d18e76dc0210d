"""Text to train on: what is read, in which order, and what is refused."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from build_dataset import PARTITIONS, Builder

from rpdata.artefacts.corpus import BATCH_BYTES, Corpus
from rpdata.errors import UserError

ROWS = [
    {"text": "eins\nzwei"}, {"raw_content": "drei", "language": "de"}, {"text": "four", "lang": "en"}, {"text": ""},
]
TEXTS = ["eins\nzwei", "drei", ""]


def texts_of(corpus):
    return [text for batch in corpus.batches() for text in batch.to_pylist()]


def json_lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.json.zst", "A.NDJSON"])
def test_json_lines_are_read_whatever_their_compression_and_other_languages_are_counted(tmp_path, name):
    pack = gzip.compress if name.endswith("gz") else zstandard.compress if name.endswith("zst") else bytes
    (tmp_path / name).write_bytes(pack(json_lines(ROWS)))
    corpus = Corpus.find([tmp_path / name], "de")
    assert texts_of(corpus) == TEXTS
    assert corpus.others == {"en": 1}


def test_each_line_of_plain_text_that_is_not_blank_is_a_text(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\r\n\n  \ntwo  \nthree\x0bthree")
    assert texts_of(Corpus.find([tmp_path / "a.txt"], "en")) == ["one", "two  ", "three\x0bthree"]


def test_parquet_and_folders_are_read_in_the_order_of_names(tmp_path):
    (tmp_path / "b.txt").write_text("b\n")
    (tmp_path / "notes.md").write_text("not read\n")
    (tmp_path / "a").mkdir()
    rows = [{"text": text, "language": language} for text, language in [("a", "en"), ("x", "de"), ("c", None)]]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a/z.parquet")
    corpus = Corpus.find([tmp_path, tmp_path / "b.txt"], "en")
    assert texts_of(corpus) == ["b", "a", "c"]
    assert [entry["name"] for entry in corpus.account()] == ["b.txt", "z.parquet"]


def test_the_documents_of_a_dataset_in_one_language_are_read(tmp_path):
    tables = Builder(tmp_path / "out").with_partitions(PARTITIONS).tables["documents"]
    expected = tables["2023-06/0000/de_all"]["raw_content"].to_pylist()
    corpus = Corpus.find([tmp_path / "out"], "de")
    assert texts_of(corpus) == expected
    assert corpus.others == {"en": 403}


def test_batches_are_bounded_and_lose_nothing(tmp_path):
    rows = [{"text": f"{number:02}" * (BATCH_BYTES // 20)} for number in range(30)]
    (tmp_path / "a.jsonl").write_bytes(json_lines(rows))
    batches = list(Corpus.find([tmp_path / "a.jsonl"], "en").batches())
    assert len(batches) > 2
    assert all(batch.nbytes < 1.2 * BATCH_BYTES for batch in batches)
    assert [text for batch in batches for text in batch.to_pylist()] == [row["text"] for row in rows]


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.jsonl", b"", "no text in en"),
        ("a.txt", b"\n \n", "no text in en"),
        ("a.jsonl", json_lines([{"text": ""}]), "no text in en"),
        ("a.jsonl", json_lines([{"text": "x", "language": "de"}] * 3), "3 in de"),
        ("a.jsonl", json_lines([{"text": "x"}, {"title": "x"}]), "line 2: it has no string in raw_content or text"),
        ("a.jsonl", json_lines([{"text": 7}]), "line 1: it has no string"),
        ("a.jsonl", b"[1]\n", "line 1: it is not a JSON object"),
        ("a.jsonl", b'{"text": "x"}\n{"te', "line 2: it is not JSON"),
        ("a.jsonl", b'{"text": "x"}\n{"text": "\xff"}\n', "line 2: it is not UTF-8"),
        ("a.jsonl.gz", gzip.compress(json_lines([{"text": "x"}] * 1000), mtime=0)[:-30], "damaged"),
        ("a.parquet", b"PAR1 no", "cannot train on"),
        ("a.docx", b"x", "not one of a known type"),
    ],
)
def test_what_cannot_be_read_ends_the_training_and_says_where(tmp_path, name, content, complaint):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=complaint):
        list(Corpus.find([tmp_path / name], "en").batches())


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        Corpus.find([tmp_path / "none.jsonl"], "en")
    with pytest.raises(UserError, match="no text to train on"):
        Corpus.find([tmp_path], "en")

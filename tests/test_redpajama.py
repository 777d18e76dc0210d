"""Signals as JSON: the reference's form, for any values and however many lines."""

import json

import numpy as np
import pyarrow as pa
import pytest
from golden import as_batch, edge_documents, edge_golden, exported_line, signals_of
from golden.unicode14 import changed_code_points
from hypothesis import given
from hypothesis import strategies as st

from rpdata import redpajama
from rpdata.errors import UserError
from rpdata.redpajama import decimal, metadata_json, quality_signals_json, whole
from rpdata.signals import schema

RECORDS, GOLDEN = edge_documents(), edge_golden()


@pytest.fixture(scope="module")
def documents():
    return as_batch(RECORDS, [golden["id"] for golden in GOLDEN])


@pytest.fixture(scope="module")
def signals(documents):
    return signals_of(documents)


def test_signals_equal_the_reference_byte_for_byte(documents, signals, repository):
    lines = (repository / "tests/golden/edge_golden.jsonl").read_bytes().split(b"\n")
    for line, ours, record in zip(lines, quality_signals_json(documents, signals), RECORDS, strict=False):
        if b'"error":' not in line and not changed_code_points(record["raw_content"]):
            _, _, theirs = exported_line(line).partition(b',"quality_signals":')
            assert ours.encode() == theirs[:-1]


def test_one_line_at_a_time_gives_the_same(documents, signals, monkeypatch):
    at_once = quality_signals_json(documents, signals)
    monkeypatch.setattr(redpajama, "LINES_AT_ONCE", 1)
    assert quality_signals_json(documents, signals) == at_once
    assert len(list(redpajama.slices(signals))) == len(RECORDS) - sum(not record["raw_content"] for record in RECORDS)


def test_tables_and_slices_are_taken_as_well(documents, signals):
    at_once = quality_signals_json(documents, signals)
    for start, length in ((0, 10), (7, 1), (40, 44), (84, 0)):
        tables = [pa.Table.from_batches([rows.slice(start, length)]) for rows in (documents, signals)]
        assert quality_signals_json(*tables) == at_once[start : start + length]


def test_an_overlay_without_some_signals_has_the_others(documents, signals):
    some = signals.select(["doc_id", "line_start", "line_end", "rps_doc_word_count", "rps_lines_num_words"])
    found = [json.loads(text) for text in quality_signals_json(documents, some)]
    whole_text = [json.loads(text) for text in quality_signals_json(documents, signals)]
    names = ("rps_doc_word_count", "rps_lines_num_words")
    assert found == [{name: values[name] for name in names} for values in whole_text]


def test_rows_of_other_documents_are_refused(documents, signals):
    with pytest.raises(UserError, match="same rows"):
        quality_signals_json(documents.slice(1), signals.slice(0, documents.num_rows - 1))


def test_nulls_are_null(documents):
    empty = pa.RecordBatch.from_pylist(
        [{"doc_id": "x", "line_start": [], "line_end": []}], schema().remove_metadata()
    )
    lists = [i for i, field in enumerate(empty.schema) if pa.types.is_list(field.type)]
    for i in lists:
        empty = empty.set_column(i, empty.schema.field(i), pa.array([[]], empty.schema.field(i).type))
    values = json.loads(quality_signals_json(empty, empty)[0])
    bullets = values.pop("rps_lines_start_with_bulletpoint")
    assert bullets == [[0, 0, None]]
    assert {json.dumps(spans) for spans in values.values()} == {"[[0, 0, null]]", "[]"}


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))))
def test_any_float_reads_back_as_itself_and_never_as_an_int(values):
    texts = decimal(pa.array(values, pa.float64())).to_pylist()
    assert [json.loads(text) for text in texts] == values
    assert all(value is None or isinstance(json.loads(text), float) for value, text in zip(values, texts, strict=True))
    assert not any("+" in text for text in texts)


@pytest.mark.parametrize(
    ("value", "text"), [(1e-8, "1e-8"), (0.00001, "0.00001"), (1e16, "1e16"), (591.0, "591.0"), (1.5e-7, "1.5e-7")]
)
def test_floats_have_the_form_of_the_reference(value, text):
    assert decimal(pa.array([value])).to_pylist() == [text]


def test_counts_and_flags_become_the_number_that_the_catalogue_says():
    assert decimal(pa.array([0, 1, None, 7], pa.int8())).to_pylist() == ["0.0", "1.0", "null", "7.0"]
    assert decimal(pa.array([2**53 + 1], pa.int64())).to_pylist() == [repr(float(2**53 + 1))]
    assert whole(pa.array([0, None, 2_000_000_000], pa.int32())).to_pylist() == ["0", "null", "2000000000"]
    assert decimal(pa.array(np.array([], float))).to_pylist() == []


def test_meta_has_the_keys_of_the_published_loader(documents):
    found = [json.loads(text) for text in metadata_json(documents)]
    keys = ["url", "partition", "language", "source_domain", "date_download", "digest"]
    assert all(list(meta) == keys for meta in found)
    partitions = {record["bucket"]: meta["partition"] for record, meta in zip(RECORDS, found, strict=True)}
    assert partitions == {"head": "head_middle", "middle": "head_middle", "tail": "tail", "all": None}

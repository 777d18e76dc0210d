"""Published signals as columns: any that the types hold come out as they went in."""

import json
import tracemalloc

import orjson
import pytest
from golden import as_batch, edge_documents, edge_golden
from hypothesis import given
from hypothesis import strategies as st

from rpdata.redpajama import signals_json
from rpdata.redpajama_tree.disagreements import Disagreements
from rpdata.redpajama_tree.signal_columns import line_ends, record_of, signal_columns, signals_schema
from rpdata.signals import CATALOGUE

NAMES = [signal.name for signal in CATALOGUE.values() if signal.published]


def test_reference_records_of_hand_made_documents_come_out_as_they_were():
    records = edge_documents()
    golden = edge_golden()
    documents = as_batch(records, [record["id"] for record in golden])
    known = [None if "error" in record else record_of(json.dumps(record).encode(), "golden") for record in golden]
    told = Disagreements("golden")
    signals = signal_columns(documents, known, signals_schema(NAMES), told)
    assert told.count == 0, told.listed
    for ours, record in zip(signals_json(signals).to_pylist(), golden, strict=True):
        if "error" not in record:
            assert ours == orjson.dumps(record["quality_signals"]).decode()


def spans_of(text):
    ends = line_ends(text).tolist()
    return list(zip([0, *ends], ends, strict=False))


def test_a_text_of_millions_of_lines_makes_no_objects_of_them():
    lines = 300_000
    documents = as_batch([{"raw_content": "\n" * lines}], ["2023-06/0000/en_head.json.gz/0"])
    tracemalloc.start()
    signals = signal_columns(documents, [None], signals_schema(NAMES), Disagreements("long"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert signals["line_end"][0].as_py() == list(range(1, lines + 1))
    assert peak < 40 * lines


@given(st.text("ab\n é\r\u2028😀"))
def test_lines_are_the_pieces_that_end_in_a_newline_and_the_rest(text):
    pieces = [text[start:end] for start, end in spans_of(text)]
    assert "".join(pieces) == text
    assert all(piece.endswith("\n") for piece in pieces[:-1])
    assert all(piece.count("\n", 0, -1) == 0 and piece for piece in pieces)


def values_of(signal):
    if signal.json == "int":
        return st.none() | st.integers(-(2**31), 2**31 - 1)
    if signal.type in ("double",) or str(signal.type).endswith(("double", "double>")):
        return st.none() | st.floats(allow_nan=False, allow_infinity=False)
    return st.none() | st.integers(0, 100).map(float)


@given(st.data(), st.text("ab \n", max_size=12))
def test_any_values_that_the_types_hold_come_out_as_they_went_in(data, text):
    said = {}
    for name in NAMES:
        signal = CATALOGUE[name]
        spans = spans_of(text) if signal.per_line else [(0, len(text))]
        said[name] = [[start, end, data.draw(values_of(signal))] for start, end in spans]
        if name == "rps_lines_start_with_bulletpoint" and not text:
            said[name] = [[0, 0, None]]
    told = Disagreements("drawn")
    documents = as_batch([{"raw_content": text}], ["2023-06/0000/en_head.json.gz/0"])
    record = {"id": "2023-06/0000/en_head.json.gz/0", "metadata": {}, "quality_signals": said}
    signals = signal_columns(documents, [record], signals_schema(NAMES), told)
    assert orjson.loads(signals_json(signals)[0].as_py()) == said
    assert told.count == 0, told.listed


@pytest.mark.parametrize("said", [[[0, 2, 1e300]], [[0, 2, True]], [[0, 2, "7"]], [[0, 3, 7]], [], None, [7]])
def test_what_a_column_cannot_hold_is_told(said):
    told = Disagreements("odd")
    documents = as_batch([{"raw_content": "ab"}], ["2023-06/0000/en_head.json.gz/0"])
    record = {"id": "", "metadata": {}, "quality_signals": {"rps_doc_word_count": said}}
    signal_columns(documents, [record], signals_schema(["rps_doc_word_count"]), told)
    assert told.count == 1

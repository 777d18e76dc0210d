"""A user's function that fails costs the values that it fails for, and no other; what it returns is checked."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.annotate.user_values import Failures, values
from rpdata.ledger import ERRORS_LISTED
from rpdata.schema import DOCUMENTS
from rpdata.signals import COUNT, FLAG, FLOAT, Document, TextStats, collecting, signal, stop_lists
from rpdata.text import measure

TEXTS = ["One line.", "", "two\nlines\n", "a\n\nb", "ä€😀 !"]


def documents(texts):
    ids = [f"d/{row}" for row in range(len(texts))]
    columns = {"doc_id": ids, "raw_content": texts, "language": ["en"] * len(texts)}
    return pa.RecordBatch.from_arrays(
        [pa.array(columns.get(field.name, [None] * len(texts)), field.type) for field in DOCUMENTS], schema=DOCUMENTS
    )


def column_of(function, texts=TEXTS, **options):
    """The column, and the failures as (doc_id, exception, message)."""
    with collecting({}) as collection:
        signal("x", **options)(function)
    batch = documents(texts)
    text, _ = measure(batch["raw_content"], ["en"] * len(texts), stop_lists(), None)
    failures = Failures()
    column = values(collection.values(), batch, text.read_only(), failures)["x"]
    assert column.type == collection["x"].type
    assert len(column) == len(texts)
    column.validate(full=True)
    return column.to_pylist(), [(e["doc_id"], e["exception"], e["message"]) for e in failures.told(["x"])]


def test_a_document_has_the_columns_of_documents():
    names = set(Document.__dataclass_fields__)
    assert names <= set(DOCUMENTS.names)
    assert column_of(lambda_of(lambda document: len(document.raw_content)), type=COUNT) == ([9, 0, 10, 4, 5], [])


def lambda_of(function, reads=Document):
    def annotated(read):
        return function(read)

    annotated.__annotations__["read"] = reads
    return annotated


def test_lines_of_a_document_are_those_that_line_signals_count():
    batch = documents(TEXTS)
    text, _ = measure(batch["raw_content"], ["en"] * len(TEXTS), stop_lists(), None)
    lengths = lambda_of(lambda document: [len(line) for line in document.lines])
    found, failed = column_of(lengths, type=COUNT, per_line=True)
    assert failed == []
    assert [sum(part) for part in found] == [len(text) for text in TEXTS]
    assert [len(part) for part in found] == np.diff(text.line_offsets).tolist()


def test_the_same_statistics_for_a_batch_and_for_each_document():
    text, _ = measure(pa.array(TEXTS), ["en"] * len(TEXTS), stop_lists(), None)
    for row, alone in enumerate(TEXTS):
        expected, _ = measure(pa.array([alone]), ["en"], stop_lists(), None)
        found = text.document(row)
        for name, column in vars(expected).items():
            if name == "lines":
                for line_name, line_column in vars(column).items():
                    np.testing.assert_array_equal(getattr(found.lines, line_name), line_column, line_name)
            elif isinstance(column, dict):
                for order in column:
                    np.testing.assert_array_equal(getattr(found, name)[order], column[order], name)
            else:
                np.testing.assert_array_equal(getattr(found, name), column, name)


def test_an_exception_for_one_document_costs_that_value():
    found, failed = column_of(lambda_of(lambda document: 12 // len(document.raw_content)), type=COUNT)
    assert found == [1, None, 1, 3, 2]
    assert [(doc_id, kind) for doc_id, kind, _ in failed] == [("d/1", "ZeroDivisionError")]


def test_a_batch_that_fails_is_done_document_by_document():
    def words(text: TextStats):
        if 0 in text.words:
            raise ValueError("no words")
        return text.words

    found, failed = column_of(words, type=COUNT)
    assert found == [2, None, 2, 2, 1]
    assert failed == [("d/1", "ValueError", "no words")]


def test_the_watch_is_told_how_many_documents_a_call_has_and_its_own_errors_are_no_failed_values():
    def fails(text: TextStats):
        raise ValueError

    with collecting({}) as collection:
        signal("x", type=COUNT)(fails)
    text, _ = measure(pa.array(TEXTS), ["en"] * 5, stop_lists(), None)
    calls, failures = [], Failures()

    def watch(*call):
        calls.append(call)
        if len(calls) == 4:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        values(collection.values(), documents(TEXTS), text, failures, watch)
    assert calls == [("x", "d/0 and the 4 documents behind it", 5), *(("x", f"d/{row}", 1) for row in range(3))]
    assert failures.counts == {"x": 2}


def test_the_lines_of_a_batch_become_lists():
    def line_words(text: TextStats):
        return text.lines.words

    assert column_of(line_words, type=COUNT, per_line=True) == ([[2], [], [1, 1], [1, 0, 1], [1]], [])


def test_a_batch_that_is_missing_its_return_fails_for_each_document():
    def forgot(text: TextStats):
        pass

    found, failed = column_of(forgot)
    assert found == [None] * 5
    assert len(failed) == 5


@pytest.mark.parametrize(
    ("value", "kind", "kept"),
    [
        (3, COUNT, 3), (True, FLAG, 1), (True, COUNT, 1), (np.int64(3), COUNT, 3), (3, FLOAT, 3.0),
        (None, COUNT, None), (np.float32(0.5), FLOAT, 0.5), (0.5, pa.float32(), 0.5),
        (np.bool_(True), FLAG, 1), (2**40, pa.int64(), 2**40),
    ],
)
def test_a_value_of_the_declared_type_is_kept(value, kind, kept):
    assert column_of(lambda_of(lambda document: value), ["a"], type=kind) == ([kept], [])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("3", COUNT), (3.0, COUNT), (2**31, COUNT), (2**80, COUNT), (300, FLAG), (float("nan"), FLOAT), ([1], FLOAT),
        (float("inf"), FLOAT), (1j, FLOAT), ({}, FLOAT), (object, FLOAT), (b"1", COUNT), (2**60 + 1, FLOAT),
        (np.array([1.0]), FLOAT), (-1, pa.uint8()),
    ],
    ids=repr,
)
def test_a_value_of_another_type_fails_wherever_it_stands(value, kind):
    """Alone, and among values that are right: what a value is worth does not depend on its neighbours."""
    for texts in (["bad"], ["good", "bad", "good"], ["bad", "bad", "good"]):
        found, failed = column_of(lambda_of(lambda d: value if d.raw_content == "bad" else 1), texts, type=kind)
        assert found == [None if text == "bad" else 1 for text in texts]
        assert [(doc_id, error) for doc_id, error, _ in failed] == [
            (f"d/{row}", "TypeError") for row, text in enumerate(texts) if text == "bad"
        ]
        assert all("returned" in message for _, _, message in failed)


@pytest.mark.parametrize("value", [[1], [1, 2, 3], 1, "ab", [1, "b"], [0.5, 0.5]])
def test_line_values_must_be_as_many_numbers_as_lines(value):
    found, failed = column_of(lambda_of(lambda document: value), ["a\nb"], type=COUNT, per_line=True)
    assert found == [None]
    assert len(failed) == 1


def test_a_line_signal_may_have_no_values_for_a_document():
    assert column_of(lambda_of(lambda document: None), ["a\nb"], type=COUNT, per_line=True) == ([None], [])


def test_errors_that_can_not_be_shown_are_named_all_the_same():
    class Silent(Exception):
        def __str__(self):
            raise RuntimeError

    class Hidden:
        def __repr__(self):
            raise RuntimeError

    def fail(document):
        if document.raw_content == "hidden":
            return Hidden()
        raise {"exit": SystemExit(3), "silent": Silent(), "long": ValueError("x" * 10**6)}[document.raw_content]

    found, failed = column_of(lambda_of(fail), ["hidden", "exit", "silent", "long"])
    assert found == [None] * 4
    assert {kind for _, kind, _ in failed} == {"TypeError", "SystemExit", "Silent", "ValueError"}
    assert all(len(message) < 1000 for _, _, message in failed)


def test_statistics_can_not_be_changed_by_a_signal():
    def halves(text: TextStats):
        text.words[:] = 0
        return text.words

    found, failed = column_of(halves, ["a b"], type=COUNT)
    assert found == [None]
    assert "read-only" in failed[0][2]


def test_what_a_signal_prints_is_not_in_the_output(capfd):
    column_of(lambda_of(lambda document: print("here")), ["a"])
    assert capfd.readouterr().out == ""


def test_only_the_first_failures_are_listed_and_all_are_counted():
    texts = ["a"] * (ERRORS_LISTED + 7)
    _, failed = column_of(lambda_of(lambda document: 1 / 0), texts)
    assert len(failed) == ERRORS_LISTED + 1
    assert failed[-1] == (None, None, "7 more values failed; they are counted, but not listed")


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)), max_size=12))
def test_the_value_of_a_document_does_not_depend_on_the_others(answers):
    texts = [str(row) for row in range(len(answers))]
    for kind in (COUNT, FLOAT):
        together, _ = column_of(lambda_of(lambda d: answers[int(d.raw_content)]), texts, type=kind)
        alone = [column_of(lambda_of(lambda d, a=answer: a), ["x"], type=kind)[0][0] for answer in answers]
        assert together == alone

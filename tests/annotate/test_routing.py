"""Documents go to the partitions of their languages, none gets lost, and memory does not depend on the languages."""

import sys
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.annotate import routing
from rpdata.annotate.routing import Languages, route
from rpdata.errors import UserError
from rpdata.ledger import ReadReport
from rpdata.schema import DOCUMENTS
from rpdata.sources.batches import batches, sizes_of

ROWS, BYTES, LINES, OPEN = 4, 100, 9, 120
LANGUAGE, SCORE = (DOCUMENTS.get_field_index(name) for name in ("language", "language_score"))

documents = st.lists(
    st.tuples(
        st.sampled_from(["en", "de", "ja", "sw", None]),
        st.sampled_from([0.0, 0.49, 0.5, 1.0]),
        st.text("aé😀\n", max_size=30),
        st.one_of(st.none(), st.text("tü", max_size=3)),
    ),
    max_size=60,
)
asked = st.sampled_from(["en", "en,de", "all", "en,all", "ja,sw,de,en"])


@pytest.fixture(autouse=True, scope="module")
def small():
    """Small batches, so that a few documents fill many."""
    with pytest.MonkeyPatch.context() as patch:
        module = sys.modules["rpdata.sources.batches"]      # not the function of that name
        patch.setattr(module, "ROWS_PER_BATCH", ROWS)
        patch.setattr(module, "BYTES_PER_BATCH", BYTES)
        patch.setattr(module, "LINES_PER_BATCH", LINES)
        patch.setattr(routing, "OPEN_BYTES", OPEN)
        yield


def rows_of(found):
    """Rows as a reader gives them, already identified."""
    rows = []
    for number, (language, score, text, title) in enumerate(found):
        row = [None] * len(DOCUMENTS)
        row[0], row[LANGUAGE], row[SCORE], row[-1] = f"{number}", language, score, text.encode()
        row[DOCUMENTS.get_field_index("title")] = title
        rows.append(tuple(row))
    return rows


def slowly(rows, languages):
    """Partition -> its rows, and what is dropped, one document at a time."""
    kept, dropped = {}, Counter()
    for row in rows:
        if row[SCORE] < 0.5:
            dropped["language_score"] += 1
        elif row[LANGUAGE] in languages.named:
            kept.setdefault(f"{row[LANGUAGE]}_all", []).append(row)
        elif languages.rest:
            kept.setdefault("other_all", []).append(row)
        else:
            dropped["language"] += 1
    return kept, dropped


def routed(rows, languages):
    report = ReadReport()
    parts = list(route(batches(iter(rows)), languages, report))
    return parts, report


def by_partition(parts):
    result = {}
    for name, batch in parts:
        result.setdefault(name, []).append(batch)
    return result


@given(documents, asked)
def test_every_document_is_in_the_partition_of_its_language_in_the_order_of_the_input(found, asked):
    rows, languages = rows_of(found), Languages.parse(asked)
    parts, report = routed(rows, languages)
    kept, dropped = slowly(rows, languages)
    ids = {name: [i for b in given for i in b["doc_id"].to_pylist()] for name, given in by_partition(parts).items()}
    assert ids == {name: [row[0] for row in given] for name, given in kept.items()}
    assert report.dropped == dropped
    assert len(rows) == sum(batch.num_rows for _, batch in parts) + sum(dropped.values())


@given(documents, asked)
def test_batches_close_by_the_rule_applied_to_the_documents_of_their_partition(found, asked):
    """With budget to spare; the same rule that closes the batches of a unit of one language."""
    rows, languages = rows_of(found), Languages.parse(asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(routing, "OPEN_BYTES", 10**9)
        parts, _ = routed(rows, languages)
    kept, _ = slowly(rows, languages)
    assert by_partition(parts) == {name: list(batches(iter(given))) for name, given in kept.items()}


@given(documents, asked)
def test_what_waits_in_all_partitions_together_is_bounded(found, asked):
    rows, languages = rows_of(found), Languages.parse(asked)
    seen = 0        # bytes of kept documents that the router was given

    def feed():
        nonlocal seen
        for batch in batches(iter(rows)):
            keep = slowly_kept(batch, languages)
            seen += int(sizes_of(batch)[keep].sum()) if keep else 0
            yield batch

    given_out = 0
    for _, batch in route(feed(), languages, ReadReport()):
        assert seen - given_out <= OPEN + 2 * BYTES + 200     # and a batch on its way in, with its last document
        given_out += int(sizes_of(batch).sum())
    assert given_out == seen


def slowly_kept(batch, languages):
    found = zip(batch["language"].to_pylist(), batch["language_score"].to_pylist(), strict=True)
    return [row for row, (name, score) in enumerate(found) if score >= 0.5 and languages.partition(name)]


@given(documents)
def test_sizes_are_those_that_close_batches(found):
    for batch in batches(iter(rows_of(found))):
        texts, titles = batch["raw_content"].to_pylist(), batch["title"].to_pylist()
        others = [batch["doc_id"].to_pylist(), batch["language"].to_pylist(), titles]
        expected = [
            len(text.encode()) + sum(len(column[row] or "") for column in others) for row, text in enumerate(texts)
        ]
        assert sizes_of(batch).tolist() == expected


def test_languages_are_read_and_written_in_one_form():
    assert str(Languages.parse("it, en")) == "en,it"
    assert str(Languages.parse("all")) == "de,en,es,fr,it,all"
    assert str(Languages.parse("ja,all,de")) == "de,ja,all"
    assert Languages.parse("de,en,es,fr,it") == Languages()
    for bad in ("", "en,", "other", "../x", "en de"):
        with pytest.raises(UserError, match="cannot read --languages"):
            Languages.parse(bad)


def test_a_batch_keeps_its_columns_and_types():
    (_, batch), = routed(rows_of([("en", 1.0, "text", None)]), Languages())[0]
    assert batch.schema == DOCUMENTS
    assert isinstance(batch, pa.RecordBatch)

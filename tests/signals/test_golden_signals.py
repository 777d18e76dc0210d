"""The values of the 34 signals that need no artefact, against the RedPajama-V2 reference's."""

import pytest
from golden import as_batch, computed, edge_documents, edge_golden, signals_of
from golden.unicode14 import changed_code_points

from rpdata.signals import CATALOGUE, schema
from rpdata.signals.columns import SPANS

DOCUMENTS, GOLDEN = edge_documents(), edge_golden()
OWN = [name for name, signal in CATALOGUE.items() if not signal.published and signal.artefact is None]
NAMES = [document["name"] for document in DOCUMENTS]


@pytest.fixture(scope="module")
def signals():
    return signals_of(as_batch(DOCUMENTS, [golden["id"] for golden in GOLDEN]))


def test_the_catalogue_has_the_names_of_the_reference_in_its_order():
    published = [name for name, signal in CATALOGUE.items() if signal.published]
    assert published == list(GOLDEN[0]["quality_signals"]) == list(CATALOGUE)[:45]


def test_what_is_not_computed_is_what_needs_an_artefact(signals):
    waiting = {name for name, signal in CATALOGUE.items() if signal.artefact}
    assert len([name for name in waiting if CATALOGUE[name].published]) == 11
    assert not waiting & set(signals.schema.names)
    assert schema([CATALOGUE[name].artefact for name in waiting]).names == ["doc_id", *SPANS, *CATALOGUE]


@pytest.mark.parametrize("row", range(len(NAMES)), ids=NAMES)
def test_signals_equal_the_reference(signals, row):
    if changed := changed_code_points(DOCUMENTS[row]["raw_content"]):
        pytest.skip(f"this Python's Unicode data changed {', '.join(changed)}")
    if "error" in GOLDEN[row]:
        pytest.skip(f"the reference has no values: {GOLDEN[row]['error']}")
    assert {name: spans_of(signals, row, name) for name in computed(GOLDEN[row])} == computed(GOLDEN[row])


def test_a_language_without_stop_list_has_null_for_the_fraction_and_all_other_published_signals(signals):
    row = NAMES.index("unknown_lang_pt")
    assert GOLDEN[row]["error"]
    values = signals.slice(row, 1).drop_columns(OWN).to_pylist()[0]
    assert {name for name, value in values.items() if value is None} == {"rps_doc_stop_word_fraction"}


def spans_of(signals, row, name):
    """A signal of a document in RedPajama-V2's form: [[start, end, value], ...]."""
    starts, ends, value = (signals[column][row].as_py() for column in ("line_start", "line_end", name))
    if not CATALOGUE[name].per_line:
        return [[0, ends[-1] if ends else 0, value]]
    if name == "rps_lines_start_with_bulletpoint" and not starts:
        return [[0, 0, None]]   # the reference's way to say that there is no line
    return [list(span) for span in zip(starts, ends, value, strict=True)]

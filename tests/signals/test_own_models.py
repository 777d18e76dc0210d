"""A classifier or target with a name of the user's own has signals of its own, and the published ones keep theirs."""

import pyarrow as pa
import pytest

from rpdata.signals import CATALOGUE, ModelStats, column_hashes, compute, named, schema
from rpdata.signals.own_models import names_fed_by, own_signals

POETRY, LAW = "rpdata_doc_ml_poetry_score", ("rpdata_doc_law_importance", "rpdata_doc_law_importance_per_word")


def test_they_are_columns_behind_those_of_the_catalogue():
    names = schema(["classifier.poetry", "importance.law"]).names
    assert names[-3:] == [POETRY, *LAW]
    assert names[:-3] == schema().names


@pytest.mark.parametrize("signal", own_signals(["classifier.poetry", "importance.law"]), ids=lambda s: s.name)
def test_each_is_found_by_its_name_and_says_what_it_is(signal):
    assert named(signal.name).artefact == signal.artefact
    entry = signal.describe()
    assert len(entry["definition"]) > 20
    assert entry["unit"]
    assert entry["source"]
    assert not entry["published"]


def test_their_values_are_the_models_rounded():
    said = ModelStats({
        "classifier.poetry": pa.array([0.123456789, None]),
        "importance.law": pa.array([-1.5, None]),
        "importance.law.per_word": pa.array([-0.25, None]),
    })
    found = compute([POETRY, *LAW], pa.RecordBatch.from_pydict({"doc_id": ["a", "b"]}), None, said)
    assert [values.to_pylist() for values in found.values()] == [[0.12345679, None], [-1.5, None], [-0.25, None]]


def test_an_artefact_of_the_catalogue_feeds_the_catalogue_alone():
    for signal in CATALOGUE.values():
        for artefact in filter(None, (signal.artefact, signal.filled_by)):
            assert names_fed_by(artefact) == []
    assert names_fed_by("domains.other") == names_fed_by("bad_words_of_mine") == []


def test_their_hashes_follow_the_artefact():
    one, other = (column_hashes({"classifier.poetry": value}) for value in "ab")
    assert {name for name in one if one[name] != other[name]} == {POETRY}
    with pytest.raises(KeyError):
        named("rps_doc_ml_poetry_score")

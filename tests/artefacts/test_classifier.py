"""Classifier scores, against the reference's."""

import pyarrow as pa
import pytest
from reference_pages import pages

from rpdata.artefacts.classifier import Classifier
from rpdata.artefacts.folder import store
from rpdata.errors import UserError

MODELS = ["en/wikiref", "de/wikipedia", "es/wikipedia", "fr/wikipedia", "it/wikipedia"]


def stored(folder, path, negative="__label__cc", name="model.bin"):
    facts = {"negative": negative}
    return store(folder, "classifier.good.en", "classifier", "en", {name: path}, facts=facts, made={})


@pytest.mark.parametrize("model", MODELS)
def test_scores_equal_the_references(shared, tmp_path, model):
    language, name = model.split("/")
    classifier = Classifier.load(stored(tmp_path, shared / f"golden/artifacts/classifiers/{model}.model.bin"))
    texts, golden = zip(*pages(shared, language, shards="0000"), strict=True)
    scores = classifier.scores(pa.array(texts)).to_pylist()
    expected = [signals[f"rps_doc_ml_{name}_score"] for signals in golden]
    assert [score is None for score in scores] == [value is None for value in expected]
    assert [score or 0.0 for score in scores] == pytest.approx([value or 0.0 for value in expected], abs=1e-6)
    assert len(scores) > 20


def test_white_space_alone_has_a_score_and_nothing_has_none(shared, tmp_path):
    classifier = Classifier.load(stored(tmp_path, shared / "golden/artifacts/classifiers/es/wikipedia.model.bin"))
    empty, blank = classifier.scores(pa.array(["", " \n"])).to_pylist()
    assert empty is None
    assert -1e-5 <= blank <= 1 + 1e-5


def test_an_artefact_that_is_no_classifier_is_refused(shared, tmp_path):
    model = shared / "golden/artifacts/classifiers/es/wikipedia.model.bin"
    with pytest.raises(UserError, match="did you mean __label__cc"):
        Classifier.load(stored(tmp_path / "label", model, negative="__label__c"))
    with pytest.raises(UserError, match="has 0 models"):
        Classifier.load(stored(tmp_path / "name", model, name="model"))
    torn = tmp_path / "torn"
    torn.write_bytes(model.read_bytes()[:-100])
    with pytest.raises(UserError, match="not a whole one"):
        Classifier.load(stored(tmp_path / "models", torn))

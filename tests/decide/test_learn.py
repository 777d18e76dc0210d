"""`learn`: what it makes is a recipe like others, decided without scikit-learn, and its report warns."""

import json
import pickle
import sys

import numpy as np
import polars as pl
import pytest
from deciding import build
from hypothesis import given, settings
from hypothesis import strategies as st

from rpdata.dataset import Dataset
from rpdata.decide import Recipe, col, learn, load_learned, rule
from rpdata.decide.difference import difference
from rpdata.decide.evaluate import decide
from rpdata.decide.explain import explain
from rpdata.decide.fitted import Thresholds
from rpdata.decide.learn_data import Side, training
from rpdata.decide.learn_fit import input_of
from rpdata.decide.learn_report import Weighed
from rpdata.decide.sample_row import SampleRow
from rpdata.decide.score import Input, Linear, Score, Trees
from rpdata.errors import UserError
from rpdata.recipe_names import recipe_named

DOCUMENTS = 400
numbers = st.floats(-1e6, 1e6)
signals = st.one_of(st.none(), numbers, st.just(float("nan")), st.just(float("inf")), st.integers(-9, 9).map(float))
inputs = st.tuples(numbers, numbers, numbers).map(sorted)


def documents(seed, wanted, sites=40, language=("en", "de")):
    """Documents of which positives have more of `good`, in the mean; `nothing` says nothing, `gone` is often null."""
    random = np.random.default_rng([seed, wanted])
    good = random.normal(float(wanted), 1, DOCUMENTS)
    return pl.DataFrame({
        "doc_id": [f"2026-34/0000/{'positives' if wanted else 'negatives'}.jsonl/{row}" for row in range(DOCUMENTS)],
        "source_domain": [f"{number}.example" for number in random.integers(0, sites, DOCUMENTS)],
        "language": random.choice(language, DOCUMENTS),
        "length": random.integers(100, 1000, DOCUMENTS),
        "good": pl.Series(good, strict=False).set(pl.Series(random.random(DOCUMENTS) < 0.1), None),
        "squared": (good - 0.5) ** 2,
        "nothing": random.normal(0, 1, DOCUMENTS),
        "gone": pl.Series(random.integers(0, 9, DOCUMENTS)).set(pl.Series(random.random(DOCUMENTS) < 0.7), None),
        "same": 1,
    })


@pytest.fixture(scope="module")
def sides():
    return {"positives": documents(0, True), "negatives": documents(0, False).lazy()}


@pytest.fixture(scope="module", params=["logistic", "trees"])
def learned(sides, request):
    return learn(**sides, model=request.param, name="mine", folds=3)


@st.composite
def scores(draw):
    made = tuple(
        Input(name, middle, low, high)
        for name, (low, middle, high) in zip("xyz", draw(st.tuples(*[inputs] * 3)), strict=True)
    )
    if draw(st.booleans()):
        return Score("some", made, Linear(draw(numbers), tuple(draw(st.lists(numbers, min_size=3, max_size=3)))))
    leaf = numbers.map(lambda number: ((-1, number, 0, 0),))
    split = st.tuples(st.integers(0, 2), numbers, numbers, numbers).map(
        lambda made: ((made[0], made[1], 1, 2), (-1, made[2], 0, 0), (-1, made[3], 0, 0))
    )
    return Score("some", made, Trees(draw(numbers), tuple(draw(st.lists(leaf | split, min_size=1, max_size=4)))))


def told(score, row):
    """The score by its definition; None where all signals are null."""
    known = [row[one.name] if row[one.name] == row[one.name] else None for one in score.inputs]
    if known == [None] * len(known):
        return None
    values = [
        sorted([one.low, one.median if value is None else value, one.high])[1]
        for one, value in zip(score.inputs, known, strict=True)
    ]
    if isinstance(score.model, Linear):
        total = score.model.intercept
        for weight, value in zip(score.model.weights, values, strict=True):
            total = total + weight * value
        return total
    total = score.model.base
    for tree in score.model.trees:
        if len(tree) == 1:
            total += tree[0][1]
        else:
            total += tree[1][1] if values[tree[0][0]] <= tree[0][1] else tree[2][1]
    return total


@settings(max_examples=60)
@given(
    scores(), st.lists(st.fixed_dictionaries(dict.fromkeys("xyz", signals)), min_size=1, max_size=5), numbers,
    st.sampled_from(["keep", "drop"]),
)
def test_columns_rows_and_explanations_say_what_the_definition_says(score, rows, bound, unknown):
    cut = Thresholds("some", score, (("", bound),), "its share", True, None)
    small = rule("small", col("x") <= 0)
    recipe = Recipe("some", (cut | small) & ~(~cut & small), unknown=unknown)
    frame = pl.DataFrame(rows, dict.fromkeys("xyz", pl.Float64))
    assert frame.with_columns(score.expr().alias("score"))["score"].to_list() == [told(score, row) for row in rows]
    assert decide(recipe, frame).keep.tolist() == [recipe(row) for row in rows]
    alone = Recipe("alone", cut, unknown=unknown)
    for keep, row in zip(decide(alone, frame).keep.tolist(), rows, strict=True):
        explained = explain(alone, "some", SampleRow(row))
        assert (explained.keep, explained.rules[0].value) == (keep, told(score, row))
        assert keep == (unknown == "keep" if told(score, row) is None else told(score, row) >= bound)


def test_it_learns_what_tells_the_sides_apart_and_says_how_well(learned):
    report = learned.report
    assert 0.68 < report.auc < 0.77     # of two normal distributions a deviation apart it is 0.76; a tenth are null
    assert report.signals[0].signal == "good"
    assert len(report.folds) == 3
    assert sum(fold.positives for fold in report.folds) == DOCUMENTS
    assert report.error < 0.06
    assert 0.4 < report.alone["length"] < 0.6
    assert {*report.languages} == {"de", "en"}
    assert any("gone (null for most of the positives)" in note and "same (" in note for note in report.notes)
    assert {one.name for one in learned.score.inputs} == {"good", "squared", "nothing"}
    assert "AUC" in str(report)


def test_a_signal_whose_low_values_are_of_positives_separates_as_well():
    assert [Weighed("s", 0.0, alone, (0.0, 0.0)).apart for alone in (0.0, 0.25, 0.5, 1.0)] == [
        "1.000 reversed", "0.750 reversed", "0.500", "1.000"
    ]


def test_the_same_data_give_the_same_recipe_and_other_data_another(learned, sides):
    kind = "trees" if isinstance(learned.score.model, Trees) else "logistic"
    assert learn(**sides, model=kind, name="mine", folds=3).hash == learned.hash
    some = learn(**sides, model=kind, name="mine", most=200, folds=2)
    assert some != learned
    assert 150 < sum(fold.positives for fold in some.report.folds) < 250


def test_it_is_a_recipe_like_others(learned):
    assert pickle.loads(pickle.dumps(learned)) == learned
    joined = learned & rule("long", col("length") >= 300)
    assert joined.score is learned.score
    assert joined.without("long") == learned
    assert [str(found) for found in difference(learned, joined).only_second] == ["long: length >= 300"]
    assert learned.score.digest in str(learned)
    assert not learned.is_fitted
    with pytest.raises(UserError, match=r"fit the recipe first"):
        learned({"quality_signals": {}})
    with pytest.raises(UserError, match=r"join them in a recipe file"):
        joined.save("never.json")
    with pytest.raises(UserError, match=r"no learned rule any more"):
        _ = joined.without("mine").score


def test_a_saved_one_is_the_same_and_one_that_was_changed_is_refused(learned, tmp_path):
    path = tmp_path / "mine.json"
    rule = learned.rule
    fitted = Thresholds(rule.name, rule.value, (("de", 0.25), ("en", -1.5)), "its share", True, rule.by)
    for recipe in (learned, type(learned)("mine", fitted, unknown="drop")):
        recipe.save(path)
        loaded = recipe_named(str(path))
        assert loaded == recipe
        assert (loaded.report, str(loaded)) == (recipe.report, str(recipe))
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "thresholds": [["en", 0.0]]}))
    with pytest.raises(UserError, match=r"was changed by hand"):
        load_learned(path)
    path.write_text(json.dumps({**data, "score": {**data["score"], "trees": [[[0, 0.5, 0, 0]]], "base": 0}}))
    with pytest.raises(UserError, match=r"no file of a learned recipe .*leads nowhere"):
        load_learned(path)
    path.write_text("[]")
    with pytest.raises(UserError, match=r"no file of a learned recipe"):
        load_learned(path)


def test_nothing_but_learning_needs_scikit_learn(learned, sides, tmp_path, monkeypatch):
    learned.save(tmp_path / "mine.json")
    frame = sides["positives"]
    expected = learned.score.of_frame(frame)
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"] + ["sklearn"]:
        monkeypatch.setitem(sys.modules, name, None)
    assert (load_learned(tmp_path / "mine.json").score.of_frame(frame) == expected).all()
    with pytest.raises(UserError, match=r"pip install 'rpdata\[learn\]'"):
        learn(**sides)


def test_so_many_documents_of_each_language_are_kept(tmp_path):
    build(tmp_path)
    dataset = Dataset.open(tmp_path)
    frame = dataset.scan(["quality_signals"])
    learned = learn(
        ["score", "words"], keep=0.25,
        positives=frame.filter(pl.col("words") >= 40), negatives=frame.filter(pl.col("words") < 60),
    )
    fitted = learned.fit(dataset)
    assert fitted.is_fitted
    found = frame.select("language", "score", "words").collect()
    kept = found.with_columns(pl.Series("keep", decide(fitted, found).keep)).group_by("language").agg(
        pl.col("keep").mean()
    )
    assert all(0.25 <= share < 0.3 for share in kept["keep"])
    assert any("words alone" in note and "chosen by it" in note for note in learned.report.notes)
    assert any("are on both sides" in note for note in learned.report.notes)


def test_what_only_tells_where_documents_come_from_is_left_out_or_named(sides):
    frame = documents(3, True)
    beside = frame.select("doc_id", "language")
    values = frame.select("good", "nothing", "squared")
    positives = Side("positives", values, beside, {"good": "a model", "squared": "code"})
    negatives = Side("negatives", documents(3, False).select("good", "nothing"), documents(3, False).select("doc_id"),
                     {"good": "another model"})
    data = training(positives, negatives, None)
    assert data.names == ["nothing"]
    assert "good (positives have it by another model" in data.notes[0]
    assert "squared (the negatives lack it)" in data.notes[0]
    with pytest.raises(UserError, match=r"`good`: positives have it by another model.*(?s:.*)computed alike"):
        training(positives, negatives, ["good"])
    short = sides["negatives"].collect().with_columns(pl.col("length") // 10, language=pl.lit("fr"))
    shy = learn(["nothing", "good"], positives=sides["positives"], negatives=short)
    assert shy.report.alone == {"language": 1.0, "length": pytest.approx(1, abs=0.01)}
    assert sum("alone tells positives from negatives nearly as well" in note for note in shy.report.notes) >= 2
    assert shy.report.languages == {}


def test_what_cannot_be_learned_is_refused(sides):
    for arguments, said in (
        ({"keep": 0}, "would keep nothing"),
        ({"keep": 1.5}, "between 0 and 1"),
        ({"model": "tree"}, "trees"),
        ({"folds": 1}, "at least 2"),
        ({"signals": ["god"]}, "good"),
        ({"signals": ["language"]}, "no number"),
        ({"signals": ["gone"]}, "null for most"),
        ({"positives": sides["positives"].head(9)}, "there are 9 positives"),
        ({"positives": 7}, "give a dataset"),
        ({"negatives": sides["positives"]}, "nearly all negatives are positives too"),
        ({"positives": sides["negatives"].with_columns(doc_id="x" + pl.col("doc_id"))}, "no better than a guess"),
    ):
        with pytest.raises(UserError, match=said):
            learn(**{**sides, **arguments})


@pytest.mark.parametrize(("place", "value"), [
    (("hash",), None), (("title",), 5), (("title",), "\ud800"), (("report", "error"), None),
    (("report", "alone"), None), (("report", "signals"), [{"signal": "a", "drop": [], "alone": 0, "nulls": [0, 0]}]),
    (("score", "trees"), [[[float("inf"), 1, 0, 0]]]),
])
def test_a_file_of_a_learned_recipe_with_a_hole_is_refused_and_no_traceback(learned, tmp_path, place, value):
    path = tmp_path / "mine.json"
    learned.save(path)
    told = json.loads(path.read_text())
    holder = told
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    if place == ("hash",):
        del told["hash"]
    path.write_text(json.dumps(told))
    with pytest.raises(UserError, match=r"is no file of a learned recipe"):
        load_learned(path)
    path.write_text("[" * 100_000)
    with pytest.raises(UserError, match=r"is no file of a learned recipe"):
        load_learned(path)


def test_a_signal_of_which_a_fold_knows_nothing_is_named():
    with pytest.raises(UserError, match="`x` is null of every document that a fold fits its model to"):
        input_of("x", np.full(3, np.nan))

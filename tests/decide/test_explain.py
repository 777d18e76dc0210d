"""One document explained: its values, what is asked, how far off; nested rules below the one that they make up."""

import math

import pytest

from rpdata.decide import Recipe, col, rule
from rpdata.decide.explain import explain
from rpdata.decide.fitted import Thresholds
from rpdata.decide.sample_row import SampleRow

ROW = {"x": 2.5, "y": None, "site": "a.example", "language": "de"}


def explained(asked):
    return explain(Recipe("some", asked), "1", SampleRow(ROW)).rules


@pytest.mark.parametrize(
    ("condition", "verdict", "value", "off"),
    [
        (col("x") >= 4, "fails", 2.5, 1.5),
        (col("x") > 2.5, "fails", 2.5, 0.0),
        (col("x").is_between(0, 2), "fails", 2.5, 0.5),
        (col("x").is_between(3, 9), "fails", 2.5, 0.5),
        (col("x") == 2, "fails", 2.5, 0.5),
        (col("x") <= 4, "passes", 2.5, None),
        (col("x") != 2.5, "fails", 2.5, None),
        (col("y") >= 4, "abstains", None, None),
        (col("x") / (col("x") - 2.5) >= 4, "abstains", None, None),
        (col("site").is_in(["b.example"]), "fails", "a.example", None),
    ],
)
def test_a_rule_is_told_with_its_value_and_how_far_off_it_is(condition, verdict, value, off):
    (told,) = explained(rule("r", condition, source="A1"))
    assert (told.verdict, told.value, told.off, told.source) == (verdict, value, off, "A1")
    assert told.condition == str(condition)


def test_infinite_values_are_words_in_json_where_null_would_say_that_nothing_is_known():
    ratio = col("x") / col("tiny")
    recipe = Recipe("some", rule("low", ratio <= 3) & rule("high", -1 * ratio >= 3) & rule("none", col("y") > 0))
    told = explain(recipe, "1", SampleRow({"x": 1e300, "tiny": 1e-300, "y": None})).as_dict()["rules"]
    assert [(each["value"], each["off"]) for each in told] == [
        ("Infinity", "Infinity"), ("-Infinity", "Infinity"), (None, None)
    ]
    assert float(told[1]["value"]) == -math.inf


def test_what_a_rule_is_made_of_stands_below_it():
    low, known = rule("low", col("x") <= 1), rule("known", col("y") > 0)
    told = explained(~(low | known))
    assert [(each.rule, each.depth, each.verdict) for each in told] == [
        ("~(known | low)", 0, "abstains"), ("known | low", 1, "abstains"), ("low", 2, "fails"),
        ("known", 2, "abstains"),
    ]


def test_rules_for_other_languages_are_left_out():
    strict, lax, both = rule("r", col("x") <= 1), rule("r", col("x") <= 9), rule("both", col("x") > 0)
    told = explained((strict & both).for_language("de", lax & both).for_language("fr", None))
    assert [(each.rule, each.verdict, each.value, each.condition) for each in told] == [
        ("both [not fr]", "passes", 2.5, "x > 0"), ("r [de]", "passes", 2.5, "x <= 9")
    ]


def test_a_fitted_quantile_is_explained_by_the_threshold_of_its_language():
    thresholds = (("de", 4.0), ("en", 1.0))
    (told,) = explained(Thresholds("q", col("x"), thresholds, ">= its quantile 0.3 by language", True, "language"))
    assert (told.verdict, told.value, told.off) == ("fails", 2.5, 1.5)

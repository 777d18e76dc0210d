"""One recipe, three ways: over columns, on a row of RedPajama-V2, and by the definitions. They say the same."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_kleene import LINES, NUMBERS, built, rows, rules, truth

from rpdata.decide import Recipe, all_of, col, line, quantile, rule
from rpdata.decide.evaluate import decide
from rpdata.errors import UserError

SCHEMA = {
    "doc_id": pl.String, "language": pl.String, "source_domain": pl.String, "x": pl.Float64, "y": pl.Float64,
    "n": pl.Int64, "rps_lines_a": pl.List(pl.Int8), "rps_lines_b": pl.List(pl.Int32),
    "names": pl.List(pl.String),
}


def frame_of(found: list[dict]) -> pl.DataFrame:
    return pl.DataFrame(found, SCHEMA)


def sample_of(row: dict) -> dict:
    """The row as RedPajama-V2 publishes it."""
    signals = {name: [[0, 9, row[name]]] for name in NUMBERS}
    lines = {
        name: [[start, start + 1, value] for start, value in enumerate(row[name])]
        for name in LINES if row[name] is not None
    }
    return {
        "doc_id": row["doc_id"],
        "names": row["names"],
        "raw_content": "",
        "meta": json.dumps({"language": row["language"], "source_domain": row["source_domain"]}),
        "quality_signals": json.dumps({**signals, **lines}),
    }


def recipe_of(spec: tuple, unknown: str) -> Recipe:
    return Recipe("some", built(spec), unknown=unknown)


@given(rules, st.lists(rows, min_size=1, max_size=6), st.sampled_from(["keep", "drop"]))
def test_columns_say_what_the_definitions_say(spec, found, unknown):
    recipe = recipe_of(spec, unknown)
    verdicts = decide(recipe, frame_of(found))
    told = [truth(spec, row) for row in found]
    assert verdicts.keep.tolist() == [kept is True or (kept is None and unknown == "keep") for kept in told]
    for failed, abstained, kept in zip(verdicts.failed, verdicts.abstained, told, strict=True):
        assert failed.any() == (kept is False)
        assert kept is not True or not abstained.any()
        assert not (failed & abstained).any()


@given(rules, rows, st.sampled_from(["keep", "drop"]))
def test_a_row_of_redpajama_is_decided_as_its_columns_are(spec, row, unknown):
    recipe = recipe_of(spec, unknown)
    if any(row[name] is None for name in LINES):
        row = {**row, **{name: row[name] or [] for name in LINES}}     # its JSON has no null for a list
    kept = truth(spec, row)
    assert recipe(sample_of(row)) == (kept is True or (kept is None and unknown == "keep"))


@given(st.lists(st.tuples(st.just("rule"), rules), min_size=1, max_size=4), st.lists(rows, min_size=1, max_size=4))
def test_every_rule_that_fails_or_cannot_tell_is_named(specs, found):
    parts = [rule(f"r{number}", built(spec)) for number, (_, spec) in enumerate(specs)]
    recipe = Recipe("some", all_of(*parts))
    batch = decide(recipe, frame_of(found)).batch(frame_of(found)["doc_id"].cast(pl.String).to_arrow().cast("string"))
    for row, told in zip(found, batch.to_pylist(), strict=True):
        truths = {f"r{number}": truth(spec, row) for number, (_, spec) in enumerate(specs)}
        names = [part.name for part in recipe.table]
        assert [names[number] for number in told["failed"]] == sorted(n for n, v in truths.items() if v is False)
        assert [names[number] for number in told["abstained"]] == sorted(n for n, v in truths.items() if v is None)


def test_nothing_divided_by_nothing_is_null_and_not_false():
    recipe = Recipe("ratio", rule("ratio", col("x") / col("y") <= 0.5))
    found = decide(recipe, pl.DataFrame({"x": [0.0, 1.0, 1.0], "y": [0.0, -0.0, 4.0]}))
    assert found.keep.tolist() == [True, True, True]
    assert found.abstained.tolist() == [[True], [True], [False]]


@pytest.mark.parametrize(("kind", "largest"), [(pl.Int32, 2**31 - 1), (pl.UInt32, 2**32 - 1), (pl.Int64, 2**62)])
def test_sums_of_large_counts_do_not_go_round(kind, largest):
    counts = [[largest, largest, None], [largest], [None], [], None]
    frame = pl.DataFrame({"counts": counts}, {"counts": pl.List(kind)})
    mean = rule("mean", line("counts").mean() == largest)
    recipe = Recipe("some", mean & rule("sum", col("counts").sum() > largest))
    verdicts = decide(recipe, frame)
    assert verdicts.failed[:, 1].tolist() == [False, True, True, True, False]
    assert verdicts.failed[:, 0].tolist() == [False] * 5
    assert verdicts.keep.tolist() == [recipe({"counts": each}) for each in counts]


def test_a_list_of_names_may_have_gaps():
    recipe = Recipe("some", rule("named", col("names").has_any(["a"])))
    names = [["a", None], [None], None]
    assert decide(recipe, pl.DataFrame({"names": names})).keep.tolist() == [True, False, True]
    assert [recipe({"names": each}) for each in names] == [True, False, True]


def test_a_recipe_without_rules_keeps_everything():
    found = decide(Recipe("all", all_of()), pl.DataFrame({"doc_id": ["a", "b"]}))
    assert found.keep.tolist() == [True, True]
    assert found.failed.shape == (2, 0)


def test_a_row_of_plain_columns_is_decided_too():
    recipe = Recipe("long", rule("long", col("words") >= 3) & rule("bullets", col("bullets").sum() <= 1))
    assert recipe({"words": 3, "bullets": [1, 0, None]})
    assert not recipe({"words": 3, "bullets": [1, 1]})


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        ({"quality_signals": "{}"}, "the row has no `words`.*rpdata filter OUT"),
        ({"quality_signals": "{"}, "the row's quality_signals is no JSON"),
        ({"quality_signals": "[]"}, "is list, not a dict"),
        ({"words": ["many"]}, "words has a value for each line"),
        ({"words": "many"}, "words is no number, but 'many'"),
        ({"quality_signals": {"words": [[0, 1, 1], [1, 2, 1]]}}, r"a value for each line: add them up.*\.sum\(\)"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(sample, message):
    with pytest.raises(UserError, match=message):
        Recipe("long", rule("long", col("words") >= 3))(sample)


def test_what_a_row_of_redpajama_cannot_have_is_told_with_the_way_out():
    row = {"quality_signals": {"rps_doc_word_count": [[0, 1, 3.0]]}}
    with pytest.raises(UserError, match=r"published signals only.*rpdata filter OUT .* such as gopher\.published"):
        Recipe("own", rule("own", col("rpdata_doc_tokens") >= 3))(row)
    lines = rule("own", line("rpdata_lines_sentences").sum() >= 3)
    with pytest.raises(UserError, match="the row has no `rpdata_lines_sentences`: rows of RedPajama-V2"):
        Recipe("own", lines)(row)


def test_a_recipe_that_was_not_fitted_says_so_on_a_row():
    with pytest.raises(UserError, match=r"depends on the whole dataset: fit the recipe first, recipe\.fit"):
        Recipe("top", quantile("x", at_least=0.3))({"x": 1})

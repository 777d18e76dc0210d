"""What a rule says of a document by some columns only, it says whatever the others turn out to be."""

from hypothesis import given
from hypothesis import strategies as st
from slow_kleene import built, rows, rules, truth

from rpdata.decide import col, rule
from rpdata.decide.foresee import NotYet, foreseen, is_foreseeable
from rpdata.decide.sample_row import SampleRow

OTHERS = ("y", "n", "rps_lines_b")


@given(rules, rows, st.lists(rows, min_size=1, max_size=4))
def test_what_is_foreseen_comes_true_whatever_the_other_columns_are(spec, row, continuations):
    first = foreseen(built(spec), {*row} - {*OTHERS})
    assert not {*first.columns} & {*OTHERS}
    said = first.of(SampleRow({name: value for name, value in row.items() if name not in OTHERS}))
    for other in [dict.fromkeys(OTHERS), *continuations]:
        whole = {**row, **{name: other[name] for name in OTHERS}}
        whole["rps_lines_b"] = whole["rps_lines_b"] or []
        assert said is None or truth(spec, whole) is said


@given(rules, rows)
def test_what_looks_at_known_columns_only_is_foreseen_as_it_is(spec, row):
    assert foreseen(built(spec), row) == built(spec)


def test_a_rule_of_which_nothing_can_be_told_says_so():
    known, other = rule("known", col("x") >= 1), rule("other", col("y") >= 1)
    assert not is_foreseeable(foreseen(other.for_language("de", None), {"x", "language"}))
    assert is_foreseeable(foreseen(known | other, {"x"}))
    assert foreseen(known | other, {"x"}) == known | NotYet()

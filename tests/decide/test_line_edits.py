"""Edits that drop lines: what comes after them sees the lines that are left, and nothing else of the text."""

import json
import pickle

import polars as pl
import pyarrow as pa
import pytest
from edited_rows import COLUMNS, built, rows, steps, told
from golden import as_batch, signals_of
from hypothesis import given, settings
from hypothesis import strategies as st

from rpdata.decide import Recipe, all_of, any_of, col, drop_lines, line, lines, quantile, rule, share
from rpdata.decide.contradictions import contradictions
from rpdata.decide.difference import difference
from rpdata.decide.edited_texts import edited_texts
from rpdata.decide.evaluate import decide, schema_of
from rpdata.decide.explain import explain
from rpdata.decide.sample_row import SampleRow
from rpdata.errors import UserError
from tests.text.nasty import texts

LIST = pl.List(pl.Int32)
FRAME = {
    "language": pl.String, "words": pl.Int32, "a": LIST, "b": LIST, "u": pl.List(pl.Float64), "line_start": LIST,
    "line_end": LIST,
}
SHORT = drop_lines("short", line("rps_lines_num_words") < 3, source="2.2")
ODD_END = drop_lines("odd_end", line("rps_lines_ending_with_terminal_punctution_mark") == 0)
WORDY = rule("wordy", col("rps_doc_word_count") >= 5)
LONG = rule("long", line("rps_lines_num_words").sum() >= 9)
WORDS_A_LINE = rule("words_a_line", line("rps_lines_num_words").mean() >= 3)
SHOUTED = rule("shouted", share(line("rps_lines_uppercase_letter_fraction") > 0.2) <= 0.5)
LINES = rule("lines", lines() >= 2)


@given(steps, st.lists(rows(), min_size=1, max_size=4))
def test_columns_and_rows_say_what_the_definitions_say(spec, found):
    recipe = built(spec)
    verdicts = decide(recipe, pl.DataFrame(found, FRAME))
    for number, row in enumerate(found):
        said, dropped = told(spec, row)
        assert {
            part.name.split(" [")[0]: None if verdicts.abstained[number, place] else not verdicts.failed[number, place]
            for place, part in enumerate(recipe.table)
        } == said
        counted = (verdicts.dropped_lines, verdicts.dropped_characters, verdicts.unknown_lines)
        assert [tuple(map(int, each)) for each in zip(*(of[number] for of in counted), strict=True)] == dropped
        assert recipe(row) is (False not in said.values())


@settings(max_examples=40)
@given(st.lists(texts, min_size=1, max_size=4))
def test_rules_after_edits_say_what_they_say_of_the_text_that_was_written_out(found):
    asked = all_of(LONG, WORDS_A_LINE, SHOUTED, LINES)
    recipe = Recipe("edited", all_of(SHORT, ODD_END, asked))
    frame, whole = annotated(found)
    written, starts, ends = edited_texts(recipe, whole, frame)
    again, _ = annotated(written.to_pylist())
    one, other = decide(recipe, frame), decide(Recipe("plain", asked), again)
    assert one.failed.tolist() == other.failed.tolist()
    assert one.abstained.tolist() == other.abstained.tolist()
    for text, left, *spans in zip(found, written.to_pylist(), starts.to_pylist(), ends.to_pylist(), strict=True):
        assert left == "".join(text[start:end] for start, end in zip(*spans, strict=True))
    sizes = [len(text) - len(left) for text, left in zip(found, written.to_pylist(), strict=True)]
    assert one.dropped_characters.sum(axis=1).tolist() == sizes


def annotated(found: list[str]) -> tuple[pl.DataFrame, pa.StringArray]:
    records = [{"raw_content": text, "language": "en"} for text in found]
    batch = as_batch(records, [str(number) for number in range(len(found))])
    frame = pl.from_arrow(signals_of(batch))
    assert isinstance(frame, pl.DataFrame)
    return frame, batch["raw_content"]


def test_texts_that_are_null_or_a_slice_are_edited_too():
    frame, whole = annotated(["One two three.\nno\nEnd of the third line.", "", "Zwei ü drei.\n\n"])
    recipe = Recipe("some", SHORT & ODD_END)
    written, starts, ends = edited_texts(recipe, whole, frame)
    assert written.to_pylist() == ["One two three.\nEnd of the third line.", "", "Zwei ü drei.\n"]
    assert (starts.to_pylist(), ends.to_pylist()) == ([[0, 18], [], [0]], [[15, 40], [], [13]])
    assert edited_texts(recipe, whole.slice(1), frame.slice(1))[0].to_pylist() == ["", "Zwei ü drei.\n"]
    nothing = pa.array([None, ""], pa.string())
    of_nothing = edited_texts(recipe, nothing, annotated(["", ""])[0])
    assert [of.to_pylist() for of in of_nothing] == [[None, ""], [None, []], [None, []]]
    with pytest.raises(UserError, match="does not belong to these lines"):
        edited_texts(recipe, pa.array(["a\nb", "", ""]), frame)


def test_a_row_of_redpajama_has_its_lines_in_its_spans():
    recipe = Recipe("some", SHORT & LINES & LONG)
    words = [[0, 30, 6.0], [30, 33, 1.0], [33, 60, 5.0]]
    assert recipe({"quality_signals": json.dumps({"rps_lines_num_words": words})})
    assert not recipe({"quality_signals": json.dumps({"rps_lines_num_words": words[:2]})})
    empty = {"rps_lines_num_words": [], "rps_lines_start_with_bulletpoint": [[0, 0, None]]}
    bullets = drop_lines("bullets", line("rps_lines_start_with_bulletpoint") == 1)
    assert Recipe("some", bullets & rule("none", lines() == 0))({"quality_signals": empty})
    with pytest.raises(UserError, match="no line at all"):
        Recipe("some", rule("none", lines() == 0))({"quality_signals": {"rps_doc_word_count": [[0, 9, 2]]}})


def test_the_order_counts_beside_an_edit_and_nowhere_else():
    assert WORDY & LONG & SHORT == LONG & WORDY & SHORT
    assert SHORT & LONG & LINES == SHORT & LINES & LONG & SHORT & LONG
    assert LONG & SHORT & LINES != SHORT & LONG & LINES
    assert SHORT & ODD_END & LONG != SHORT & LONG & ODD_END
    one, other = Recipe("a", WORDY & SHORT & LONG & LINES), Recipe("b", WORDY & SHORT & LINES & LONG)
    assert (one.hash, one.edits, len(one.rules)) == (other.hash, (SHORT,), 3)
    there = pickle.loads(pickle.dumps(one))
    assert (there, str(there)) == (one, str(one))
    assert str(one).splitlines()[1:] == [
        "    wordy: rps_doc_word_count >= 5", "    short: drop lines where rps_lines_num_words < 3",
        "    long: sum(rps_lines_num_words) >= 9", "    lines: lines >= 2",
    ]
    assert str(SHOUTED) == "shouted: share(rps_lines_uppercase_letter_fraction > 0.2) <= 0.5"


def test_an_edit_is_left_away_and_its_threshold_replaced_like_a_rule():
    recipe = Recipe("some", WORDY & SHORT & LONG)
    assert recipe.without("short").edits == ()
    assert recipe.replace("short", high=5).edits == (drop_lines("short", line("rps_lines_num_words") < 5),)
    assert recipe.replace("short", ODD_END).edits == (ODD_END,)


def test_a_language_of_its_own_sees_its_own_edits():
    recipe = Recipe("some", SHORT & LONG).for_language("de", LONG & ODD_END & LINES)
    frame, _ = annotated(["Nine words in this line, and that is enough\nno."] * 2)
    verdicts = decide(recipe, frame.with_columns(language=pl.Series(["en", "de"])))
    assert verdicts.dropped_lines.tolist() == [[1, 0], [0, 1]]
    assert verdicts.keep.tolist() == [True, False]          # one line is left of the second
    whole = Recipe("some", SHORT & LONG).for_language("de", WORDY)
    assert "wordy [de]" in {part.name for part in whole.rules}
    same = Recipe("some", SHORT & LONG)
    assert same.for_language("de", same) == same


def test_what_an_edit_does_to_a_document_is_explained():
    words = [[0, 30, 6.0], [30, 33, 1.0], [33, 60, None]]
    found = explain(Recipe("some", SHORT & LONG), "1", SampleRow({"quality_signals": {"rps_lines_num_words": words}}))
    assert [(each.rule, each.verdict, each.value, each.condition) for each in found.rules] == [
        ("short", "edits", "1 of 3 lines", "drops lines where rps_lines_num_words < 3"),
        ("long", "fails", 6.0, "sum(rps_lines_num_words) >= 9"),
    ]
    assert found.rules[0].source == "2.2"


def test_rules_on_both_sides_of_an_edit_are_told_apart():
    first, second = Recipe("a", LONG & SHORT), Recipe("b", SHORT & LONG)
    found = difference(first, second)
    assert not found.is_empty
    assert [(str(one), str(other)) for one, other in found.changed] == [
        ("long: sum(rps_lines_num_words) >= 9", "long: sum(rps_lines_num_words) >= 9, after short")
    ]
    assert [part.name for part in found.common] == ["short"]
    swapped = difference(Recipe("a", SHORT & ODD_END), Recipe("b", ODD_END & SHORT))
    assert (swapped.is_empty, swapped.changed, swapped.has_other_order) == (False, [], True)
    assert swapped.as_dict()["other_order"]
    assert not found.as_dict()["other_order"]
    english = rule("english", col("language").is_in(["en"]))
    moved = difference(Recipe("a", english & SHORT & ODD_END), Recipe("b", SHORT & english & ODD_END))
    assert (moved.is_empty, moved.has_other_order, moved.as_dict()["changed"]) == (True, False, [])
    assert difference(Recipe("a", english), Recipe("b", english, unknown="drop")).is_empty is False
    few = rule("few", line("rps_lines_num_words").sum() < 9)
    assert contradictions(Recipe("some", few & SHORT & LONG)) == []
    assert contradictions(Recipe("some", SHORT & few & LONG)) == [
        "few and long can't both be met: sum(rps_lines_num_words) < 9, and sum(rps_lines_num_words) >= 9"
    ]
    never = drop_lines("never", line("a").is_between(2, 1))
    assert contradictions(Recipe("some", never & LONG)) == ["never drops no line: 2 <= a <= 1"]


def test_only_recipes_with_edits_have_columns_of_edits():
    assert "dropped_lines" in schema_of(2).names
    assert schema_of(0).names == ["doc_id", "keep", "failed", "abstained"]


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: SHORT & WORDY, r"`rps_doc_word_count`, which is of the whole text, after short .*Put it before"),
        (lambda: Recipe("a", SHORT & LONG) & Recipe("b", WORDY), "the rule wordy reads"),
        (lambda: SHORT & quantile(line("a").sum(), at_least=0.5), "is fitted to whole texts and comes after short"),
        (lambda: SHORT | WORDY, r"short drops lines and is neither true nor false .* cannot stand in \|"),
        (lambda: any_of(WORDY, WORDY & SHORT), r"cannot stand in \|"),
        (lambda: ~(WORDY & SHORT), "cannot stand in ~"),
        (lambda: rule("a", WORDY & SHORT), "cannot stand in the rule a"),
        (lambda: rule("a", line("words") > 3), "asks of a line what rules ask of a document.*drop_lines"),
        (lambda: rule("a", line("words") / col("n") > 3), "asks of a line"),
        (lambda: drop_lines("a", col("words") > 3), r"the edit 'a' wants a condition about a line, not words > 3"),
        (lambda: drop_lines("a", WORDY), "wants a condition about a line"),
        (lambda: drop_lines("a b ", line("x") > 3), "a rule cannot be called"),
        (lambda: share(col("words") > 3), r"share\(\) wants a condition about a line"),
        (lambda: quantile(line("words"), at_least=0.5), r"is a number of a line: write line\(...\)\.sum\(\)"),
    ],
)
def test_an_edit_stands_only_where_it_means_something(mistake, message):
    with pytest.raises(UserError, match=message):
        mistake()


def test_lists_that_are_not_of_the_same_lines_are_refused():
    row = {"words": 3, "a": [1, 2], "b": [1], "line_start": [0, 1], "line_end": [1, 2]}
    recipe = Recipe("some", drop_lines("one", line("a") == 1) & rule("b", line("b").sum() > 0))
    with pytest.raises(UserError, match="b has not as many values as the document has lines"):
        recipe(row)
    with pytest.raises(UserError, match="b has not as many values as the document has lines"):
        decide(recipe, pl.DataFrame([row], {name: kind for name, kind in FRAME.items() if name in row}))
    absent = {**row, "b": None}
    assert recipe(absent)
    assert decide(recipe, pl.DataFrame([absent], {n: FRAME[n] for n in absent})).abstained.tolist() == [[True]]
    assert COLUMNS[1] in absent

"""Rules and recipes as values: what makes two the same, what changes them, what is refused."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_kleene import LANGUAGES, built, rows, rules, truth
from test_evaluation import frame_of

from rpdata.decide import Recipe, all_of, any_of, col, rule
from rpdata.decide.contradictions import contradictions
from rpdata.decide.difference import difference
from rpdata.decide.evaluate import decide
from rpdata.errors import UserError

LONG = rule("long", col("words").is_between(50, 100_000), source="A1")
SHORT_WORDS = rule("short_words", col("letters") / col("words") <= 10, source="A1")
CLEAN = rule("clean", col("domain").is_in(["a.example", "b.example"]))


@given(st.lists(rules, min_size=1, max_size=4), st.randoms(use_true_random=False), st.sampled_from([all_of, any_of]))
def test_order_grouping_and_repetition_do_not_change_a_recipe(specs, random, join):
    parts = [built(spec) for spec in specs]
    shuffled = [*parts, random.choice(parts)]
    random.shuffle(shuffled)
    cut = random.randrange(len(shuffled))
    grouped = join(join(*shuffled[:cut]), join(*shuffled[cut:])) if cut else join(*shuffled)
    one, other = Recipe("one", join(*parts)), Recipe("other", grouped, title="said otherwise")
    assert one.hash == other.hash
    assert one == other
    assert [part.name for part in one.table] == [part.name for part in other.table]


@given(rules, rules, rows)
def test_recipes_of_one_hash_say_the_same(one, other, row):
    if Recipe("one", built(one)).hash == Recipe("other", built(other)).hash:
        assert truth(one, row) == truth(other, row)


@given(rules)
def test_a_recipe_survives_the_way_to_a_worker(spec):
    recipe = Recipe("some", built(spec))
    there = pickle.loads(pickle.dumps(recipe))
    assert there == recipe
    assert str(there) == str(recipe)


@given(rules, st.sampled_from(LANGUAGES), st.one_of(st.none(), rules), st.lists(rows, min_size=1, max_size=4))
def test_a_language_is_decided_by_its_own_rule_alone(spec, language, own, found):
    changed = built(spec).for_language(language, None if own is None else built(own))
    verdicts = decide(Recipe("some", changed, unknown="drop"), frame_of(found))
    for keep, row in zip(verdicts.keep, found, strict=True):
        kept = truth(spec, row) if row["language"] != language else True if own is None else truth(own, row)
        assert keep == (kept is True)


def test_a_rule_is_left_away_wherever_it_stands():
    whole = LONG & (SHORT_WORDS | CLEAN) & ~CLEAN
    assert whole.without("clean") == LONG & SHORT_WORDS
    assert whole.without("short_words") == LONG & CLEAN & ~CLEAN
    assert LONG.without("long") == all_of()
    assert rule("either", LONG | CLEAN).without("long") == rule("either", CLEAN)


def test_a_threshold_is_replaced_and_the_rest_stays():
    whole = (LONG & SHORT_WORDS).replace("long", low=30)
    assert whole == rule("long", col("words").is_between(30, 100_000)) & SHORT_WORDS
    assert whole != LONG & SHORT_WORDS
    strict = rule("some", col("x") > 3).replace("some", low=4)
    assert strict == rule("some", col("x") > 4)
    assert LONG.replace("long", CLEAN) == CLEAN


def test_a_second_word_on_a_language_is_the_last():
    twice = LONG.for_language("de", CLEAN).for_language("de", SHORT_WORDS)
    assert twice == LONG.for_language("de", SHORT_WORDS)
    assert LONG.for_language("de", LONG) == LONG
    assert (LONG & CLEAN).for_language("de", CLEAN) == LONG.for_language("de", None) & CLEAN


@pytest.mark.parametrize(
    ("language", "message"),
    [
        (["de"], r"the code of one language, such as 'de', and not \['de'\]"), ("", "the code of one language"),
        (None, "the code of one language"), ("DE", "lower case, write de"), ("deu", "write de"),
        ("ee-x", None), ("xq", "unknown language 'xq'"), ("zh-Hant", None), ("arz", None), ("sh", None),
    ],
)
def test_a_rule_is_for_a_language_that_documents_can_have(language, message):
    if message is None:
        assert LONG.for_language(language, CLEAN) != LONG
        return
    for asked in (LONG, Recipe("a", LONG)):
        with pytest.raises(UserError, match=message):
            asked.for_language(language, CLEAN)


def test_a_recipe_is_no_rule_for_a_language():
    with pytest.raises(UserError, match=r"of a recipe take its \.rule"):
        LONG.for_language("de", Recipe("b", CLEAN))


def test_a_recipe_takes_what_a_rule_takes():
    both = Recipe("a", LONG) & Recipe("b", SHORT_WORDS)
    assert (both.name, both) == ("a_b", Recipe("c", SHORT_WORDS & LONG))
    assert (LONG & Recipe("b", SHORT_WORDS) & CLEAN).without("clean") == both
    assert Recipe("a", LONG).replace("long", low=1) == Recipe("a", LONG.replace("long", low=1))
    assert Recipe("a", LONG, unknown="drop") != Recipe("a", LONG)


def test_a_recipe_reads_like_its_paper():
    recipe = Recipe("some", LONG & SHORT_WORDS & (CLEAN | ~LONG), title="Some rules").for_language("de", LONG)
    assert str(Recipe("some", LONG, title="Long ones")) == "some: Long ones\n    long: 50 <= words <= 100000"
    assert str(recipe) == (
        "some\n"
        "    long: 50 <= words <= 100000\n"
        "    short_words: letters / words <= 10 [all but de]\n"
        "    any of (clean: domain is one of a.example, b.example; not (long: 50 <= words <= 100000)) [all but de]"
    )


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (col("x") > 1, "x > 1"),
        (col("x") <= 0.1, "x <= 0.1"),
        (col("x") == 0, "x == 0"),
        (col("x") != 2, "x != 2"),
        (1 - col("x") / (col("y") + 2) >= 3, "1 - (x / (y + 2)) >= 3"),
        (col("x").is_between(1, 2, closed="none"), "1 < x < 2"),
        (col("lines").sum() < 3, "sum(lines) < 3"),
        (col("lists").has_none(["b", "a"]), "lists has none of a, b"),
        (col("lists").has_any(["a"]), "lists has one of a"),
    ],
)
def test_a_condition_is_printed_as_it_is_written(condition, text):
    assert str(condition) == text


def test_recipes_are_compared_rule_by_rule():
    found = difference(Recipe("a", LONG & CLEAN), Recipe("b", LONG.replace("long", low=3) & SHORT_WORDS & CLEAN))
    assert found.as_dict() == {
        "first": "a", "second": "b", "equal": False, "other_order": False,
        "only_first": [], "only_second": ["short_words: letters / words <= 10"],
        "changed": [{"first": "long: 50 <= words <= 100000", "second": "long: 3 <= words <= 100000"}],
        "common": ["clean"], "unknown": {"first": "keep", "second": "keep"},
    }


def test_thresholds_that_contradict_each_other_are_told():
    empty = rule("empty", col("x").is_between(1, 1, closed="left"))
    few, many = rule("few", col("words") < 50), rule("many", col("words") >= 50)
    told = contradictions(Recipe("some", empty & few & many & LONG))
    assert told == [
        "empty can't be met: 1 <= x < 1",
        "few and many can't both be met: words < 50, and words >= 50",
        "few and long can't both be met: words < 50, and 50 <= words <= 100000",
    ]
    assert contradictions(Recipe("some", rule("few", col("words") <= 50) & many)) == []


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: LONG.without("lang"), "unknown rule 'lang'; did you mean long?"),
        (lambda: LONG.replace("lang", low=3), "unknown rule 'lang'; did you mean long?"),
        (lambda: LONG.replace("long"), "nothing is said of what is to become of long"),
        (lambda: CLEAN.replace("clean", low=3), "the rule clean has no bounds"),
        (lambda: Recipe("a", LONG & rule("long", col("x") > 3)), "two rules that are called 'long' and differ"),
        (lambda: Recipe("a b", LONG), "a recipe cannot be called 'a b'"),
        (lambda: Recipe("a", col("x") > 3), "which is no rule"),
        (lambda: Recipe("a", LONG, unknown="drp"), "unknown value of unknown= 'drp'; did you mean drop?"),
        (lambda: rule("a", col("x")), "has no condition"),
        (lambda: rule("a & b", col("x") > 3), "a rule cannot be called 'a & b'"),
        (lambda: 50 <= col("x") <= 100, r"write .is_between\(low, high\)"),
        (lambda: LONG and CLEAN, "join rules by & and |"),
        (lambda: col("x") == "text", r"no finite number.*is_in"),
        (lambda: col("x") > float("nan"), "no finite number"),
        (lambda: col("language").is_in("en"), r"'en' is no list of texts: write it like \.is_in"),
        (lambda: col("x").has_any([1]), "is no list of texts"),
        (any_of, "no document could be kept"),
        (lambda: any_of(LONG, Recipe("a", CLEAN)), r"any_of\(\) joins rules, and not Recipe: .* its .rule"),
        (lambda: all_of(Recipe("a", CLEAN), LONG), r"all_of\(\) joins rules, and not Recipe"),
        (lambda: LONG.replace("long", Recipe("a", CLEAN)), "long can be replaced by a rule, and not by Recipe"),
        (lambda: col("x") > 10**400, "no finite number"),
        (lambda: Recipe("a", LONG) & Recipe("b", CLEAN, unknown="drop"), "a says unknown='keep' and b unknown='drop'"),
    ],
)
def test_a_mistake_is_told_where_it_is_made(mistake, message):
    with pytest.raises(UserError, match=message):
        mistake()


def test_a_recipe_says_how_its_rule_is_joined_by_or_and_not():
    left, right = (Recipe(name, rule(f"mine.{name}", col("rps_doc_word_count") > 5)) for name in ("left", "right"))
    for joined, asked in (
        (lambda: left | right, r"Recipe\(NAME, left.rule \| right.rule\)"),
        (lambda: left | right.rule, r"Recipe\(NAME, left.rule \| other\)"),
        (lambda: right.rule | left, r"Recipe\(NAME, other \| left.rule\)"),
        (lambda: ~left, r"Recipe\(NAME, ~left.rule\)"),
    ):
        with pytest.raises(UserError, match=asked):
            joined()
    assert Recipe("either", left.rule | right.rule).rules

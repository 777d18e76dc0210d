"""The verbs recipes, filter and explain, as a user runs them."""

import json
from pathlib import Path

import datasets
import pytest
from command import rpdata
from deciding import decided, decisions
from dedup.annotated import annotated

from rpdata.dataset import Dataset
from rpdata.decide import Recipe, col, quantile, rule
from rpdata.decide.difference import difference
from rpdata.errors import UserError
from rpdata.explain import explain_document
from rpdata.filters import redpajama_v2
from rpdata.recipe_names import recipe_named
from rpdata.terminal import console
from rpdata.terminal_recipes import print_difference

PARTITIONS = {
    "2023-06/0000/en_head": [" ".join(["some words of a page"] * times) for times in (1, 2, 20, 40)],
    "2023-06/0001/de_head": ["Ein kurzer Satz.\nWort\n", "Noch einer {", "Wörter"],
}
MINE = """
from rpdata.decide import Recipe, col, drop_lines, line, rule

LONG = rule("mine.long", col("rps_doc_word_count") >= 10, source="a guess")
FEW_BULLETS = rule("mine.bullets", col("rps_lines_start_with_bulletpoint").sum() / col("ccnet_nlines") <= 0.9)
CURLY = rule("mine.curly", col("rps_doc_curly_bracket") == 0) | rule("mine.mean", col("rps_doc_mean_word_length") > 99)
SHORT = drop_lines("mine.short", line("rps_lines_num_words") < 2, source="2.2")
LEFT = rule("mine.left", line("rps_lines_num_words").sum() >= 3)
clean = Recipe("clean", FEW_BULLETS & SHORT & LEFT, title="Without short lines")
strict = Recipe("mine", LONG & FEW_BULLETS & CURLY, title="Long ones")
model = Recipe("model", rule("mine.model", col("rps_doc_ml_palm_score") > 0.5))
print("read")
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("command")
    return annotated(folder / "out", folder / "crawl", PARTITIONS)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(MINE)
    return tmp_path / "mine.py"


def test_a_recipe_of_ones_own_is_decided_once_and_told_as_a_waterfall(out, mine):
    run = rpdata("filter", out, "--recipe", f"{mine}:strict", "--workers", 1, "--json")
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["read"]["documents"] == 7
    assert [(each["rule"], each["in_order"]["documents"]) for each in told["rules"]] == [
        ("mine.long", 4), ("mine.bullets", 0), ("mine.curly | mine.mean", 0)
    ]
    assert told["rules"][2]["alone"]["documents"] == 1
    assert {name: of["kept"]["documents"] for name, of in told["languages"].items()} == {"de": 0, "en": 3}
    assert told["units_done_before"] == 0
    files = {path: path.stat().st_mtime_ns for path in Path(told["output"]).rglob("*.parquet")}
    assert len(files) == 2
    again = rpdata("filter", out, "--recipe", f"{mine}:strict")
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in files} == files
    lines = [line.split() for line in again.stdout.splitlines()]
    assert ["mine.long", "4", "(57.1%)"] in [line[:3] for line in lines]
    assert ["en", "4", "3", "75.0%"] in [line[:4] for line in lines]
    assert "all was decided before" in again.stdout
    status = rpdata("status", out)
    assert (status.returncode, "decisions/strict-" in status.stdout) == (0, True)


def test_what_edits_drop_is_counted_beside_what_rules_remove(out, mine):
    run = rpdata("filter", out, "--recipe", f"{mine}:clean", "--workers", 1, "--json")
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    removed = {each["rule"]: each["in_order"] for each in told["rules"]}
    (edit,) = told["edits"]
    # "Wort" with its newline of a page that is kept, and the whole of one that goes for what is left
    assert (edit["edit"], edit["documents"], edit["lines"], edit["characters"]) == ("mine.short", 2, 2, 5 + 6)
    assert (removed["mine.left"]["documents"], removed["mine.left"]["characters"]) == (2, len("Noch einer {"))
    parts = (told["kept"], *removed.values(), edit)
    assert told["read"]["characters"] == sum(part["characters"] for part in parts)
    lines = [line.split() for line in rpdata("filter", out, "--recipe", f"{mine}:clean").stdout.splitlines()]
    assert ["mine.short", "2", "lines"] in [line[:3] for line in lines]
    found = explain_document(out, "2023-06/0001/de_head.json.gz/0", recipe_named(f"{mine}:clean"))
    assert [(each.rule, each.verdict, each.value) for each in found.rules][1:] == [
        ("mine.short", "edits", "1 of 2 lines"), ("mine.left", "passes", 3.0)
    ]


def test_one_document_is_explained_rule_by_rule(out, mine):
    doc_id = "2023-06/0001/de_head.json.gz/1"
    run = rpdata("explain", out, doc_id, "--recipe", f"{mine}:strict")
    assert run.returncode == 0, run.stderr
    lines = [line.split() for line in run.stdout.splitlines()]
    assert ["fails", "mine.long", "2", "rps_doc_word_count", ">=", "10", "8"] in lines
    assert ["passes", "mine.bullets", "0"] in [line[:3] for line in lines]
    assert ["fails", "mine.curly", "0.08333333", "rps_doc_curly_bracket", "==", "0", "0.0833333"] in lines
    assert run.stdout.splitlines()[-1] == f"strict does not keep {doc_id}"
    found = json.loads(rpdata("explain", out, doc_id, "--recipe", f"{mine}:strict", "--json").stdout)
    assert (found["keep"], found["rules"][0]["off"], found["rules"][0]["source"]) == (False, 8.0, "a guess")


MEDIAN = quantile("rps_doc_word_count", at_least=0.5)


@pytest.mark.parametrize("rule", [redpajama_v2.gopher, MEDIAN & redpajama_v2.c4.without("c4.bad_words")])
def test_sample_rows_and_explanations_say_what_the_overlay_says(out, tmp_path, rule):
    recipe = Recipe("quality", rule).fit(Dataset.open(out))
    decided(out, recipe)
    overlay = {row["doc_id"]: row for row in decisions(out, recipe)}
    sample = datasets.Dataset.from_parquet(str(out / "sample" / "sample.parquet"), cache_dir=str(tmp_path))
    assert len(sample) == len(overlay) == 7
    assert {row["doc_id"] for row in sample.filter(recipe)} == {name for name, row in overlay.items() if row["keep"]}
    verdicts = {"fails": "failed", "abstains": "abstained"}
    for doc_id, row in overlay.items():
        found = explain_document(out, doc_id, Recipe("quality", rule))
        assert found.keep == row["keep"]
        for verdict, column in verdicts.items():
            told = {each.rule for each in found.rules if each.depth == 0 and each.verdict == verdict}
            assert told == {recipe.table[number].name for number in row[column]}


def test_recipes_are_listed_shown_and_compared(mine):
    listed = rpdata("recipes")
    assert listed.returncode == 0, listed.stderr
    assert {"gopher", "c4"} <= {line.split()[0] for line in listed.stdout.splitlines() if line}
    shown = rpdata("recipes", "show", f"{mine}:strict")
    assert ["mine.long", "rps_doc_word_count", ">=", "10", "a", "guess"] in [
        line.split() for line in shown.stdout.splitlines()
    ]
    edited = [line.split() for line in rpdata("recipes", "show", "c4.datatrove").stdout.splitlines()]
    assert ["c4.datatrove.end_mark", "(drops", "lines", "where", "rpdata_lines_end_mark", "==", "0)"] in [
        line[:7] for line in edited
    ]
    diff = rpdata("recipes", "diff", f"{mine}:strict", f"{mine}:LONG")
    assert "- mine.bullets: sum(rps_lines_start_with_bulletpoint) / ccnet_nlines <= 0.9\n" in diff.stdout
    assert diff.stdout.splitlines()[-1] == "strict and LONG have 1 rule in common."
    typo = rpdata("recipes", "show", "gophr")
    assert (typo.returncode, typo.stderr) == (2, "rpdata: unknown recipe 'gophr'; did you mean gopher?\n")


def test_a_condition_under_another_name_is_noted(capsys):
    one, two = (Recipe(name, rule(f"{name}.words", col("words") >= 50)) for name in ("one", "two"))
    console.file = None
    print_difference(difference(one, two), as_json=False)
    assert capsys.readouterr().out.splitlines()[:3] == [
        "- one.words: words >= 50", "+ two.words: words >= 50", "one.words and two.words ask the same."
    ]
    print_difference(difference(one, two.for_language("de", None)), as_json=False)
    assert "ask the same" not in capsys.readouterr().out


def test_a_column_that_was_not_computed_is_refused_before_anything_is_written(out, mine):
    before = sorted(path for path in out.rglob("*") if path.is_file())
    run = rpdata("filter", out, "--recipe", f"{mine}:model")
    assert run.returncode == 2
    assert f"`rps_doc_ml_palm_score` was not computed in {out}: it needs the artefact classifier.palm" in run.stderr
    assert sorted(path for path in out.rglob("*") if path.is_file()) == before


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (MINE, "mine.py:strct", r"unknown recipe of .*mine.py: 'strct'; did you mean strict"),
        (MINE, "mine.py", r"which recipe of .*mine.py is meant\? .*mine.py:NAME. It has: clean, strict, model"),
        ("x = (", "mine.py:x", r"mine.py can't be executed, line 1: SyntaxError"),
        ("\n1 / 0", "mine.py:x", r"mine.py can't be executed, line 2: ZeroDivisionError: division by zero"),
        ("import nowhere", "mine.py:x", r"ModuleNotFoundError: No module named 'nowhere'"),
        ("from rpdata.decide import *\ncol('x') < 'y'", "mine.py:x", r"mine.py, line 2: 'y' is no finite number"),
        ("x = 3", "mine.py:x", r"mine.py has no recipe. A recipe is made of rules:\n"),
        (None, "mine.py:x", r"there is no .*mine.py, nor any other .py in "),
        ("from rpdata.decide import *\n_a = rule('a', col('x') > 1)", "mine.py:_a", "cannot be called '_a'"),
    ],
)
def test_a_recipe_file_that_cannot_be_used_is_told(tmp_path, text, name, message):
    if text is not None:
        (tmp_path / "mine.py").write_text(text)
    with pytest.raises(UserError, match=message):
        recipe_named(f"{tmp_path}/{name}")


def test_a_mistyped_recipe_file_lists_those_with_names_near_it(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    with pytest.raises(UserError, match=r"there is no .*mien.py: .*did you mean .*mine.py"):
        recipe_named(f"{tmp_path}/mien.py:strict")


def test_a_recipe_file_finds_what_its_own_classes_need(tmp_path):
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom rpdata.decide import *\n"
    bounds = "@dataclass\nclass Bounds:\n    low: int = 3\n"
    (tmp_path / "mine.py").write_text(f"{text}{bounds}r = rule('a', col('x') > Bounds().low)")
    assert str(recipe_named(f"{tmp_path}/mine.py:r").rules[0]) == "a: x > 3"

"""The recipes that come with rpdata load, print, and differ."""

import pickle
import re

import pytest

from rpdata.filters.gopher import quality
from rpdata.recipes import RECIPES
from rpdata.recipes.c4 import c4
from rpdata.recipes.fineweb import fineweb
from rpdata.recipes.gopher import gopher
from rpdata.schema import DOCUMENTS
from rpdata.signals.columns import named


@pytest.fixture(scope="module")
def documentation(repository):
    return (repository / "docs/recipes.md").read_text(encoding="utf-8")


def test_there_is_a_file_for_each_recipe(repository):
    files = {path.stem for path in (repository / "recipes").glob("*.py")} - {"__init__"}
    assert files == set(RECIPES)
    assert all(recipe.name == name for name, recipe in RECIPES.items())


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_has_a_title_and_prints_a_rule_a_line(recipe):
    heading, *lines = str(recipe).splitlines()
    assert heading == f"{recipe.name}: {recipe.title}"
    assert len(recipe.title) > 20
    assert [line.split(":")[0].strip() for line in lines] == [part.name.split(" [")[0] for part in recipe.rules]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_is_the_same_after_a_journey_to_another_process(recipe):
    there = pickle.loads(pickle.dumps(recipe))
    assert there == recipe
    assert (there.hash, there.folder, str(there)) == (recipe.hash, recipe.folder, str(recipe))


def test_no_two_recipes_decide_alike():
    assert len({recipe.hash for recipe in RECIPES.values()}) == len(RECIPES)


def test_only_the_best_tenth_has_to_be_fitted():
    assert [name for name, recipe in RECIPES.items() if not recipe.is_fitted] == ["dclm"]


def test_each_recipe_and_the_artefacts_that_it_needs_are_told_in_the_documentation(documentation):
    table = documentation.partition("## ")[0].splitlines()
    rows = [line.split("|") for line in table if line.startswith("| `")]
    told = {row[1].strip(" `"): set(re.findall("`(.+?)`", row[3])) for row in rows}
    assert list(told) == list(RECIPES)
    assert told == {name: artefacts(recipe) for name, recipe in RECIPES.items()}


def artefacts(recipe) -> set[str]:
    signals = [named(name) for part in recipe.rules for name in part.columns if name not in DOCUMENTS.names]
    return {needed for signal in signals if (needed := signal.artefact or signal.filled_by)}


def test_the_recipes_that_the_documentation_changes_are_what_it_says(examples):
    strict, lenient = examples["strict"], examples["lenient"]
    assert {part.name for part in gopher.rules} | {"gopher.alphabetic_tokens", "c4.lorem_ipsum"} <= {
        part.name for part in strict.rules
    }
    assert "c4.bad_words" not in {part.name for part in strict.rules}
    assert "100 <= rps_doc_word_count" in str(strict)
    assert not lenient.is_fitted
    but_german = [part.name for part in lenient.rules if str(part).endswith("[all but de]")]
    assert len(but_german) == len(gopher.rules) - len(quality.parts)
    assert all("gram" in name for name in but_german)


def test_c4_says_aloud_that_it_edits_no_line():
    assert "without the line edits" in c4.title
    assert not any("lines" in part.columns.values() for part in c4.rules)


def test_gopher_does_not_ask_for_letters_in_tokens_but_fineweb_does():
    asked = "gopher.alphabetic_tokens"
    assert asked not in {part.name for part in gopher.rules}
    assert asked in {part.name for part in fineweb.rules}

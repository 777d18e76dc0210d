"""The recipes that come with rpdata load, print, and differ."""

import pickle

import pytest

from rpdata.recipes import RECIPES
from rpdata.recipes.c4 import c4
from rpdata.recipes.fineweb import fineweb
from rpdata.recipes.gopher import gopher


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


def test_each_recipe_and_what_it_reads_is_told_in_the_documentation(repository):
    text = (repository / "docs/recipes.md").read_text(encoding="utf-8")
    told = [line.split("`")[1] for line in text.split("## Constants")[0].splitlines() if line.startswith("| `")]
    assert told == list(RECIPES)


def test_c4_says_aloud_that_it_edits_no_line():
    assert "without the line edits" in c4.title
    assert not any("lines" in part.columns.values() for part in c4.rules)


def test_gopher_does_not_ask_for_letters_in_tokens_but_fineweb_does():
    asked = "gopher.alphabetic_tokens"
    assert asked not in {part.name for part in gopher.rules}
    assert asked in {part.name for part in fineweb.rules}

"""The recipes that come with rpdata load, print, and differ."""

import pickle
import re

import pytest

from rpdata import recipes
from rpdata.filters.gopher import quality
from rpdata.recipes import RECIPES, c4, gopher
from rpdata.schema import DOCUMENTS
from rpdata.signals.columns import SPANS, named


@pytest.fixture(scope="module")
def documentation(repository):
    return (repository / "docs/recipes.md").read_text(encoding="utf-8")


def test_there_is_a_file_for_each_recipe(repository):
    files = {path.stem for path in (repository / "recipes").glob("*.py")} - {"__init__"}
    assert files == {name.partition(".")[0] for name in RECIPES}
    assert all(recipe.name == name for name, recipe in RECIPES.items())
    assert all(getattr(recipes, name.replace(".", "_")) is recipe for name, recipe in RECIPES.items())
    assert set(recipes.__all__) == {"RECIPES", *(name.replace(".", "_") for name in RECIPES)}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_has_a_title_and_prints_a_rule_a_line(recipe):
    heading, *lines = str(recipe).splitlines()
    assert heading == f"{recipe.name}: {recipe.title}"
    assert len(recipe.title) > 20
    assert [line.split(":")[0].strip() for line in lines] == [part.name.split(" [")[0] for part in recipe.steps]


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
    columns = {name for step in recipe.steps for name in step.columns}
    signals = [named(name) for name in columns - {*DOCUMENTS.names, *SPANS}]
    return {needed for signal in signals if (needed := signal.artefact or signal.filled_by)}


def test_the_recipes_that_the_documentation_changes_are_what_it_says(examples):
    strict, lenient = examples["strict"], examples["lenient"]
    assert {part.name for part in gopher.rules} | {"redpajama_v2.alphabetic_tokens", "c4.lorem_ipsum"} <= {
        part.name for part in strict.rules
    }
    assert "c4.bad_words" not in {part.name for part in strict.rules}
    assert strict.edits == c4.edits
    assert "100 <= rps_doc_word_count" in str(strict)
    assert not lenient.is_fitted
    but_german = [part.name for part in lenient.rules if str(part).endswith("[all but de]")]
    assert len(but_german) == len(gopher.rules) - len(quality.parts)
    assert all("gram" in name or "duplicate" in name for name in but_german)
    assert [step.name for step in examples["tidy"].steps] == [
        "mine.long", "mine.menus", "mine.shouting", "mine.enough"
    ]


PUBLISHED = [name for name in RECIPES if name.endswith(".published")]


@pytest.mark.parametrize("name", [*PUBLISHED, "ccnet", "rpv1", "pretrainers_guide", "roots"])
def test_what_the_documentation_says_a_row_of_redpajama_can_be_asked_reads_published_signals_only(documentation, name):
    part = documentation.split("## Rows of RedPajama-V2")[1].split("## ")[0]
    assert f"`{name}`" in part or name in PUBLISHED
    assert not [
        column for step in RECIPES[name].steps for column in step.columns if column.startswith("rpdata_")
    ]


def test_no_document_recipe_adds_up_lines_but_after_an_edit():
    """Lists take ten times as long to read; what is asked of whole texts has a column with one number."""
    for name in set(RECIPES) - set(PUBLISHED):
        first = RECIPES[name].segments[0][1]
        assert not [rule.name for rule in first if "lines" in rule.columns.values()]

"""`rpdata recipes`, `rpdata filter` and `rpdata explain`: which documents to keep, and why."""

from pathlib import Path
from typing import Annotated

import typer

from rpdata.errors import FINISHED_WITH_FAILURES
from rpdata.options import Json, Memory, Quiet, Scheduler, Workers

NAMED = "A recipe of rpdata, or one of your own: FILE.py:NAME."

recipes_app = typer.Typer(help="The recipes: their rules, with thresholds and the papers that they come from.")
Name = Annotated[str, typer.Argument(help=NAMED, metavar="RECIPE")]
Chosen = Annotated[str, typer.Option("--recipe", "-r", help=NAMED, metavar="RECIPE")]
Folder = Annotated[Path, typer.Argument(help="A dataset that compute-signals wrote.")]


@recipes_app.callback(invoke_without_command=True)
def recipes(context: typer.Context, as_json: Json = False) -> None:
    """The recipes: their rules, with thresholds and the papers that they come from."""
    if context.invoked_subcommand is None:
        list_recipes(as_json=as_json)


@recipes_app.command("list")
def list_recipes(as_json: Json = False) -> None:
    """All recipes of rpdata."""
    from rpdata.recipes import RECIPES
    from rpdata.terminal_recipes import print_recipes

    print_recipes(list(RECIPES.values()), as_json=as_json)


@recipes_app.command("show")
def show_recipe(name: Name, as_json: Json = False) -> None:
    """One recipe: every rule, with its thresholds, the paper and the section."""
    from rpdata.recipe_names import recipe_named
    from rpdata.terminal_recipes import print_recipe

    print_recipe(recipe_named(name), as_json=as_json)


@recipes_app.command("diff")
def diff_recipes(first: Name, second: Name, as_json: Json = False) -> None:
    """What two recipes do not have in common."""
    from rpdata.decide.difference import difference
    from rpdata.recipe_names import recipe_named
    from rpdata.terminal_recipes import print_difference

    print_difference(difference(recipe_named(first), recipe_named(second)), as_json=as_json)


def filter_documents(
    dataset: Folder,
    recipe: Chosen,
    workers: Workers = None,
    memory: Memory = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Decide which documents a recipe keeps, and show what each of its rules removes.

    Nothing is deleted: the overlay decisions/RECIPE-HASH/ says of every document whether it is kept, which rules it
    fails, and which could not be evaluated. Run it again after any interruption, or with more documents. Exit status
    3 if planned units have no documents yet.
    """
    from rpdata.engine.resources import Resources
    from rpdata.filter import run
    from rpdata.recipe_names import recipe_named
    from rpdata.terminal_filter import print_filter

    summary = run(
        dataset, recipe_named(recipe), Resources.of(workers, memory, scheduler), quiet=quiet, silent=as_json
    )
    print_filter(summary, as_json=as_json)
    if summary.units_without_documents:
        raise typer.Exit(FINISHED_WITH_FAILURES)


def explain(
    dataset: Folder,
    doc_id: Annotated[str, typer.Argument(help="A document, e.g. 2023-06/0000/en_head.json.gz/7.")],
    recipe: Chosen,
    as_json: Json = False,
) -> None:
    """Every rule of a recipe on one document: its value, what is asked, how far off it is."""
    from rpdata.explain import explain_document
    from rpdata.recipe_names import recipe_named
    from rpdata.terminal_filter import print_explanation

    print_explanation(explain_document(dataset, doc_id, recipe_named(recipe)), as_json=as_json)

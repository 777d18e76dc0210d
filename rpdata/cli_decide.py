"""`rpdata recipes`, `rpdata filter` and `rpdata explain`: which documents to keep, and why."""

from pathlib import Path
from typing import Annotated

import typer

from rpdata.errors import FINISHED_WITH_FAILURES
from rpdata.options import Json, Memory, Quiet, Scheduler, Workers

NAMED = "A recipe of rpdata, or one of your own: FILE.py:NAME, or FILE.json that learn saved."

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
    deduplicated: Annotated[
        str | None,
        typer.Option(help="Keep one document of every cluster that rpdata dedup found: exact, or a similarity such as "
                     "0.8. Asked before the recipe's own rules.", metavar="exact|T"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write what is kept as a dataset of its own, into this folder."),
    ] = None,
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
    from rpdata.filter import run, with_deduplication
    from rpdata.recipe_names import recipe_named
    from rpdata.subset.run import keep, refuse_output
    from rpdata.terminal import print_json
    from rpdata.terminal_filter import print_filter
    from rpdata.terminal_subset import print_subset

    asked = with_deduplication(recipe_named(recipe), deduplicated)
    resources = Resources.of(workers, memory, scheduler)
    if output is not None:
        asked = refuse_output(dataset, asked, output)
    summary = run(dataset, asked, resources, quiet=quiet, silent=as_json)
    subset = None
    if output is not None:
        command = f"rpdata filter {dataset} --recipe {recipe}"
        command += f" --deduplicated {deduplicated}" if deduplicated else ""
        subset = keep(dataset, summary.recipe, output, resources, command=command, quiet=quiet, silent=as_json)
    if as_json:
        print_json(summary.as_dict() if subset is None else {**summary.as_dict(), "subset": subset.as_dict()})
    else:
        print_filter(summary, ends=subset is None)
        if subset is not None:
            print_subset(subset)
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

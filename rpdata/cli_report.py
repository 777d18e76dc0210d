"""`rpdata report`: a page about a dataset, and what recipes make of it."""

from pathlib import Path
from typing import Annotated

import typer

from rpdata.errors import FINISHED_WITH_FAILURES
from rpdata.options import Json, Memory, Quiet, Scheduler, Workers


def report(
    dataset: Annotated[Path, typer.Argument(help="A dataset that compute-signals wrote.")],
    recipes: Annotated[
        str, typer.Option(help="Recipes of rpdata, or of your own: NAME,FILE.py:NAME,FILE.json,...", metavar="RECIPES")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The page, one file.")] = Path("report.html"),
    workers: Workers = None,
    memory: Memory = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a page about a dataset: signals with the recipes' thresholds, waterfalls, overlap, domains, documents.

    It is one file that loads nothing and runs nothing. What a recipe has not decided on yet is decided first, as
    rpdata filter does. The same dataset and recipes give the same bytes. Exit status 3 if planned units have no
    documents yet.
    """
    from rpdata.engine.resources import Resources
    from rpdata.recipe_names import recipe_named
    from rpdata.report.run import run
    from rpdata.terminal_report import print_report

    named = list(dict.fromkeys(name.strip() for name in recipes.split(",") if name.strip()))
    summary = run(
        dataset, [recipe_named(name) for name in named], named, output, Resources.of(workers, memory, scheduler),
        quiet=quiet, silent=as_json,
    )
    print_report(summary, as_json=as_json)
    if summary.units_without_documents:
        raise typer.Exit(FINISHED_WITH_FAILURES)

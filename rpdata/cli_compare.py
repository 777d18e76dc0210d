"""`rpdata compare`: what recipes agree on."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rpdata.errors import FINISHED_WITH_FAILURES
from rpdata.options import Json, Memory, Quiet, Scheduler, Workers


class By(StrEnum):
    language = "language"
    domain = "domain"


def compare_recipes(
    dataset: Annotated[Path, typer.Argument(help="A dataset that compute-signals wrote.")],
    recipes: Annotated[
        list[str], typer.Argument(help="Recipes of rpdata, or your own: FILE.py:NAME.", metavar="RECIPE...")
    ],
    by: Annotated[By | None, typer.Option(help="More of the differences by this.")] = None,
    workers: Workers = None,
    memory: Memory = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """What recipes agree on: the share of documents decided alike, what each alone keeps or removes, and where.

    What a recipe has not decided yet is decided first, as by filter. Exit status 3 if planned units have no documents
    yet.
    """
    from rpdata.compare import run
    from rpdata.engine.resources import Resources
    from rpdata.recipe_names import recipe_named
    from rpdata.terminal_compare import print_comparison

    named = [recipe_named(name) for name in recipes]
    summary = run(dataset, named, Resources.of(workers, memory, scheduler), quiet=quiet, silent=as_json)
    print_comparison(summary, None if by is None else by.value, as_json=as_json)
    if summary.units_without_documents:
        raise typer.Exit(FINISHED_WITH_FAILURES)

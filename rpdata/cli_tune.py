"""`rpdata tune`: what other thresholds of a rule would keep."""

from pathlib import Path
from typing import Annotated

import typer

from rpdata.options import Json


def tune_rule(
    dataset: Annotated[Path, typer.Argument(help="A dataset that compute-signals wrote.")],
    recipe: Annotated[
        str, typer.Option("--recipe", "-r", help="A recipe of rpdata, or one of your own: FILE.py:NAME.",
                          metavar="RECIPE"),
    ],
    rule: Annotated[str, typer.Option(help="One of its rules, as recipes show names it.", metavar="NAME")],
    as_json: Json = False,
) -> None:
    """What a rule and the whole recipe would keep with other thresholds, and the documents nearest to today's.

    Nothing is written.
    """
    from rpdata.dataset import Dataset
    from rpdata.decide.tune import tune
    from rpdata.recipe_names import recipe_named
    from rpdata.terminal_tune import print_tuning

    print_tuning(tune(Dataset.open(dataset), recipe_named(recipe), rule), as_json=as_json)

"""`rpdata compare OUT RECIPE RECIPE...`: decide what is not decided yet, then say what recipes agree on."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rpdata.annotate.work import finishing, start
from rpdata.dataset import Dataset
from rpdata.decide.columns import refuse_missing
from rpdata.decide.compare import Comparison, compare, refuse_recipes
from rpdata.decide.overlay import decide_unit, is_decided, tasks_of
from rpdata.decide.recipe import Recipe
from rpdata.decide.waterfall import Tally
from rpdata.engine.commit import sweep
from rpdata.engine.lock import writer_lock
from rpdata.engine.progress import Progress
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.filter import note_recipe, note_tallies
from rpdata.manifest import Manifest


@dataclass(frozen=True)
class Decided:
    """A dataset with the decisions of some recipes.

    recipes: as they are fitted to it. new: the names of those that decided on documents now.
    units_without_documents: planned ones, on whose documents nothing is decided yet.
    """

    dataset: Dataset
    recipes: list[Recipe]
    new: list[str]
    units_without_documents: int


@dataclass(frozen=True)
class CompareSummary:
    """What was compared.

    newly_decided: the recipes that decided on documents in this run. units_without_documents: see `Decided`.
    """

    output: str
    comparison: Comparison
    newly_decided: list[str]
    units_without_documents: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "output": self.output,
            "newly_decided": self.newly_decided,
            "units_without_documents": self.units_without_documents,
            "seconds": self.seconds,
            **self.comparison.as_dict(),
        }


def run(
    root: Path, recipes: Sequence[Recipe], resources: Resources, *, quiet: bool = False, silent: bool = True
) -> CompareSummary:
    """Compare recipes on the dataset `root`; safe to run any number of times.

    Raises UserError where the dataset lacks what a recipe reads, CannotFinish where the work can't be finished.
    """
    began = time.monotonic()
    refuse_recipes(recipes)     # before any of them decides
    decided = decide_missing(root, recipes, resources, quiet=quiet, silent=silent)
    return CompareSummary(
        output=str(root).rstrip("/"),
        comparison=compare(decided.dataset, decided.recipes),
        newly_decided=decided.new,
        units_without_documents=decided.units_without_documents,
        seconds=round(time.monotonic() - began, 3),
    )


def decide_missing(
    root: Path, recipes: Sequence[Recipe], resources: Resources, *, quiet: bool = False, silent: bool = True
) -> Decided:
    """Write the decisions of all recipes that are not there, as `rpdata filter` does, by one set of workers.

    UserError names every column that any of them lacks; CannotFinish where the work can't be finished.
    """
    Manifest.load(root)         # what is no dataset is refused before the lock puts a file into it
    shown, root = str(root).rstrip("/"), root.absolute()
    with writer_lock(root):
        sweep(root)
        dataset = Dataset.open(root)
        if not dataset.partitions:
            raise UserError(f"{shown} has no documents to decide on.\nSee: rpdata status {shown}")
        refuse_missing(dataset, recipes)
        fitted = [recipe.fit(dataset) for recipe in recipes]
        planned = [tasks_of(dataset, recipe) for recipe in fitted]
        # of a recipe that lacks some units the others are counted too, for the card
        tasks = [task for of_one in planned if not all(map(is_decided, of_one)) for task in of_one]
        for recipe in fitted:
            note_recipe(dataset.manifest, recipe)
        dataset.manifest.save(root)
        tallies: list[Tally] = []
        if tasks:
            with (
                finishing(
                    root, count=lambda: note_tallies(dataset.manifest, root, tallies),
                    missing=lambda: [task.unit for task in tasks if not is_decided(task)],
                ),
                start(resources) as cluster,
                Progress(
                    len(tasks), len(tasks), quiet=quiet, silent=silent, dashboard=cluster.dashboard,
                    counted="units decided on",
                ) as progress,
            ):
                named = [(f"{task.unit} ({task.recipe.name})", task) for task in tasks]
                for _, tally in cluster.run(decide_unit, named):
                    progress.unit_done(1)
                    tallies.append(tally)
            dataset = Dataset.open(root)
    new = {task.recipe.name for task in tasks}
    return Decided(
        dataset,
        fitted,
        [recipe.name for recipe in fitted if recipe.name in new],
        len(dataset.manifest.units) - len(planned[0]),
    )

"""`rpdata filter OUT --recipe NAME`: a recipe's decision on every document beside it, and the waterfall."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rpdata.annotate.work import finishing, start
from rpdata.dataset import DOCUMENTS, Dataset
from rpdata.decide.algebra import asked, sources
from rpdata.decide.contradictions import contradictions
from rpdata.decide.fitted import deduplicated
from rpdata.decide.overlay import DecisionTask, decide_unit, is_decided, tasks_of
from rpdata.decide.recipe import Recipe
from rpdata.decide.waterfall import ABSTAINED, DOCUMENT, Tally
from rpdata.engine.commit import sweep
from rpdata.engine.lock import writer_lock
from rpdata.engine.progress import Progress
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest


@dataclass
class FilterSummary:
    """What was decided.

    Attributes
    ----------
    output: the overlay. recipe: fitted. tally: of all documents, read back from the overlay.
    units_done_before: those that were decided on by an earlier run.
    units_without_documents: planned ones, on whose documents nothing is decided yet.
    notes: what looks wrong with the recipe.
    """

    output: str
    recipe: Recipe
    tally: Tally
    units: int
    units_done_before: int
    units_without_documents: int
    notes: list[str]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "output": self.output,
            "recipe": self.recipe.name,
            "hash": self.recipe.hash,
            "units": self.units,
            "units_done_before": self.units_done_before,
            "units_without_documents": self.units_without_documents,
            "notes": self.notes,
            "seconds": self.seconds,
            **self.tally.as_dict(),
        }


def with_deduplication(recipe: Recipe, level: str | None) -> Recipe:
    """The recipe behind a rule that keeps one document of every cluster: `exact`, or of a similarity. None: as it is.

    UserError if it is neither.
    """
    return recipe if level is None else deduplicated(level) & recipe


def run(
    root: Path, recipe: Recipe, resources: Resources, *, quiet: bool = False, silent: bool = True
) -> FilterSummary:
    """Write `decisions/<recipe>-<hash>/` beside the documents of the dataset `root`; safe to run any number of times.

    Raises UserError where the dataset lacks what the recipe reads, CannotFinish where the work can't be finished.
    """
    began = time.monotonic()
    Manifest.load(root)         # what is no dataset is refused before the lock puts a file into it
    shown, root = str(root).rstrip("/"), root.absolute()
    with writer_lock(root):
        sweep(root)
        dataset = Dataset.open(root)
        if not dataset.partitions:
            raise UserError(f"{shown} has no documents to decide on.\nSee: rpdata status {shown}")
        recipe = recipe.fit(dataset)
        tasks = tasks_of(dataset, recipe)
        pending = [task for task in tasks if not is_decided(task)]
        manifest = dataset.manifest
        note_recipe(manifest, recipe)
        manifest.save(root)
        tallies = [Tally.empty(recipe, tasks[0].tokens)]
        with finishing(
            root, count=lambda: note_tallies(manifest, root, tallies[1:]),
            missing=lambda: [task.unit for task in tasks if not is_decided(task)],
        ):
            tallies += decide_all(tasks, resources, quiet, silent) if pending else map(decide_unit, tasks)
        tally = sum(tallies[1:], tallies[0])
        refuse_difference(root, tally, tasks)
    return FilterSummary(
        output=f"{shown}/{recipe.folder}",
        recipe=recipe,
        tally=tally,
        units=len(tasks),
        units_done_before=len(tasks) - len(pending),
        units_without_documents=len(manifest.units) - len(tasks),
        notes=contradictions(recipe) + untold(tally),
        seconds=round(time.monotonic() - began, 3),
    )


def decide_all(tasks: Sequence[DecisionTask], resources: Resources, quiet: bool, silent: bool) -> list[Tally]:
    """Every unit on the workers; CannotFinish if one can't be done, the others then are."""
    tallies = []
    with start(resources) as cluster, Progress(
        len(tasks), len(tasks), quiet=quiet, silent=silent, dashboard=cluster.dashboard, counted="units decided on"
    ) as progress:
        for _, tally in cluster.run(decide_unit, ((task.name, task) for task in tasks)):
            progress.unit_done(1)
            tallies.append(tally)
    return tallies


def refuse_difference(root: Path, tally: Tally, tasks: Sequence[DecisionTask]) -> None:
    """The waterfall has every document that the ledger has, once, and in its snapshot; what was read was kept or
    removed, in every language. Anything else would be a bug, and is named so."""
    written = Counter[str]()
    for task in tasks:
        entry = Ledger(root).entry(DOCUMENTS, task.unit)
        written[task.unit.partition("/")[0]] += entry.written if entry else 0
    told = {name: int(of.read[0]) for name, of in tally.snapshots.items() if of.read[0]}
    if told != +written or not all(of.balances for of in tally.groups.values()):
        raise AssertionError(
            f"the waterfall of {tally.recipe.folder} does not add up: {told} documents of {dict(written)}, "
            f"{tally.whole.kept[0]} kept"
        )


def untold(tally: Tally) -> list[str]:
    """A sentence for each rule that could not be evaluated on any document, as if nobody had computed its signal."""
    whole = tally.whole
    everywhere = whole.rules[:, ABSTAINED, DOCUMENT] == whole.read[DOCUMENT]
    return [
        f"{rule.name} can't tell of any document: what it reads is null everywhere"
        for rule, of_none in zip(tally.recipe.table, everywhere, strict=True) if of_none
    ]


def note_recipe(manifest: Manifest, recipe: Recipe) -> None:
    """Say in the manifest what the overlay's numbers mean; what was counted of it before stays."""
    known = manifest.configurations.get(recipe.folder, {})
    manifest.replace(recipe.folder, {**known, **configuration(recipe)})


def note_tallies(manifest: Manifest, root: Path, tallies: Sequence[Tally]) -> None:
    """Say in the manifest, for the card, how many documents were decided on, and how many are kept.

    tallies: of all units of each recipe; of a recipe without any, what was counted before stays.
    """
    for folder in dict.fromkeys(tally.recipe.folder for tally in tallies):
        counts = [tally.whole for tally in tallies if tally.recipe.folder == folder]
        manifest.configurations[folder]["decided"] = {
            name: sum(int(of[DOCUMENT]) for of in column)
            for name, column in (("documents", [each.read for each in counts]),
                                 ("kept", [each.kept for each in counts]))
        }
    manifest.save(root)


def configuration(recipe: Recipe) -> dict[str, Any]:
    """What the manifest says of the overlay: the table of rules that its numbers mean."""
    return {
        "recipe": recipe.name,
        "title": recipe.title,
        "hash": recipe.hash,
        "unknown": recipe.unknown,
        "rules": [
            {"name": rule.name, "condition": asked(rule), "source": sources(rule)} for rule in recipe.table
        ],
        "edits": [
            {"name": edit.name, "condition": asked(edit), "source": sources(edit)} for edit in recipe.edits
        ],
    }

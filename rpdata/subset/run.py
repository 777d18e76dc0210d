"""`rpdata filter OUT --recipe R --output KEPT`: what a recipe keeps, as a dataset of its own."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from rpdata.annotate.run import begun
from rpdata.annotate.unit import UnitReport
from rpdata.annotate.work import finishing, work_through
from rpdata.dataset import DOCUMENTS, Dataset
from rpdata.decide.overlay import DecisionTask, is_decided, tasks_of
from rpdata.decide.recipe import Recipe
from rpdata.engine.commit import sweep
from rpdata.engine.lock import writer_lock
from rpdata.engine.plan import Unit
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest
from rpdata.subset.origin import carried_from, origin_of, other_documents, planned, refuse_another
from rpdata.subset.task import SubsetTask, missing_steps
from rpdata.subset.unit import write_unit


@dataclass
class SubsetSummary:
    """What was kept. Counts are the ledger's, over all units, done now or before.

    output: as it was typed. overlays: those that went along. edited: whether text lost lines, so that none could.
    """

    output: str
    overlays: list[str]
    edited: bool
    units: int = 0
    units_done_before: int = 0
    read: int = 0
    written: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    annotated_documents: int = 0        # written by this run
    annotated_text_bytes: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """As JSON values."""
        return asdict(self)


def refuse_place(root: Path, output: Path) -> None:
    """UserError if a subset of the dataset `root` cannot be written to `output`, whatever the recipe."""
    one, other = root.resolve(), output.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise UserError(
            f"cannot write what is kept of {root} to {output}: a dataset neither holds another one nor itself.\n"
            "Name a folder beside it: --output"
        )
    Manifest.load_or_new(output)    # a folder of other things is refused before a lock puts a file into it


def refuse_output(root: Path, recipe: Recipe, output: Path) -> Recipe:
    """UserError if what a recipe keeps of the dataset `root` cannot be written to `output`; before it decides.

    Returns the recipe, fitted where that was needed to tell.
    """
    refuse_place(root, output)
    known = Manifest.load_or_new(output)
    dataset = Dataset.open(root)
    if not (known.units and dataset.partitions):
        return recipe
    fitted = recipe.fit(dataset)
    refuse_another(known, output, origin_of(dataset, fitted, ""))
    return fitted


def keep(
    root: Path,
    recipe: Recipe,
    output: Path,
    resources: Resources,
    *,
    command: str,
    quiet: bool = False,
    silent: bool = True,
) -> SubsetSummary:
    """Write the documents of `root` that a fitted recipe keeps to `output`, with the overlays that stay true of them.

    The decisions are there (`rpdata.filter.run`). Safe to run any number of times: units that are there are left as
    they are, those that came to `root` since are added. command: that does this, for messages, without `--output`.

    Raises UserError where `output` is another dataset, CannotFinish where the work can't be finished.
    """
    started = time.monotonic()
    refuse_place(root, output)
    shown, root, output = str(output).rstrip("/"), root.absolute(), output.absolute()
    with writer_lock(root):
        dataset = Dataset.open(root)
        decided = tasks_of(dataset, recipe)
        refuse_undecided(decided)
        origin = origin_of(dataset, recipe, command)
        with writer_lock(output):
            carried = carried_from(dataset, recipe)
            manifest = planned(begun(output), output, dataset, [task.unit for task in decided], carried, origin)
            tasks = {task.unit: SubsetTask(task, output, carried, origin["state"]) for task in decided}
            for task in tasks.values():
                known = Ledger(output).entry(DOCUMENTS, task.unit)
                if known is not None and list(known.inputs) != task.inputs:
                    raise other_documents(output, origin, f"{task.unit} has, or keeps, other documents there now")
            manifest.save(output)
            sweep(output)
            pending = [unit for unit in manifest.units if missing_steps(tasks[unit.name])]
            summary = SubsetSummary(shown, list(carried), bool(recipe.edits), len(tasks), len(tasks) - len(pending))
            with finishing(
                output,
                count=lambda: count(tasks.values(), summary),
                missing=lambda: [name for name, task in tasks.items() if missing_steps(task)],
            ):
                if pending:
                    def work(unit: Unit) -> Callable[[], UnitReport]:
                        return partial(write_unit, tasks[unit.name])

                    work_through(pending, work, output, resources, summary, quiet, silent)
    summary.seconds = round(time.monotonic() - started, 3)
    return summary


def refuse_undecided(tasks: Sequence[DecisionTask]) -> None:
    """UserError if the dataset has changed since the recipe decided on it."""
    for task in tasks:
        if not is_decided(task):
            raise UserError(
                f"{task.recipe.name} has not decided on {task.unit} as it is now.\n"
                f"Run rpdata filter {task.root} --recipe {task.recipe.name} first"
            )


def count(tasks: Iterable[SubsetTask], summary: SubsetSummary) -> None:
    """The ledger's counts over the units."""
    dropped = Counter[str]()
    for task in tasks:
        entry = Ledger(task.root).entry(DOCUMENTS, task.unit)
        if entry is not None:
            summary.read += entry.read
            summary.written += entry.written
            dropped.update(entry.dropped)
    summary.dropped = dict(dropped)

"""`decisions/<recipe>-<hash>/`: what a recipe says of every document; one task for each unit."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
import pyarrow as pa

import rpdata.decide
from rpdata.dataset import DOCUMENTS, Dataset
from rpdata.decide.columns import kinds_of, sources_of
from rpdata.decide.evaluate import decide, schema_of
from rpdata.decide.files import PartitionFiles
from rpdata.decide.recipe import Recipe
from rpdata.decide.token_counts import counts_in
from rpdata.decide.waterfall import Tally, tally_partition
from rpdata.engine.commit import Commit
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger, configuration_hash, hash_of, refuse_loss
from rpdata.overlay import OverlayWriter, describe

DECIDING = (                # the modules that a verdict is made of
    "algebra", "conditions", "edits", "evaluate", "fitted", "importance", "line_conditions", "recipe", "rules",
    "score", "surviving", "takedown", "tree_kernel", "values",
)
GROUPS_AT_ONCE = 64         # row groups (of 1,024 documents at most) that are decided on together


@dataclass(frozen=True)
class DecisionTask:
    """What is to be decided of one unit; travels to a worker.

    Attributes
    ----------
    root: the dataset. unit: its name.
    recipe: fitted.
    sources: column that it reads -> overlay.
    version: stands for all that decides a document's verdict but its values: recipe, code, versions of the columns.
    tokens: the overlay that has the tokens of the documents, which the waterfall counts; None if there is none.
    """

    root: Path
    unit: str
    recipe: Recipe
    sources: Mapping[str, str]
    version: str
    tokens: str | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.unit

    @property
    def state(self) -> str:
        """Stands for all that decides the bytes of the unit's files. UserError if an overlay of it is missing."""
        return configuration_hash({"version": self.version, "files": self.made_from})

    @property
    def made_from(self) -> dict[str, str]:
        """What is read, and the state of its files in this unit. UserError if an overlay is missing."""
        return {step: entry_of(self, step).state_of_files for step in self.steps}

    @property
    def steps(self) -> list[str]:
        """What is read."""
        return sorted({DOCUMENTS, *self.sources.values()})


def tasks_of(dataset: Dataset, recipe: Recipe) -> list[DecisionTask]:
    """A task for each unit that has documents. UserError if the dataset lacks a column that the recipe reads."""
    sources = sources_of(dataset, kinds_of(recipe.steps), recipe.readers)
    columns = {
        name: dataset.file(step, dataset.partitions[0]).version(name) for name, step in sources.items()
    } if dataset.partitions else {}
    version = configuration_hash({"recipe": recipe.hash, "code": code_hash(), "columns": columns})[:16]
    ledger = Ledger(dataset.root)
    tokens = counts_in(dataset)
    return [
        DecisionTask(dataset.root, unit.name, recipe, sources, version, tokens)
        for unit in dataset.manifest.units if ledger.entry(DOCUMENTS, unit.name) is not None
    ]


def is_decided(task: DecisionTask) -> bool:
    """Whether the unit's files of this state are there."""
    return Ledger(task.root).done(task.recipe.folder, task.unit, task.state)


def decide_unit(task: DecisionTask) -> Tally:
    """Write the overlay of one unit and commit it, if it is not there; safe to run any number of times.

    What was there is counted from its files; what is written, as it is written: the files' rows and documents are
    those that their footers say.
    """
    documents = entry_of(task, DOCUMENTS)
    written: dict[str, pa.Table] = {}
    if not is_decided(task):
        # before anything is read: what is written meanwhile makes it stale
        state, made_from, schema = task.state, task.made_from, schema_of(len(task.recipe.edits))
        files = {}
        with Commit(task.root) as output:
            for partition in sorted(documents.partitions):
                path = output.file(f"{task.recipe.folder}/{partition}.parquet")
                written[partition] = write_partition(task, partition, path)
                files[partition] = describe(path)
            entry = Entry(
                step=task.recipe.folder,
                unit=task.unit,
                configuration=state,
                partitions=files,
                read=documents.written,
                columns=dict.fromkeys(schema.names[1:], task.version),
                made_from=made_from,
            )
            refuse_loss(entry, documents)
            output.record(entry)
    tally = Tally.empty(task.recipe, task.tokens)
    for partition in sorted(documents.partitions):
        tally += tally_partition(task.root, task.recipe, partition, task.tokens, written.get(partition))
    return tally


def entry_of(task: DecisionTask, step: str) -> Entry:
    """The ledger's entry of what the task reads. UserError if the dataset has changed since it was planned."""
    entry = Ledger(task.root).entry(step, task.unit)
    if entry is None:
        raise UserError(
            f"{step} of {task.unit} are gone since the work was planned.\n"
            f"See: rpdata status {task.root}; then run the same command again"
        )
    return entry


def write_partition(task: DecisionTask, partition: str, path: Path) -> pa.Table:
    """The overlay's file of one partition, in the row groups that all overlays have; returns its rows, without doc_id.
    """
    schema = schema_of(len(task.recipe.edits))
    pieces = []
    with PartitionFiles(task.root, partition) as files, OverlayWriter(path, schema) as out:
        sizes = files.rows_of_groups()
        for first in range(0, len(sizes), GROUPS_AT_ONCE):
            groups = range(first, min(first + GROUPS_AT_ONCE, len(sizes)))
            columns = columns_of(task, files, groups)
            rows = decide(task.recipe, frame_of(columns)).batch(columns["doc_id"].combine_chunks())
            start = 0
            for group in groups:
                out.write(rows.slice(start, sizes[group]))
                start += sizes[group]
            pieces.append(rows.select(schema.names[1:]))
    return pa.Table.from_batches(pieces, pa.schema(list(schema)[1:]))


def columns_of(task: DecisionTask, files: PartitionFiles, groups: Sequence[int]) -> pa.Table:
    """The columns that the recipe reads, of some row groups; always with doc_id."""
    table = files.read(DOCUMENTS, ["doc_id"], groups)
    for step in task.steps:
        names = [name for name, source in task.sources.items() if source == step and name != "doc_id"]
        read = files.read(step, names, groups) if names else pa.table({})
        for name in names:
            table = table.append_column(name, read[name])
    return table


def frame_of(table: pa.Table) -> pl.DataFrame:
    """The same for Polars."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


@cache
def code_hash() -> str:
    """Of the sources that decide what a verdict is: any change to them may change it."""
    folder = Path(inspect.getfile(rpdata.decide)).parent
    return configuration_hash({name: hash_of(folder / f"{name}.py") for name in DECIDING})

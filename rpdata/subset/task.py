"""What is to be written of one unit of a subset, and what of it is there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rpdata.annotate.accounts import are_of_the_same_documents
from rpdata.dataset import DOCUMENTS
from rpdata.decide.overlay import DecisionTask
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger


@dataclass(frozen=True)
class SubsetTask:
    """What is to be written of one unit; travels to a worker.

    Attributes
    ----------
    decided: the decision on the unit in the dataset that the documents are from.
    root: of the dataset that is written.
    carried: the overlays that go along, those of them that the unit has.
    state: hash of what decides which documents are kept, and how; the manifest has it.
    """

    decided: DecisionTask
    root: Path
    carried: tuple[str, ...]
    state: str

    @property
    def unit(self) -> str:
        """Its name, in both datasets."""
        return self.decided.unit

    def origin(self, step: str) -> Entry | None:
        """What the ledger of the dataset that is read says of a step."""
        return Ledger(self.decided.root).entry(step, self.unit)

    @property
    def documents(self) -> Entry:
        """Of the unit, in the dataset that is read. UserError if they are gone since the work was planned."""
        entry = self.origin(DOCUMENTS)
        if entry is None:
            raise UserError(
                f"the documents of {self.unit} are gone since the work was planned.\n"
                f"See: rpdata status {self.decided.root}; then run the same command again"
            )
        return entry

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """The files that say which documents there are and which of them are kept, as the ledger notes inputs."""
        decisions = self.origin(self.decided.recipe.folder)
        files = [
            {"name": f"{entry.step}/{partition}.parquet", "bytes": file.bytes, "xxh3": file.xxh3}
            for entry in (self.documents, decisions) if entry is not None
            for partition, file in sorted(entry.partitions.items())
        ]
        # which lines are dropped stands in no file: it follows from the recipe and the versions of what it reads
        edits = [{"name": "edits", "version": self.decided.version}] if self.decided.recipe.edits else []
        return files + edits


def missing_steps(task: SubsetTask) -> list[str]:
    """What is to be written: documents that are not there as they should be, and overlays that are not beside them.

    An overlay that went along once is left alone, since the new dataset may have brought it up to date; but for
    columns that the other dataset has been given since, where nothing else differs.
    """
    ledger = Ledger(task.root)
    carried = [step for step in task.carried if task.origin(step) is not None]
    known = ledger.entry(DOCUMENTS, task.unit) if ledger.done(DOCUMENTS, task.unit, task.state) else None
    if known is None or list(known.inputs) != task.inputs:
        return [DOCUMENTS, *carried]
    return [step for step in carried if not stands(task, step, known)]


def stands(task: SubsetTask, step: str, documents: Entry) -> bool:
    """Whether an overlay is there, of these documents, and nothing was added to the one that it is from."""
    ledger = Ledger(task.root)
    origin = task.origin(step)
    try:
        entry = ledger.entry(step, task.unit)
    except UserError:       # damaged: it is written again
        return False
    if entry is None or not ledger.done(step, task.unit, entry.configuration):
        return False
    added = origin is not None and entry.columns.items() < origin.columns.items()
    return are_of_the_same_documents(entry, documents) and not added

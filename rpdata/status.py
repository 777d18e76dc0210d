"""What a dataset's ledger adds up to; the content of `rpdata status`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rpdata.dataset import DECISIONS, DOCUMENTS, Dataset, entries_by_unit
from rpdata.for_recipe import limits
from rpdata.ledger import Entry, Ledger, totals
from rpdata.stale import stale_decisions


@dataclass(frozen=True)
class StepStatus:
    """One step over all units. For a step other than `documents`, `read` and `written` count rows of documents."""

    step: str
    done: int                       # units
    missing: list[str]              # names of units
    with_errors: list[str]          # names of units that have a file in errors/
    read: int
    written: int
    dropped: dict[str, int]
    failed: int                     # records
    failed_values: int
    skipped: int                    # documents about which no model was asked: --for-recipe
    unread_bytes: int
    balances: bool                  # every entry: read = written + dropped + failed

    @property
    def is_decision(self) -> bool:
        """Whether it is what a recipe says of the documents: any number of those may be there, old ones too."""
        return self.step.startswith(DECISIONS)


@dataclass(frozen=True)
class Status:
    """A dataset's state.

    disagreements: sentences such as "12 of 40 partitions lack `x` (the first is ...): run ...".
    limits: sentences about columns that were computed for one recipe only.
    stale: sentences about decisions that are older than what they were made from.
    """

    dataset: str
    units: int                      # planned
    partitions: int                 # written
    steps: list[StepStatus]
    disagreements: list[str]
    limits: list[str]
    stale: list[str]

    @property
    def complete(self) -> bool:
        """Whether every step is done with every unit, and all partitions have the same columns.

        Decisions on some of the units, and stale ones, leave a dataset as whole as it was: each is a recipe's word at
        its time.
        """
        return not self.disagreements and not any(step.missing for step in self.steps if not step.is_decision)

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {**asdict(self), "complete": self.complete}


def status_of(dataset: Dataset, entries: Sequence[Entry]) -> Status:
    """The state of an opened dataset, from the entries of its ledger."""
    steps = [DOCUMENTS, *sorted({entry.step for entry in entries} - {DOCUMENTS})]
    disagreements = [
        sentence
        for overlay in dataset.overlays if not overlay.startswith(DECISIONS)
        for sentence in dataset.disagreements(overlay, dataset.columns(overlay), dataset.partitions)
    ]
    return Status(
        dataset=str(dataset.root),
        units=len(dataset.manifest.units),
        partitions=len(dataset.partitions),
        steps=[_step(dataset, step, entries) for step in steps],
        disagreements=disagreements,
        limits=list(map(str, limits(dataset.manifest, entries))),
        stale=list(stale_decisions(Ledger(dataset.root), entries).values()),
    )


def _step(dataset: Dataset, step: str, entries: Sequence[Entry]) -> StepStatus:
    done = entries_by_unit(entries, step)
    names = [unit.name for unit in dataset.manifest.units]
    sums = totals(done.values())
    errors = dataset.root / "errors" / step
    return StepStatus(
        step=step,
        done=sums.pop("units"),
        missing=[name for name in names if name not in done],
        with_errors=[name for name in names if (errors / f"{name}.jsonl").exists()],
        balances=all(entry.balances() for entry in done.values()),
        **sums,
    )

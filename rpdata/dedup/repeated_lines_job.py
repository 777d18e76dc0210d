"""What the tasks that mark repeated lines share: the units, and where counts and marks lie."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rpdata.annotate.parts import are_intact
from rpdata.dataset import REPEATED_LINES
from rpdata.dedup import line_counts, line_keys
from rpdata.engine.arrays import is_written
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger, configuration_hash, hash_of

COLUMN = "rpdata_lines_copies"


@dataclass(frozen=True)
class LinesUnit:
    """A unit that has documents. number: among those, in the order of the plan. content: hash of its documents."""

    number: int
    name: str
    content: str


@dataclass(frozen=True)
class LinesJob:
    """What the tasks share, and where they work. state: what the overlay is known by: of all documents."""

    root: Path
    state: str

    @property
    def folder(self) -> Path:
        """Of what lies beside the dataset: counts by unit, which last, and what is made of them for this overlay."""
        return self.root / "index" / "lines"

    @property
    def work(self) -> Path:
        return self.folder / f"state-{self.state}"

    @property
    def parts(self) -> Path:
        """Of the repeated keys."""
        return self.work / "parts"

    @property
    def found(self) -> Path:
        """Where it stands how many different lines are repeated."""
        return self.work / "found"

    @property
    def runs(self) -> Path:
        """The file that lists the runs of all units, which each range is added up of."""
        return self.work / "runs.json"

    def counts(self, unit: LinesUnit) -> Path:
        """Of the lines of a unit."""
        return self.folder / f"counts-{unit.content}"

    def marked(self, unit: LinesUnit) -> Path:
        """Where it stands what was marked in a unit."""
        return self.work / "marked" / unit.name

    def part(self, number: int) -> Path:
        """Of the repeated keys of one range."""
        return self.parts / f"{number:06d}"

    @property
    def configuration(self) -> str:
        """What the ledger calls the overlay's configuration."""
        return configuration_hash({"columns": {COLUMN: self.state}})

    def is_marked(self, unit: LinesUnit) -> bool:
        """Whether nothing is left to do in a unit."""
        return Ledger(self.root).done(REPEATED_LINES, unit.name, self.configuration) and is_written(self.marked(unit))

    def documents_of(self, unit: LinesUnit) -> Entry:
        """The ledger's entry of its documents; UserError if they are not those that are to be counted."""
        entry = Ledger(self.root).entry("documents", unit.name)
        if entry is None or content_of(entry) != unit.content or not are_intact(entry, self.root):
            raise UserError(
                f"the documents of {unit.name} are not as they were written, so their lines cannot be counted.\n"
                "Mend them first: run the rpdata compute-signals command that wrote them again"
            )
        return entry


def content_of(entry: Entry) -> str:
    """A hash of a unit's documents, and of how their lines are known."""
    files = {partition: file.xxh3 for partition, file in entry.partitions.items()}
    return configuration_hash({"documents": files, "code": _code()})[:16]


def state_of(units: Sequence[LinesUnit], more_than: int) -> str:
    """What the overlay is known by."""
    return configuration_hash({"units": [unit.content for unit in units], "more_than": more_than})[:16]


@cache
def _code() -> list[str]:
    return [hash_of(Path(inspect.getfile(module))) for module in (line_counts, line_keys)]

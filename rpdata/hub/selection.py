"""What of a dataset is published: what the ledger vouches for, and nothing that is of this machine alone.

Published are the manifest, documents and overlays, the sample, the ledger (with it a downloaded copy opens, and is
checked, like the original), and the card. The order is that of the upload: manifest and ledger first, since they say
whose the repository is and what is to be there; the card last, since it makes the rest loadable.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rpdata.dataset import MINHASH, Dataset, entries_by_unit
from rpdata.ledger import Ledger
from rpdata.manifest import FILE
from rpdata.schema import OVERLAYS
from rpdata.stale import stale_decisions
from rpdata.status import Status

CARD = "README.md"
SAMPLE = "sample"
SAMPLE_FILE = f"{SAMPLE}/sample.parquet"
LEDGER = "ledger"
DOCUMENTS = OVERLAYS[0]

# What rpdata writes beside, and why it stays where it is.
STAYS = {
    "decisions": "decided before the numbers changed; rpdata status names them",
    "errors": "may quote the input; the ledger has its numbers",
    "index": "rpdata dedup makes it anew",
    "logs": "times of this machine",
    "reference": "only to compare with RedPajama-V2",
    "work": "what a run keeps for the next one",
}
UNKNOWN = "not in the ledger"


@dataclass(frozen=True)
class Going:
    """One file that is published: its path below the dataset, with slashes; what it is part of; its bytes, and their
    hash where the ledger has it."""

    path: str
    part: str
    bytes: int
    xxh3: str | None = None


@dataclass(frozen=True)
class Selection:
    """What would be published.

    Attributes
    ----------
    files: in the order in which they are to be uploaded; the card last.
    stays: what else is in the folder (folders end with a slash), and why it is not published.
    unfinished: what is missing of the dataset, in a sentence; None: nothing.
    """

    root: Path
    files: list[Going]
    stays: dict[str, str] = field(default_factory=dict)
    unfinished: str | None = None

    @property
    def bytes(self) -> int:
        """Of all files."""
        return sum(file.bytes for file in self.files)

    def parts(self) -> dict[str, tuple[int, int]]:
        """Overlay, folder or file -> number of files, bytes; in the order of the upload."""
        sums: dict[str, tuple[int, int]] = {}
        for file in self.files:
            count, size = sums.get(file.part, (0, 0))
            sums[file.part] = (count + 1, size + file.bytes)
        return sums


def select(root: Path) -> Selection:
    """What of the dataset at `root` is published. Nothing is written, no network is asked.

    Raises UserError if `root` is no dataset, or one of its files is not the one that the ledger speaks of.
    """
    dataset = Dataset.open(root)
    stale = stale_decisions(Ledger(root), Ledger(root).entries())
    overlays = [*_entries(dataset, stale), *_overlay_files(dataset, stale)]
    paths = [(FILE, FILE), *overlays, (SAMPLE_FILE, SAMPLE), (CARD, CARD)]
    hashes = _hashes(root)
    files = [
        Going(path, part, (root / path).stat().st_size, hashes.get(path))
        for path, part in paths if (root / path).is_file()
    ]
    return Selection(root, files, _stays(root, files), _unfinished(dataset))


def _overlay_files(dataset: Dataset, stale: Collection[str]) -> Iterator[tuple[str, str]]:
    for overlay in (DOCUMENTS, *(name for name in dataset.overlays if name not in stale)):
        present = dataset.partitions if overlay == DOCUMENTS else dataset.overlays[overlay]
        for partition in dataset.partitions:
            if partition in present:
                yield f"{overlay}/{partition}.parquet", overlay


def _hashes(root: Path) -> dict[str, str]:
    """Path of a file -> its hash, of all that the ledger knows."""
    return {
        f"{entry.step}/{partition}.parquet": file.xxh3
        for entry in Ledger(root).entries() for partition, file in entry.partitions.items()
    }


def _entries(dataset: Dataset, stale: Collection[str]) -> Iterator[tuple[str, str]]:
    """Entries of units whose documents are there: those of others speak of files that are no part of the dataset. Nor
    are stale decisions published."""
    ledger = Ledger(dataset.root)
    entries = list(ledger.entries())
    units = entries_by_unit(entries, DOCUMENTS)
    for entry in entries:
        if entry.unit in units and entry.step not in stale:
            yield ledger.path(entry.step, entry.unit).relative_to(dataset.root).as_posix(), LEDGER


def _stays(root: Path, files: list[Going]) -> dict[str, str]:
    """Everything directly in the folder of which no file goes; hidden files go nowhere and are not told of."""
    gone = {file.path.partition("/")[0] for file in files}
    others = [path for path in sorted(root.glob("[!.]*")) if path.name not in gone]
    return {
        f"{path.name}/" if path.is_dir() else path.name: STAYS.get(path.name, UNKNOWN) for path in others
    }


def _unfinished(dataset: Dataset) -> str | None:
    status: Status = dataset.status()
    for step in status.steps:
        if step.missing:
            return (
                f"{len(step.missing)} of {status.units} units lack `{step.step}` (the first is {step.missing[0]})"
            )
        if not step.balances:
            return f"the ledger of `{step.step}` does not balance"
    if status.disagreements:
        return status.disagreements[0].partition(": run ")[0]
    if not dataset.partitions:
        return "it has no documents"
    # text that a recipe edited has no signals before they are computed, and so no sample
    views = [CARD, *([SAMPLE_FILE] if MINHASH in dataset.overlays else [])]
    absent = [name for name in views if not (dataset.root / name).is_file()]
    return f"it has no {absent[0]}, which a run writes at its end" if absent else None

"""Where a dataset comes from and how it was made, as the manifest and the ledger say; no times, no machine."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rpdata import __version__
from rpdata.dataset import DECISIONS, DOCUMENTS, Dataset, command_for
from rpdata.decide.overlay import code_hash
from rpdata.decide.recipe import Recipe
from rpdata.ledger import Ledger, totals


@dataclass(frozen=True)
class InputFile:
    """A file that was read: its bytes as they were stored, and their xxh3."""

    unit: str
    name: str
    bytes: int
    xxh3: str


@dataclass(frozen=True)
class Step:
    """One overlay (or `documents`): what the ledger counted, the bytes of its files, its options, the command.

    versions: how many columns there are of each hash of code, artefact and configuration.
    """

    name: str
    totals: dict[str, Any]
    bytes: int
    options: dict[str, Any]
    command: str
    versions: dict[str, int]


@dataclass(frozen=True)
class Provenance:
    """Of a dataset.

    Attributes
    ----------
    name: as the dataset was named. version: of rpdata. deciding: hash of the code that decides.
    inputs: format -> files and their bytes. files: those that were read. artefacts: name -> sha256.
    units: planned; units_without_documents: of these.
    """

    name: str
    version: str
    deciding: str
    snapshots: list[str]
    units: int
    units_without_documents: int
    inputs: dict[str, tuple[int, int]]
    files: list[InputFile]
    artefacts: dict[str, str]
    steps: list[Step]


def provenance_of(dataset: Dataset, name: str, recipes: Sequence[Recipe]) -> Provenance:
    """Read the manifest and the ledger. Of decisions only those of these recipes are told."""
    ledger = Ledger(dataset.root)
    units = dataset.manifest.units
    inputs: dict[str, tuple[int, int]] = {}
    for unit in units:
        for source in unit.inputs:
            files, size = inputs.get(source.format, (0, 0))
            inputs[source.format] = (files + 1, size + (source.size or 0))
    configurations = dataset.manifest.configurations
    chosen = [recipe.folder for recipe in recipes]
    names = [step for step in (DOCUMENTS, *dataset.overlays) if not step.startswith(DECISIONS) or step in chosen]
    return Provenance(
        name=name,
        version=__version__,
        deciding=code_hash(),
        snapshots=sorted({unit.snapshot for unit in units}),
        units=len(units),
        units_without_documents=sum(ledger.entry(DOCUMENTS, unit.name) is None for unit in units),
        inputs=inputs,
        files=[
            InputFile(entry.unit, f"{told['name']}", int(told["bytes"]), f"{told['xxh3']}")
            for entry in ledger.entries(DOCUMENTS) for told in entry.inputs
        ],
        artefacts=configurations.get("quality_signals", {}).get("artefacts", {}),
        steps=[step_of(dataset, ledger, step, name) for step in names],
    )


def step_of(dataset: Dataset, ledger: Ledger, step: str, name: str) -> Step:
    """One step, over all units."""
    entries = list(ledger.entries(step))
    configurations = dataset.manifest.configurations
    options = dict(configurations.get(step, {}))
    for given, known in configurations.items():     # "documents from ccnet"
        if given.startswith(f"{step} from "):
            options |= known
    hashes = {column: version for entry in entries for column, version in entry.columns.items()}
    return Step(
        step, totals(entries), sum(file.bytes for entry in entries for file in entry.partitions.values()),
        {key: value for key, value in sorted(options.items()) if isinstance(value, str | int | float | bool)},
        command_for(step, dataset.root).replace(str(dataset.root), name), dict(Counter(sorted(hashes.values()))),
    )

"""`OUT/rpdata.json`: the plan of a dataset and the options that its parts were made with.

Written whole and atomically at the start of a run, before any worker begins; the same inputs and options give the same
bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rpdata.engine.commit import write_atomically
from rpdata.engine.plan import Input, Piece, Unit
from rpdata.errors import UserError
from rpdata.no_dataset import no_dataset, others_in
from rpdata.schema import FORMAT_VERSION

FILE = "rpdata.json"
BY_LANGUAGE = "*"       # in the plan, where the documents' languages are their partitions
SUBSET = "subset"       # among the configurations: what the documents are that a recipe kept of another dataset


@dataclass
class Manifest:
    """The plan, and for each step the options (JSON values) that decide what its files contain."""

    units: list[Unit] = field(default_factory=list)
    configurations: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path) -> "Manifest":
        """The manifest of the dataset `root`; UserError if there is none, or one of another format version.

        Of a folder that is none, those are told that may be meant.
        """
        path = root / FILE
        try:
            fields = json.loads(path.read_bytes())
            if fields["format_version"] == FORMAT_VERSION:
                return cls(_units(fields["plan"]), fields["configurations"])
        except (FileNotFoundError, NotADirectoryError):
            raise no_dataset(root, FILE) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"{path} cannot be read ({type(error).__name__}: {error}).\nrpdata writes it whole or not at all, so "
                "something else changed it: bring it back from a copy, or annotate into a new folder."
            ) from error
        raise UserError(
            f"{root} is a dataset of format version {fields['format_version']}; this rpdata reads and writes version "
            f"{FORMAT_VERSION}.\nUse the rpdata that wrote it, or annotate into a new folder: --output"
        )

    @classmethod
    def load_or_new(cls, root: Path) -> "Manifest":
        """The manifest of `root`, or an empty one if `root` does not exist or is empty but for hidden files and logs.

        Refuses a folder that holds other things: rpdata never mixes its files with those of others.
        """
        if (root / FILE).exists():
            return cls.load(root)
        if root.exists() and not root.is_dir():
            raise UserError(f"{root} is a file; the output is a folder. Name another one: --output")
        if others := others_in(root) if root.exists() else []:
            raise UserError(
                f"{root} is not empty ({', '.join(others[:3])}{', ...' if len(others) > 3 else ''}) and not a dataset "
                "of rpdata.\nName a new or empty folder: --output"
            )
        return cls()

    def save(self, root: Path) -> None:
        """Write it, all or nothing."""
        shards: dict[str, dict[str, dict[str, Any]]] = {}
        for unit in self.units:
            partitions = shards.setdefault(unit.snapshot, {}).setdefault(unit.shard, {})
            partitions[unit.partition or BY_LANGUAGE] = [
                {name: value for name, value in asdict(source).items() if value is not None} for source in unit.inputs
            ]
        fields = {"format_version": FORMAT_VERSION, "plan": shards, "configurations": self.configurations}
        write_atomically(root / FILE, (json.dumps(fields, indent=1, sort_keys=True) + "\n").encode())

    def agree(self, step: str, configuration: Mapping[str, Any], root: Path, reason: str) -> None:
        """Note the options of `step`, or refuse them if the dataset was begun with others.

        `reason` ends the refusal: why they cannot change and what to do, e.g. "Text is written once. Annotate into a
        new folder: --output".
        """
        known = self.configurations.setdefault(step, dict(configuration))
        for option in sorted({*known, *configuration}):
            if known.get(option) != configuration.get(option):
                raise UserError(
                    f"cannot use {_said(option, configuration.get(option))} on {root}: its {step} were made with "
                    f"{_said(option, known.get(option))}.\n{reason}"
                )

    @property
    def is_imported(self) -> bool:
        """Whether its signals and signatures were published by others and not computed here."""
        return any("imported" in options for options in self.configurations.values())

    def refuse_if_imported(self, root: Path) -> None:
        """UserError for a dataset whose signals would be computed anew, and those that nothing here computes lost."""
        if self.is_imported:
            command = self.command_of_subset(root) if self.subset else f"rpdata import redpajama TREE --output {root}"
            raise UserError(
                f"{root} was imported: its signals and signatures are those that were published, and stay so.\n"
                f"What is missing or damaged of it comes back with: {command}\n"
                "To have them computed, use a new folder: rpdata compute-signals TREE/documents --output OTHER"
            )

    @property
    def subset(self) -> Mapping[str, Any] | None:
        """What its documents are, if a recipe kept them of another dataset; None if they were read from inputs."""
        return self.configurations.get(SUBSET)

    def refuse_if_subset(self, root: Path) -> None:
        """UserError for a dataset that no input can be added to."""
        if self.subset is not None:
            raise UserError(
                f"{root} is what {self.subset['recipe']} keeps of {self.subset['dataset']}: its documents come from "
                "there.\n"
                f"Annotate into that dataset, and keep again: {self.command_of_subset(root)}\n"
                "Or annotate into a new folder: --output"
            )

    def command_of_subset(self, root: Path) -> str:
        """What writes the documents of a subset."""
        assert self.subset is not None
        return f"{self.subset['command']} --output {root}"

    def replace(self, step: str, configuration: Mapping[str, Any]) -> None:
        """Note the options of a step that may be done again with others; the ledger says which units are."""
        self.configurations[step] = dict(configuration)


def _said(option: str, value: Any) -> str:
    """An option as one would type it: --min-chars 300."""
    shown = "(not given)" if value is None else value
    return f"--{option.replace('_', '-')} {shown}"


def _units(plan: Mapping[str, Mapping[str, Mapping[str, list[dict[str, Any]]]]]) -> list[Unit]:
    units = [
        Unit(
            snapshot,
            shard,
            None if partition == BY_LANGUAGE else partition,
            tuple(Input(**{**source, "piece": _piece(source.get("piece"))}) for source in inputs),
        )
        for snapshot, shards in plan.items()
        for shard, partitions in shards.items()
        for partition, inputs in partitions.items()
    ]
    return sorted(units, key=lambda unit: unit.place)


def _piece(fields: Mapping[str, Any] | None) -> Piece | None:
    return None if fields is None else Piece(**fields)

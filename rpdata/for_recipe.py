"""Columns that were computed for one recipe only: `compute-signals --for-recipe`.

Models were not asked about documents that the recipe rejects without them, and those have null there, which says
nothing of the document. So the ledger's version of such a column ends in the recipe's hash, and whoever reads the
column has to be that recipe.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rpdata.errors import UserError
from rpdata.ledger import Entry
from rpdata.manifest import Manifest

if TYPE_CHECKING:
    from rpdata.dataset import Dataset

SIGN = "@"      # between a version and a recipe's hash; neither has one
STEP = "quality_signals"


def version_for(version: str, recipe: str) -> str:
    """A column's version where it was computed for the recipe with this hash only."""
    return f"{version}{SIGN}{recipe}"


def recipe_of(version: str) -> str | None:
    """The hash of the recipe that a column of this version was computed for; None: of all documents."""
    return version.partition(SIGN)[2] or None


def limited(columns: Mapping[str, str]) -> dict[str, str]:
    """Of columns and their versions, those that were computed for a recipe, with its hash."""
    return {name: recipe for name, version in columns.items() if (recipe := recipe_of(version))}


def limited_of(dataset: "Dataset") -> dict[str, set[str]]:
    """The columns of a dataset that were computed for a recipe in some partition, with the hashes of all of those."""
    found: dict[str, set[str]] = {}
    for file in dataset.overlays.get(STEP, {}).values():
        for name, recipe in limited(file.hashes).items():
            found.setdefault(name, set()).add(recipe)
    return found


def refuse_others(dataset: "Dataset", sources: Mapping[str, str], readers: Collection[str]) -> None:
    """UserError for a column that was computed for another recipe than the one that reads it.

    A recipe with more rules rejects what the first rejects, and so may read its columns.

    sources: the columns that are read, with the overlay of each. readers: the hash of the recipe and those of its
    rules; none, where documents are read for no recipe.
    """
    told = dataset.manifest.configurations.get(STEP, {}).get("for_recipe", {})
    asked = told.get("rule_hashes") or [None]
    allowed = {*readers} | ({told["hash"]} if set(asked) <= {*readers} else set())
    limits = limited_of(dataset)
    read = [name for name in limits if sources.get(name) == STEP]
    for name in read:
        if others := sorted(limits[name] - allowed):
            more = f" (and {len(read) - 1} more columns)" if len(read) > 1 else ""
            raise UserError(
                f"`{name}`{more} of {dataset.root} was computed for the recipe "
                f"{called(dataset.manifest, others[0])} only: no model was asked about documents that it rejects "
                "anyway, so that null says nothing there.\nRead other columns, use that recipe, or have it computed "
                f"for all documents: rpdata compute-signals {dataset.root} --artefacts DIR, without --for-recipe"
            )


def called(manifest: Manifest, recipe: str) -> str:
    """What messages call the recipe with this hash."""
    told = manifest.configurations.get(STEP, {}).get("for_recipe", {})
    return f"{told['recipe']} ({recipe[:12]})" if told.get("hash") == recipe else recipe[:12]


@dataclass(frozen=True)
class Limited:
    """What was computed for one recipe only.

    Attributes
    ----------
    recipe: its name and the begin of its hash. columns: of `quality_signals/`.
    skipped: documents about which no model was asked; None in a subset, where nobody counted them again.
    documents: of the units that have the columns so.
    """

    recipe: str
    columns: list[str]
    skipped: int | None
    documents: int

    def __str__(self) -> str:
        asked = "about some" if self.skipped is None else f"about {self.skipped:,}"
        return (
            f"{len(self.columns)} columns ({', '.join(self.columns[:3])}{', ...' if len(self.columns) > 3 else ''}) "
            f"were computed for the recipe {self.recipe} only: no model was asked {asked} of "
            f"{self.documents:,} documents, which it rejects without"
        )


def limits(manifest: Manifest, entries: Iterable[Entry]) -> list[Limited]:
    """What the ledger tells of columns for one recipe only; one value for each recipe."""
    columns: dict[str, dict[str, None]] = {}
    skipped: dict[str, int] = {}
    documents: dict[str, int] = {}
    for entry in entries:
        found = limited(entry.columns) if entry.step == STEP else {}
        for name, recipe in found.items():
            columns.setdefault(recipe, {})[name] = None
        for recipe in set(found.values()):
            skipped[recipe] = skipped.get(recipe, 0) + entry.skipped
            documents[recipe] = documents.get(recipe, 0) + entry.written
    return [
        Limited(
            called(manifest, recipe), list(names), None if manifest.subset else skipped[recipe], documents[recipe]
        )
        for recipe, names in sorted(columns.items())
    ]

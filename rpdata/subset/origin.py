"""What the manifest of a subset says: of what it was made, by which recipe, and what its overlays were made with."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rpdata.annotate.settings import BY_LANGUAGE
from rpdata.dataset import DOCUMENTS, MINHASH, OWN_SIGNALS, TOKENS, Dataset
from rpdata.decide.algebra import asked, sources
from rpdata.decide.recipe import Recipe
from rpdata.errors import UserError
from rpdata.ledger import Ledger, configuration_hash
from rpdata.manifest import SUBSET, Manifest

QUALITY_SIGNALS = "quality_signals"


def carried_from(dataset: Dataset) -> tuple[str, ...]:
    """The overlays that say of a document what they would say of it alone; duplicates and decisions do not."""
    return tuple(
        name for name in dataset.overlays
        if name in (QUALITY_SIGNALS, MINHASH) or name.startswith(OWN_SIGNALS) or name.partition("-")[0] == TOKENS
    )


def state_of(recipe: Recipe) -> str:
    """What decides which documents are kept, and how: the ledger calls it their configuration."""
    return configuration_hash({"subset": 1, "recipe": recipe.hash})


def origin_of(dataset: Dataset, recipe: Recipe, command: str) -> dict[str, Any]:
    """What a subset is made of. command: that writes it, without where it goes."""
    entries = Ledger(dataset.root).entries(DOCUMENTS)
    files = {part: file.xxh3 for entry in entries for part, file in entry.partitions.items()}
    return {
        "state": state_of(recipe),
        "command": command,
        "dataset": str(dataset.root),
        "dataset_hash": configuration_hash({"documents": files}),
        "dataset_made_of": dict(dataset.manifest.subset) if dataset.manifest.subset else None,
        **described(recipe),
    }


def described(recipe: Recipe) -> dict[str, Any]:
    """A fitted recipe, so that a reader of the manifest needs nothing else to tell what was kept."""
    return {
        "recipe": recipe.name,
        "hash": recipe.hash,
        "unknown": recipe.unknown,
        "edited": False,
        "rules": [
            {"name": rule.name, "condition": asked(rule), "source": sources(rule)} for rule in recipe.rules
        ],
    }


def planned(
    manifest: Manifest, root: Path, dataset: Dataset, units: Iterable[str], origin: Mapping[str, Any]
) -> Manifest:
    """The manifest of the subset `root` with these units of the dataset.

    UserError if `root` is another dataset, or was kept by another recipe.
    """
    refuse_another(manifest, root, origin)
    wanted = set(units)
    new = Manifest([unit for unit in dataset.manifest.units if unit.name in wanted], dict(manifest.configurations))
    gone = [unit.name for unit in manifest.units if unit.name not in wanted]
    if gone:
        raise other_documents(root, origin, f"{dataset.root} has no documents of its unit {gone[0]}")
    for step, options in dataset.manifest.configurations.items():
        if goes_along(step, carried_from(dataset)):
            new.configurations.setdefault(step, dict(options))
    new.replace(SUBSET, origin)
    return new


def goes_along(step: str, carried: Iterable[str]) -> bool:
    """Whether what was configured is still true of the subset."""
    return step in carried or step.startswith(f"{DOCUMENTS} from ") or step == BY_LANGUAGE


def refuse_another(manifest: Manifest, root: Path, origin: Mapping[str, Any]) -> None:
    """UserError for a folder that holds another dataset than the one that is to be written there."""
    known = manifest.subset
    if known is None and manifest.units:
        raise UserError(
            f"{root} is a dataset that was not kept of another one; what a recipe keeps is not mixed with it.\n"
            "Name a new folder: --output"
        )
    if known is not None and known["state"] != origin["state"]:
        other = f"{known['recipe']} {known['hash'][:12]}"
        raise UserError(
            f"{root} holds what the recipe {other} keeps, and {origin['recipe']} {origin['hash'][:12]} keeps other "
            "documents. Text is written once.\nName a new folder: --output"
        )


def other_documents(root: Path, origin: Mapping[str, Any], why: str) -> UserError:
    """The error for a subset whose documents would not be those that are there."""
    return UserError(
        f"{root} was kept of another state of {origin['dataset']}, or of another dataset: {why}.\n"
        "Text is written once. Name a new folder: --output"
    )

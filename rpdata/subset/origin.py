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


def carried_from(dataset: Dataset, recipe: Recipe) -> tuple[str, ...]:
    """The overlays that say of a document what they would say of it alone; duplicates and decisions do not.

    None if the recipe edits text: they are of the text as it was.
    """
    return () if recipe.edits else tuple(
        name for name in dataset.overlays
        if name in (QUALITY_SIGNALS, MINHASH) or name.startswith(OWN_SIGNALS) or name.partition("-")[0] == TOKENS
    )


def state_of(recipe: Recipe) -> str:
    """What decides which documents are kept, and how: the ledger calls it their configuration."""
    return configuration_hash({"subset": 2 if recipe.edits else 1, "recipe": recipe.hash})


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
        "edited": bool(recipe.edits),
        "rules": [
            {"name": step.name, "condition": asked(step), "source": sources(step)} for step in recipe.steps
        ],
    }


def planned(
    manifest: Manifest, root: Path, dataset: Dataset, units: Iterable[str], carried: Iterable[str],
    origin: Mapping[str, Any],
) -> Manifest:
    """The manifest of the subset `root` with these units of the dataset, and what goes along.

    UserError if `root` is another dataset, or was kept by another recipe.
    """
    refuse_another(manifest, root, origin)
    wanted = set(units)
    new = Manifest([unit for unit in dataset.manifest.units if unit.name in wanted], dict(manifest.configurations))
    gone = [unit.name for unit in manifest.units if unit.name not in wanted]
    if gone:
        raise other_documents(root, origin, f"{dataset.root} has no documents of its unit {gone[0]}")
    for step, options in dataset.manifest.configurations.items():
        if step in carried or step.startswith(DOCUMENTS) or step in (BY_LANGUAGE, MINHASH):
            # what is measured of edited text is measured here, whoever published what was said of it before
            told = {key: value for key, value in options.items() if key != "imported" or not origin["edited"]}
            new.replace(step, merged(told, manifest.configurations.get(step, {})))
    new.replace(SUBSET, origin)
    return new


def merged(told: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What the dataset says of a step, and what the subset has been given since: artefacts, and signals of its own."""
    def both(name: str) -> Any:
        one, other = told.get(name, known.get(name)), known.get(name, told.get(name))
        return {**one, **other} if isinstance(one, dict) and isinstance(other, dict) else other

    return {name: both(name) for name in {**told, **known}}


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

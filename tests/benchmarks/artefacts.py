"""Artefacts of realistic size for the timings: the reference run's, and language models of the reference text."""

from pathlib import Path

from corpus import SHARDS

from rpdata.artefacts.folder import Stored, collected
from rpdata.artefacts.import_folder import import_folder
from rpdata.artefacts.train_lm import train

REFERENCE_RUN = SHARDS.parents[1] / "golden" / "artifacts"
TEXTS = SHARDS.parent / "text"
LANGUAGES = ("de", "en", "es", "fr", "it")
LISTS = ("bad_words", "domains")


def artefacts(folder: Path) -> dict[str, Stored]:
    """Classifiers, importance and lists of the reference run; models of 65,536 pieces and order 5 of all texts."""
    import_folder(REFERENCE_RUN, folder)
    for language in LANGUAGES:
        train(language, sorted((TEXTS / language).glob("*.jsonl.gz")), folder)
    return collected(folder)


def lists(found: dict[str, Stored]) -> dict[str, Stored]:
    """Those that are no models."""
    return {name: stored for name, stored in found.items() if stored.kind in LISTS}

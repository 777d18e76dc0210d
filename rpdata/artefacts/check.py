"""Whether an artefact is what it says: its files are loaded as a run would load them, language models elsewhere."""

from collections.abc import Callable, Mapping

from rpdata.artefacts import lm_child
from rpdata.artefacts.bad_words import BadWords
from rpdata.artefacts.classifier import Classifier
from rpdata.artefacts.domains import Domains
from rpdata.artefacts.folder import Stored
from rpdata.artefacts.importance import ImportanceTables

LOADERS: Mapping[str, Callable[[Stored], object]] = {
    "lm": lm_child.check_loads,
    "classifier": Classifier.load,
    "importance": lambda artefact: ImportanceTables.load({artefact.what: artefact}),
    "bad_words": BadWords.load,
    "domains": Domains.load,
}


def check_loads(artefact: Stored) -> None:
    """UserError if it is damaged, incomplete, or its files do not go together."""
    LOADERS[artefact.kind](artefact)

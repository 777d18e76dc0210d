"""Importance weights: how much more likely a text is in a target corpus than in the crawl (DSIR, Xie et al. 2023)."""

import pyarrow as pa

from rpdata.signals.catalogue import signal
from rpdata.signals.model_stats import ModelStats
from rpdata.signals.rounding import rounded_where_known

SOURCE = "DSIR (Xie et al. 2023), section 3"
WEIGHT = """Log of the likelihood ratio of the text's hashed raw words and bigrams: {target} over the crawl.

Null for an empty document and for a language without the artefact; 0 for a text without words."""
CORRECTED = """The importance plus the log ratio of the text length's Poisson probabilities: {target} over the crawl.

As published, the length is in code points while the means are in raw words. Null as the importance is."""

TARGETS = (
    ("books", "books", ("en",)),
    ("openwebtext", "OpenWebText", ("en",)),
    ("wikipedia", "Wikipedia", ("de", "en", "es", "fr", "it")),
)


def importance(artefact: str, name: str, definition: str, languages: tuple[str, ...], column: str) -> None:
    """Declare one of the signals that an importance artefact gives."""

    @signal(name, unit="nats", source=SOURCE, languages=languages, artefact=artefact, definition=definition)
    def weight(models: ModelStats) -> pa.Array:
        return rounded_where_known(models[column])


for key, target, languages in TARGETS:
    artefact = f"importance.{key}"
    name = f"rps_doc_{key}_importance"
    importance(artefact, name, WEIGHT.format(target=target), languages, artefact)
    importance(
        artefact, f"{name}_length_correction", CORRECTED.format(target=target), languages,
        f"{artefact}.length_correction",
    )

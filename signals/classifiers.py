"""Scores of fastText classifiers: does the text look like a source that people trust?"""

import pyarrow as pa

from rpdata.signals.catalogue import signal
from rpdata.signals.model_stats import ModelStats
from rpdata.signals.rounding import rounded_where_known

SOURCE = "RedPajama-V2 (Weber et al. 2024), machine-learning signals; GPT-3 (Brown et al. 2020), appendix A"
SCORED = """Probability that the text is {what} rather than a random page, from a fastText model.

fastText adds 1e-5 to a probability, so that the score lies between -0.00001 and 1.00001. Null for an empty document
and for a language without a model."""


@signal(
    "rps_doc_ml_palm_score",
    unit="1",
    source=SOURCE + "; PaLM (Chowdhery et al. 2022), section 3",
    languages=("en",),
    artefact="classifier.palm",
    definition=SCORED.format(what="from Wikipedia, books or OpenWebText (PaLM's mixture)"),
)
def palm_score(models: ModelStats) -> pa.Array:
    return rounded_where_known(models["classifier.palm"])


@signal(
    "rps_doc_ml_wikipedia_score",
    unit="1",
    source=SOURCE,
    languages=("de", "es", "fr", "it"),
    artefact="classifier.wikipedia",
    definition=SCORED.format(what="an article of the language's Wikipedia"),
)
def wikipedia_score(models: ModelStats) -> pa.Array:
    return rounded_where_known(models["classifier.wikipedia"])


@signal(
    "rps_doc_ml_wikiref_score",
    unit="1",
    source=SOURCE + "; LLaMA (Touvron et al. 2023), section 2.1",
    languages=("en",),
    artefact="classifier.wikiref",
    definition=SCORED.format(what="a page that Wikipedia cites"),
)
def wikiref_score(models: ModelStats) -> pa.Array:
    return rounded_where_known(models["classifier.wikiref"])

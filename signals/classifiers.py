"""Scores of fastText classifiers: does the text look like a source that people trust?"""

from rpdata.signals.catalogue import awaiting

SOURCE = "RedPajama-V2 (Weber et al. 2024), machine-learning signals; GPT-3 (Brown et al. 2020), appendix A"
SCORED = """Probability that the text is {what} rather than a random page, from a fastText model.

fastText adds 1e-5 to a probability, so that the score lies between -0.00001 and 1.00001. Null for an empty document
and for a language without a model."""

awaiting(
    "classifier palm",
    "rps_doc_ml_palm_score",
    SCORED.format(what="from Wikipedia, books or OpenWebText (PaLM's mixture)"),
    unit="1",
    source=SOURCE + "; PaLM (Chowdhery et al. 2022), section 3",
    languages=("en",),
)
awaiting(
    "classifier wikipedia",
    "rps_doc_ml_wikipedia_score",
    SCORED.format(what="an article of the language's Wikipedia"),
    unit="1",
    source=SOURCE,
    languages=("de", "es", "fr", "it"),
)
awaiting(
    "classifier wikiref",
    "rps_doc_ml_wikiref_score",
    SCORED.format(what="a page that Wikipedia cites"),
    unit="1",
    source=SOURCE + "; LLaMA (Touvron et al. 2023), section 2.1",
    languages=("en",),
)

"""Importance weights: how much more likely a text is in a target corpus than in the crawl (DSIR, Xie et al. 2023)."""

from rpdata.signals.catalogue import awaiting

SOURCE = "DSIR (Xie et al. 2023), section 3"
WEIGHT = """Log of the likelihood ratio of the text's hashed raw words and bigrams: {target} over the crawl.

Null for an empty document and for a language without the artefact; 0 for a text without words."""
CORRECTED = """The importance plus the log ratio of the text length's Poisson probabilities: {target} over the crawl.

As published, the length is in code points while the means are in raw words. Null as the importance is."""

for name, target, languages in (
    ("books", "books", ("en",)),
    ("openwebtext", "OpenWebText", ("en",)),
    ("wikipedia", "Wikipedia", ("de", "en", "es", "fr", "it")),
):
    for suffix, definition in (("", WEIGHT), ("_length_correction", CORRECTED)):
        awaiting(
            f"importance {name}",
            f"rps_doc_{name}_importance{suffix}",
            definition.format(target=target),
            unit="nats",
            source=SOURCE,
            languages=languages,
        )

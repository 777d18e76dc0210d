"""RedPajama-v1 (Together 2023): its Common Crawl part. The rules for its other sources need signals of code."""

from rpdata.decide import col, rule

CLASSIFIER = "RedPajama-v1 (Together 2023), data_prep/cc, quality classifier; LLaMA (Touvron et al. 2023), 2.1"

WIKIREF = rule("redpajama_v1.wikiref", col("rps_doc_ml_wikiref_score") >= 0.25, source=CLASSIFIER)

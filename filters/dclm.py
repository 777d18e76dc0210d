"""DCLM (Li et al. 2024): the cut of its fastText classifier. The rules before it are RefinedWeb's.

The classifier tells instructions and explanations (OpenHermes 2.5, ELI5) from the crawl. Its score is that of an
artefact called classifier.dclm: the model that DCLM published, or one trained on other texts.
"""

from rpdata.decide import col, quantile, rule

SCORE = "rpdata_doc_ml_dclm_score"

CODE = "DCLM, baselines_configs/fasttext_filter.yaml"
PAPER = "DCLM (Li et al. 2024), 4.4"

# For the published model: where the best tenth of its pool begins.
PUBLISHED_CUT = rule("dclm.published_cut", col(SCORE) >= 0.018112, source=CODE)
# For any model, and in any dataset.
BEST_TENTH = rule("dclm.best_tenth", quantile(SCORE, at_least=0.9), source=PAPER)

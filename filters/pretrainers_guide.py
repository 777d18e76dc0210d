"""Pretrainer's Guide (Longpre et al. 2023, section 2.2): four thresholds of a quality classifier, and their inverse.

The paper's score is 1 for the lowest quality and removes what is above T; the signal is 1 for the highest, so that
what is kept is at least 1 - T. It comes from another classifier with the same idea (Wikipedia, books and OpenWebText
against the crawl). The toxicity thresholds are not here: no signal measures toxicity.
"""

from rpdata.decide import col, rule

QUALITY = "Pretrainer's Guide (Longpre et al. 2023), 2.2"

QUALITY_975 = rule("pretrainers_guide.quality_975", col("rps_doc_ml_palm_score") >= 0.025, source=QUALITY)
QUALITY_950 = rule("pretrainers_guide.quality_950", col("rps_doc_ml_palm_score") >= 0.05, source=QUALITY)
QUALITY_900 = rule("pretrainers_guide.quality_900", col("rps_doc_ml_palm_score") >= 0.1, source=QUALITY)
QUALITY_700 = rule("pretrainers_guide.quality_700", col("rps_doc_ml_palm_score") >= 0.3, source=QUALITY)
INVERSE_500 = rule("pretrainers_guide.inverse_500", col("rps_doc_ml_palm_score") <= 0.5, source=QUALITY)

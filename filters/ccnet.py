"""CCNet (Wenzek et al. 2020): how sure the language is, and how near the text comes to Wikipedia's."""

from rpdata.decide import col, rule

LANGUAGE = "CCNet (Wenzek et al. 2020), 3.3"
PERPLEXITY = "CCNet (Wenzek et al. 2020), 3.4"

LANGUAGE_SCORE = rule("ccnet.language_score", col("ccnet_language_score") >= 0.5, source=LANGUAGE)
HEAD = rule("ccnet.head", col("ccnet_bucket") == 0, source=PERPLEXITY)
HEAD_OR_MIDDLE = rule("ccnet.head_or_middle", col("ccnet_bucket") <= 1, source=PERPLEXITY)

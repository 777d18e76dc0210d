"""RefinedWeb (Penedo et al. 2023): what it adds to Gopher, as far as signals measure it.

Not here: words in URLs, and the line-wise corrections of appendix G.2 with the share of words that they may remove.
"""

from rpdata.decide import col, rule

LANGUAGE = "RefinedWeb (Penedo et al. 2023), 3.1, language identification"

LANGUAGE_SCORE = rule("refinedweb.language_score", col("ccnet_language_score") >= 0.65, source=LANGUAGE)

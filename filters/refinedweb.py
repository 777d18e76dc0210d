"""RefinedWeb (Penedo et al. 2023): domains, the language, and line-wise corrections; its other rules are Gopher's.

Not here, because no signal measures it: words in URLs, and of the corrections those of counters ("3 likes") and of
short lines with a pattern ("read more").
"""

from rpdata.decide import all_of, col, drop_lines, line, rule

URLS = "RefinedWeb (Penedo et al. 2023), 3.1 and G.1, URL filtering"
LANGUAGE = "RefinedWeb (Penedo et al. 2023), 3.1, language identification"
LINES = "RefinedWeb (Penedo et al. 2023), 3.2 and G.2, line-wise corrections"
CODE = f"{LINES}; the bound of DCLM, dclm_baseline_refinedweb.yaml"

CATEGORIES = (
    "adult", "phishing", "dating", "gambling", "filehosting", "ddos", "agressif", "chat", "mixed_adult", "arjel",
)

DOMAIN = rule("refinedweb.domain", col("rpdata_doc_ut1_categories").has_none(CATEGORIES), source=URLS)
LANGUAGE_SCORE = rule("refinedweb.language_score", col("ccnet_language_score") >= 0.65, source=LANGUAGE)

UPPERCASE = drop_lines("refinedweb.uppercase", line("rps_lines_uppercase_letter_fraction") > 0.5, source=CODE)
NUMBERS = drop_lines("refinedweb.numbers", line("rps_lines_numerical_chars_fraction") == 1, source=LINES)
ONE_WORD = drop_lines("refinedweb.one_word", line("rps_lines_num_words") == 1, source=LINES)

words_left = line("rps_lines_num_words").sum() / col("rps_doc_word_count").before_edits()
WORDS_LEFT = rule("refinedweb.words_left", words_left >= 0.95, source=LINES)

corrections = all_of(UPPERCASE, NUMBERS, ONE_WORD, WORDS_LEFT)

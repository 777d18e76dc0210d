"""Gopher (Rae et al. 2021): the quality rules of appendix A1.1 and the repetition rules of its table A1.

Not here, because no signal measures it: at least 80% of the words have a letter; at least two of eight stop words;
duplicate lines and paragraphs (table A1, first four rows).
"""

from rpdata.decide import all_of, col, rule

QUALITY = "Gopher (Rae et al. 2021), A1.1, quality filtering"
REPETITION = "Gopher (Rae et al. 2021), A1.1, table A1"
DATATROVE = "datatrove, GopherQualityFilter (Gopher, A1.1, asks it of words)"

bullet_lines_share = col("rps_lines_start_with_bulletpoint").sum() / col("ccnet_nlines")

WORD_COUNT = rule("gopher.word_count", col("rps_doc_word_count").is_between(50, 100_000), source=QUALITY)
MEAN_WORD_LENGTH = rule("gopher.mean_word_length", col("rps_doc_mean_word_length").is_between(3, 10), source=QUALITY)
SYMBOLS = rule("gopher.symbols", col("rps_doc_symbol_to_word_ratio") <= 0.1, source=QUALITY)
BULLET_LINES = rule("gopher.bullet_lines", bullet_lines_share <= 0.9, source=QUALITY)
ELLIPSIS_LINES = rule("gopher.ellipsis_lines", col("rps_doc_frac_lines_end_with_ellipsis") <= 0.3, source=QUALITY)

# Over tokens, of which every fifth or sixth is punctuation: much stricter than the paper's rule over words, so no part
# of `quality`. It is what datatrove asks, and so what FineWeb was made with.
ALPHABETIC_TOKENS = rule("gopher.alphabetic_tokens", col("rps_doc_frac_no_alph_words") <= 0.2, source=DATATROVE)

TOP_2GRAM = rule("gopher.top_2gram", col("rps_doc_frac_chars_top_2gram") <= 0.20, source=REPETITION)
TOP_3GRAM = rule("gopher.top_3gram", col("rps_doc_frac_chars_top_3gram") <= 0.18, source=REPETITION)
TOP_4GRAM = rule("gopher.top_4gram", col("rps_doc_frac_chars_top_4gram") <= 0.16, source=REPETITION)
DUPE_5GRAMS = rule("gopher.dupe_5grams", col("rps_doc_frac_chars_dupe_5grams") <= 0.15, source=REPETITION)
DUPE_6GRAMS = rule("gopher.dupe_6grams", col("rps_doc_frac_chars_dupe_6grams") <= 0.14, source=REPETITION)
DUPE_7GRAMS = rule("gopher.dupe_7grams", col("rps_doc_frac_chars_dupe_7grams") <= 0.13, source=REPETITION)
DUPE_8GRAMS = rule("gopher.dupe_8grams", col("rps_doc_frac_chars_dupe_8grams") <= 0.12, source=REPETITION)
DUPE_9GRAMS = rule("gopher.dupe_9grams", col("rps_doc_frac_chars_dupe_9grams") <= 0.11, source=REPETITION)
DUPE_10GRAMS = rule("gopher.dupe_10grams", col("rps_doc_frac_chars_dupe_10grams") <= 0.10, source=REPETITION)

quality = all_of(WORD_COUNT, MEAN_WORD_LENGTH, SYMBOLS, BULLET_LINES, ELLIPSIS_LINES)
repetition = all_of(
    TOP_2GRAM, TOP_3GRAM, TOP_4GRAM,
    DUPE_5GRAMS, DUPE_6GRAMS, DUPE_7GRAMS, DUPE_8GRAMS, DUPE_9GRAMS, DUPE_10GRAMS,
)

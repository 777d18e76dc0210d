"""Gopher (Rae et al. 2021): the quality rules of appendix A1.1 and the repetition rules of its table A1."""

from rpdata.decide import all_of, col, rule

QUALITY = "Gopher (Rae et al. 2021), A1.1, quality filtering"
REPETITION = "Gopher (Rae et al. 2021), A1.1, table A1"

WORD_COUNT = rule("gopher.word_count", col("rps_doc_word_count").is_between(50, 100_000), source=QUALITY)
MEAN_WORD_LENGTH = rule("gopher.mean_word_length", col("rps_doc_mean_word_length").is_between(3, 10), source=QUALITY)
HASHES = rule("gopher.hashes", col("rpdata_doc_hashes_per_token") <= 0.1, source=QUALITY)
ELLIPSES = rule("gopher.ellipses", col("rpdata_doc_ellipses_per_token") <= 0.1, source=QUALITY)
BULLET_LINES = rule("gopher.bullet_lines", col("rpdata_doc_frac_lines_start_with_bullet") <= 0.9, source=QUALITY)
ELLIPSIS_LINES = rule("gopher.ellipsis_lines", col("rps_doc_frac_lines_end_with_ellipsis") <= 0.3, source=QUALITY)
ALPHABETIC_WORDS = rule("gopher.alphabetic_words", col("rpdata_doc_frac_alphabetic_words") >= 0.8, source=QUALITY)
STOP_WORDS = rule("gopher.stop_words", col("rpdata_doc_gopher_stop_words") >= 2, source=QUALITY)

DUPLICATE_LINES = rule("gopher.duplicate_lines", col("rpdata_doc_frac_duplicate_lines") <= 0.30, source=REPETITION)
DUPLICATE_PARAGRAPHS = rule(
    "gopher.duplicate_paragraphs", col("rpdata_doc_frac_duplicate_paragraphs") <= 0.30, source=REPETITION
)
DUPLICATE_LINE_CHARACTERS = rule(
    "gopher.duplicate_line_characters", col("rpdata_doc_frac_chars_duplicate_lines") <= 0.20, source=REPETITION
)
DUPLICATE_PARAGRAPH_CHARACTERS = rule(
    "gopher.duplicate_paragraph_characters", col("rpdata_doc_frac_chars_duplicate_paragraphs") <= 0.20,
    source=REPETITION,
)
TOP_2GRAM = rule("gopher.top_2gram", col("rps_doc_frac_chars_top_2gram") <= 0.20, source=REPETITION)
TOP_3GRAM = rule("gopher.top_3gram", col("rps_doc_frac_chars_top_3gram") <= 0.18, source=REPETITION)
TOP_4GRAM = rule("gopher.top_4gram", col("rps_doc_frac_chars_top_4gram") <= 0.16, source=REPETITION)
DUPE_5GRAMS = rule("gopher.dupe_5grams", col("rps_doc_frac_chars_dupe_5grams") <= 0.15, source=REPETITION)
DUPE_6GRAMS = rule("gopher.dupe_6grams", col("rps_doc_frac_chars_dupe_6grams") <= 0.14, source=REPETITION)
DUPE_7GRAMS = rule("gopher.dupe_7grams", col("rps_doc_frac_chars_dupe_7grams") <= 0.13, source=REPETITION)
DUPE_8GRAMS = rule("gopher.dupe_8grams", col("rps_doc_frac_chars_dupe_8grams") <= 0.12, source=REPETITION)
DUPE_9GRAMS = rule("gopher.dupe_9grams", col("rps_doc_frac_chars_dupe_9grams") <= 0.11, source=REPETITION)
DUPE_10GRAMS = rule("gopher.dupe_10grams", col("rps_doc_frac_chars_dupe_10grams") <= 0.10, source=REPETITION)

quality = all_of(
    WORD_COUNT, MEAN_WORD_LENGTH, HASHES, ELLIPSES, BULLET_LINES, ELLIPSIS_LINES, ALPHABETIC_WORDS, STOP_WORDS
)
ngrams = all_of(
    TOP_2GRAM, TOP_3GRAM, TOP_4GRAM,
    DUPE_5GRAMS, DUPE_6GRAMS, DUPE_7GRAMS, DUPE_8GRAMS, DUPE_9GRAMS, DUPE_10GRAMS,
)
repetition = all_of(
    DUPLICATE_LINES, DUPLICATE_PARAGRAPHS, DUPLICATE_LINE_CHARACTERS, DUPLICATE_PARAGRAPH_CHARACTERS, ngrams
)

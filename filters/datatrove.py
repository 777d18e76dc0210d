"""What datatrove 0.10.1 makes of Gopher, C4 and FineWeb: its constants, its words, and the order in which it asks.

Its words are those of spaCy's tokenizer; *tokens* come near to them. It stops at the first rule of a filter that
fails: the first that fails here is the reason that it gives.
"""

from rpdata.decide import all_of, col, drop_lines, line, rule

QUALITY = "datatrove 0.10.1, GopherQualityFilter"
REPETITION = "datatrove 0.10.1, GopherRepetitionFilter"
C4 = "datatrove 0.10.1, C4QualityFilter"
FINEWEB = "datatrove 0.10.1, FineWebQualityFilter"

WORDS = rule(
    "gopher.datatrove.words", col("rpdata_doc_wordlike_tokens").is_between(50, 100_000), source=QUALITY
)
WORD_LENGTH = rule(
    "gopher.datatrove.word_length", col("rpdata_doc_mean_wordlike_token_length").is_between(3, 10), source=QUALITY
)
HASHES = rule("gopher.datatrove.hashes", col("rpdata_doc_hashes_per_token") <= 0.1, source=QUALITY)
ELLIPSES = rule("gopher.datatrove.ellipses", col("rpdata_doc_ellipses_per_token") <= 0.1, source=QUALITY)
BULLET_LINES = rule(
    "gopher.datatrove.bullet_lines", col("rpdata_doc_frac_lines_start_with_bullet_or_dash") <= 0.9, source=QUALITY
)
ELLIPSIS_LINES = rule(
    "gopher.datatrove.ellipsis_lines", col("rps_doc_frac_lines_end_with_ellipsis") <= 0.3, source=QUALITY
)
ALPHABETIC_TOKENS = rule(
    "gopher.datatrove.alphabetic_tokens", col("rpdata_doc_frac_alphabetic_tokens") >= 0.8, source=QUALITY
)
STOP_WORDS = rule("gopher.datatrove.stop_words", col("rpdata_doc_gopher_stop_words") >= 2, source=QUALITY)

NOT_EMPTY = rule("gopher.datatrove.not_empty", col("ccnet_length") >= 1, source=REPETITION)
DUPLICATE_PARAGRAPHS = rule(
    "gopher.datatrove.duplicate_paragraphs", col("rpdata_doc_frac_duplicate_paragraphs") <= 0.3, source=REPETITION
)
DUPLICATE_PARAGRAPH_CHARACTERS = rule(
    "gopher.datatrove.duplicate_paragraph_characters", col("rpdata_doc_frac_chars_duplicate_paragraphs") <= 0.2,
    source=REPETITION,
)
DUPLICATE_LINES = rule(
    "gopher.datatrove.duplicate_lines", col("rpdata_doc_frac_duplicate_lines") <= 0.3, source=REPETITION
)
DUPLICATE_LINE_CHARACTERS = rule(
    "gopher.datatrove.duplicate_line_characters", col("rpdata_doc_frac_chars_duplicate_lines") <= 0.2,
    source=REPETITION,
)
TOP_NGRAMS = tuple(
    rule(f"gopher.datatrove.top_{n}gram", col(f"rpdata_doc_frac_chars_top_{n}gram_tokens") <= most, source=REPETITION)
    for n, most in ((2, 0.2), (3, 0.18), (4, 0.16))
)
REPEATED_NGRAMS = tuple(
    rule(
        f"gopher.datatrove.repeated_{n}grams", col(f"rpdata_doc_frac_chars_repeated_{n}gram_tokens") <= most,
        source=REPETITION,
    )
    for n, most in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))
)

gopher_quality = all_of(
    WORDS, WORD_LENGTH, HASHES, ELLIPSES, BULLET_LINES, ELLIPSIS_LINES, ALPHABETIC_TOKENS, STOP_WORDS
)
gopher_repetition = all_of(
    NOT_EMPTY, DUPLICATE_PARAGRAPHS, DUPLICATE_PARAGRAPH_CHARACTERS, DUPLICATE_LINES, DUPLICATE_LINE_CHARACTERS,
    *TOP_NGRAMS, *REPEATED_NGRAMS,
)

C4_LONG_WORD = drop_lines("c4.datatrove.long_word", line("rpdata_lines_longest_word") > 1000, source=C4)
C4_END_MARK = drop_lines("c4.datatrove.end_mark", line("rpdata_lines_end_mark") == 0, source=C4)
C4_WORDS = drop_lines("c4.datatrove.words", line("rpdata_lines_whitespace_words") < 3, source=C4)
C4_LOREM_IPSUM = rule("c4.datatrove.lorem_ipsum", line("rpdata_lines_lorem_ipsum").sum() == 0, source=C4)
C4_JAVASCRIPT = drop_lines("c4.datatrove.javascript", line("rpdata_lines_javascript") == 1, source=C4)
C4_CURLY_BRACKET = rule("c4.datatrove.curly_bracket", line("rpdata_lines_curly_brackets").sum() == 0, source=C4)
C4_POLICY = drop_lines("c4.datatrove.policy", line("rpdata_lines_policy") == 1, source=C4)
C4_SENTENCES = rule("c4.datatrove.sentences", line("rpdata_lines_sentences").sum() >= 5, source=C4)

c4 = all_of(
    C4_LONG_WORD, C4_END_MARK, C4_WORDS, C4_LOREM_IPSUM, C4_JAVASCRIPT, C4_CURLY_BRACKET, C4_POLICY, C4_SENTENCES
)

FINEWEB_NOT_EMPTY = rule(
    "fineweb.datatrove.not_empty", col("rpdata_doc_nonblank_lines").before_edits() >= 1, source=FINEWEB
)
FINEWEB_END_MARKS = rule(
    "fineweb.datatrove.end_marks", col("rpdata_doc_frac_lines_end_with_mark").before_edits() >= 0.12, source=FINEWEB
)
FINEWEB_SHORT_LINES = rule(
    "fineweb.datatrove.short_lines", col("rpdata_doc_frac_short_lines").before_edits() <= 0.67, source=FINEWEB
)
FINEWEB_DUPLICATE_LINES = rule(
    "fineweb.datatrove.duplicate_line_characters",
    col("rpdata_doc_frac_chars_duplicate_nonblank_lines").before_edits() <= 0.01, source=FINEWEB,
)
FINEWEB_NEWLINES = rule(
    "fineweb.datatrove.newlines", col("rpdata_doc_newlines_per_token").before_edits() <= 0.3, source=FINEWEB
)

fineweb_quality = all_of(
    FINEWEB_NOT_EMPTY, FINEWEB_END_MARKS, FINEWEB_SHORT_LINES, FINEWEB_DUPLICATE_LINES, FINEWEB_NEWLINES
)

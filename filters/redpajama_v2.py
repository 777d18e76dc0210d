"""Rules over nothing but the signals that RedPajama-V2 (Weber et al. 2024) publishes, for its rows.

They stand in for rules of Gopher, C4 and FineWeb that need columns of rpdata: each measures what its paper asks in
another way.
"""

from rpdata.decide import all_of, col, drop_lines, line, rule
from rpdata.filters import c4 as c4_rules
from rpdata.filters import gopher as gopher_rules

GOPHER = "Gopher (Rae et al. 2021), A1.1, by the signals of RedPajama-V2"
C4 = "C4 (Raffel et al. 2020), 2.2, by the signals of RedPajama-V2"
FINEWEB = "FineWeb (Penedo et al. 2024), 3.6, by the signals of RedPajama-V2"

bullet_lines_share = col("rps_lines_start_with_bulletpoint").sum() / col("ccnet_nlines")
end_marks_share = col("rps_lines_ending_with_terminal_punctution_mark").sum() / col("ccnet_nlines")

SYMBOLS = rule("redpajama_v2.symbols", col("rps_doc_symbol_to_word_ratio") <= 0.1, source=GOPHER)
BULLET_LINES = rule("redpajama_v2.bullet_lines", bullet_lines_share <= 0.9, source=GOPHER)
# Over raw words, of which every fifth or sixth is punctuation: much stricter than the paper's rule over words, so no
# part of `gopher`. FineWeb was made with a rule like it.
ALPHABETIC_TOKENS = rule("redpajama_v2.alphabetic_tokens", col("rps_doc_frac_no_alph_words") <= 0.2, source=GOPHER)

SENTENCES = rule("redpajama_v2.sentences", col("rps_doc_num_sentences") >= 3, source=C4)
END_MARK = drop_lines(
    "redpajama_v2.end_mark", line("rps_lines_ending_with_terminal_punctution_mark") == 0, source=C4
)
WORDS = drop_lines("redpajama_v2.words", line("rps_lines_num_words") < 5, source=C4)
JAVASCRIPT = drop_lines("redpajama_v2.javascript", line("rps_lines_javascript_counts") > 0, source=C4)

END_MARKS = rule("redpajama_v2.end_marks", end_marks_share > 0.12, source=FINEWEB)

gopher = all_of(
    gopher_rules.WORD_COUNT, gopher_rules.MEAN_WORD_LENGTH, SYMBOLS, BULLET_LINES, gopher_rules.ELLIPSIS_LINES,
    gopher_rules.ngrams,
)
c4 = all_of(SENTENCES, c4_rules.pages, END_MARK, WORDS, JAVASCRIPT)
fineweb = all_of(gopher, ALPHABETIC_TOKENS, SENTENCES, c4_rules.CURLY_BRACKET, c4_rules.LOREM_IPSUM, END_MARKS)

"""C4 (Raffel et al. 2020, section 2.2): rules about pages, edits of lines, sentences in the lines that are left."""

from rpdata.decide import all_of, col, drop_lines, line, rule

PAGES = "C4 (Raffel et al. 2020), 2.2"
CODE = "C4's code, TFDS text/c4_utils.py"

CURLY_BRACKET = rule("c4.curly_bracket", col("rps_doc_curly_bracket") == 0, source=PAGES)
LOREM_IPSUM = rule("c4.lorem_ipsum", col("rps_doc_lorem_ipsum") == 0, source=PAGES)
BAD_WORDS = rule("c4.bad_words", col("rps_doc_ldnoobw_words") == 0, source=PAGES)

LONG_WORD = drop_lines("c4.long_word", line("rpdata_lines_longest_word") > 1000, source=CODE)
END_MARK = drop_lines("c4.end_mark", line("rpdata_lines_end_mark") == 0, source=PAGES)
WORDS = drop_lines("c4.words", line("rpdata_lines_whitespace_words") < 5, source=PAGES)
JAVASCRIPT = drop_lines("c4.javascript", line("rpdata_lines_javascript") == 1, source=PAGES)
POLICY = drop_lines("c4.policy", line("rpdata_lines_policy") == 1, source=PAGES)

SENTENCES = rule("c4.sentences", line("rpdata_lines_sentences").sum() >= 3, source=PAGES)

pages = all_of(CURLY_BRACKET, LOREM_IPSUM, BAD_WORDS)
edits = all_of(LONG_WORD, END_MARK, WORDS, JAVASCRIPT, POLICY)

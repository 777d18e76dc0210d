"""C4 (Raffel et al. 2020, section 2.2): the rules about whole pages.

Its other half are edits: lines go that end in no punctuation mark, have fewer than five words, or speak of Javascript
or of cookies, and sentences are counted in what is left. Here they are counted in the page as it is.
"""

from rpdata.decide import all_of, col, rule

PAGES = "C4 (Raffel et al. 2020), 2.2"

SENTENCES = rule("c4.sentences", col("rps_doc_num_sentences") >= 3, source=PAGES)
CURLY_BRACKET = rule("c4.curly_bracket", col("rps_doc_curly_bracket") == 0, source=PAGES)
LOREM_IPSUM = rule("c4.lorem_ipsum", col("rps_doc_lorem_ipsum") == 0, source=PAGES)
BAD_WORDS = rule("c4.bad_words", col("rps_doc_ldnoobw_words") == 0, source=PAGES)

pages = all_of(SENTENCES, CURLY_BRACKET, LOREM_IPSUM, BAD_WORDS)

"""Alphabets in which texts go wrong, and Hypothesis strategies over them."""

import string

from hypothesis import strategies as st

WHITE_SPACE = "".join(c for c in map(chr, range(0x110000)) if c.isspace())       # all 29
FINAL_SIGMA = "ΣσςAaΑα\u0345\u02B0\u00AD'.:·’ʼ\u0301 \n1漢ǅ"         # cased, case-ignorable, both and neither
MARKS = "aeq\u0301\u0323\u0327\u05B0\u093C\u094D\u0F71\u0F72\u0F73\u0344\u3099\U0001D165é\u1E69.'- \n"
REAPPEARING_PUNCTUATION = "\u037E\u1FEF\u2260\u226E\u226F=<>;` \u0338a"
GROWING = "\u0390\u1F82\U0001D160각힣\u0130İ\uFB2C\u2126\u212AﬃẞŉǰＡ" + "a \n"
SENTENCES = "ab1_é…漢。.!?.!? \n,-"
CAPS = "AB1_ⅧⒶⓐǅaªʰ½²٣七 ,.#"
MARKS_OF_LINES = "\u2022\u2023\u25B6\u25C0\u25E6\u25A0\u25A1\u25AA\u25AB\u2013-*·.…”\"!?。 \t\n\n\r\u2028\u0085ab"
STRUCTURE = "ab1\u0301_. ...!?。।؟.…\"')\n\n[1][edit] {é漢漢漢漢漢aaaa😀😀😀😀😀\u2024Ñ\r"
EMOJI = "👩\u200D🚀🏽🇩🇪\uFE0Fa1. "
CONTROLS = "\0\x01\x1B\x7F\x80\x9F\x1C\x1D\x1E\x1F\x0B\x0C\uFEFF\u200B\uFFFD\uFFFFa. \n"
ALPHABETS = {
    "white space": WHITE_SPACE + "ab.",
    "final sigma": FINAL_SIGMA,
    "marks": MARKS,
    "reappearing punctuation": REAPPEARING_PUNCTUATION,
    "growing": GROWING,
    "sentences": SENTENCES,
    "caps": CAPS,
    "lines": MARKS_OF_LINES,
    "structure": STRUCTURE,
    "emoji": EMOJI,
    "controls": CONTROLS,
    "punctuation": string.punctuation + "ab \n",
}

any_character = st.characters(exclude_categories=["Cs"])
any_text = st.text(any_character, max_size=300)
nasty_text = st.sampled_from(sorted(ALPHABETS)).flatmap(lambda name: st.text(ALPHABETS[name], max_size=300))
mixed_text = st.lists(
    st.one_of(st.text("".join(ALPHABETS.values()), max_size=30), st.text(any_character, max_size=8)), max_size=20
).map("".join)

# Few different words, so that n-grams repeat; some long, so that shingles take one SHA-1 block or many.
_words = st.lists(
    st.one_of(
        st.sampled_from(["a", "b", "the", "The", "lorem", "ipsum", "dolorem", "javascript", "JavaScript,", "ΣΑΣ"]),
        st.text("xyzé漢", min_size=1, max_size=80),
    ),
    min_size=1,
    max_size=6,
)
_gaps = st.sampled_from([" ", "  ", "\n", ". ", "-- "])
repetitive_text = _words.flatmap(
    lambda words: st.lists(st.builds(str.__add__, st.sampled_from(words), _gaps), max_size=150).map("".join)
)

# What C4's rules look for in lines, whole and in parts, and lines and paragraphs that come again.
_pieces = st.sampled_from([
    "javascript", "JavaSCRIPT", "java\u017Fcript", "terms of", "Terms of use", "terms\0of use", "privacy", " policy",
    "cookie", "Coo\u212Aie policy", "uses cookies", " of cookies", "use", "lorem ipsum", "Lorem", " ", "ipsum", "{",
    "[1]", "[]", "[12", "3]", "[edit]", "[citation needed]", "[citation", " needed]", "]", "[", ".", "..", '"', "'",
    "!",
    "\n", "\n", "\n\n", "\n \n", "\r\n", "\u2028", "\x85", "\u00A0", "a", "é.", "U.S.", "漢。漢", "- x", "• x",
    "aaaaa", "ÉÉÉÉ",
    "😂😂😂😂😂", "漢漢漢漢", "x" * 31, "y" * 30,
])
structured_text = st.lists(_pieces, max_size=40).map("".join)

texts = st.one_of(any_text, nasty_text, mixed_text, repetitive_text, structured_text)



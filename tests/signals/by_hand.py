"""Values that one can work out by hand, of signals that RedPajama-V2 does not have."""

TWO_AND_TWO = "ab\nab\n\nab\nab\n \ncd\n"        # three paragraphs, the second of which is the first

DOCUMENT_SIGNALS = [
    ("rpdata_doc_nonblank_lines", "a\n\n \t\u2003\nb", 2),
    ("rpdata_doc_mean_line_length", "ab \n\nabcé\n", 7 / 2),
    ("rpdata_doc_mean_line_length", "\n \n", None),
    ("rpdata_doc_std_line_length", "a\n\nabc\n", 1.0),
    ("rpdata_doc_std_line_length", "a\nab\nab", (2 / 9) ** 0.5),
    ("rpdata_doc_std_line_length", " ", None),
    ("rpdata_doc_frac_short_lines", f"{'é' * 30}\n{'é' * 31}\n\n{'x' * 30}\r", 1 / 3),
    ("rpdata_doc_frac_lines_end_with_mark", 'a. \n\nb?\nc。\nd।\n"e."\nf…\n', 4 / 6),
    ("rpdata_doc_frac_lines_start_with_bullet", "• a\n- b\n\n– c", 2 / 4),
    ("rpdata_doc_frac_lines_start_with_bullet_or_dash", " • a\n- b\n\n– c", 2 / 4),
    ("rpdata_doc_frac_duplicate_lines", "a\n\nb\na\n\na", 2 / 4),
    ("rpdata_doc_frac_duplicate_lines", "a\na \na\r\nA", 0.0),
    ("rpdata_doc_frac_duplicate_lines", "\n\n", None),
    ("rpdata_doc_frac_chars_duplicate_lines", "aé\n\nb\naé", 2 / 8),
    ("rpdata_doc_frac_chars_duplicate_nonblank_lines", "aé\n\nb\naé", 2 / 5),
    ("rpdata_doc_frac_duplicate_paragraphs", TWO_AND_TWO, 1 / 3),
    ("rpdata_doc_frac_duplicate_paragraphs", "a\nb\n\nb\na", 0.0),
    ("rpdata_doc_frac_duplicate_paragraphs", "\n\na\na\n\n", None),
    ("rpdata_doc_frac_chars_duplicate_paragraphs", TWO_AND_TWO, 5 / 18),
    ("rpdata_doc_frac_chars_duplicate_paragraphs", "a", None),
    ("rpdata_doc_frac_non_ascii", "aé漢😀", 3 / 4),
    ("rpdata_doc_frac_repeated_characters", "aaa bbbb cccccc    ", 10 / 19),
    ("rpdata_doc_frac_repeated_characters", "😀😀😀😀漢漢漢é", 4 / 8),
]
LINE_SIGNALS = [
    ("rpdata_lines_sentences", "One. Two! (Three?) four\n\n...\n3.50 at 5 p.m. in the U.S. today\n", [4, 0, 0, 1]),
    ("rpdata_lines_sentences", 'He said "no." She... did not.\nNo.Yes\n一。二！三\nक ख। ग\n- 1\n', [2, 1, 3, 2, 1]),
    ("rpdata_lines_sentences", "J. R. Smith vs. them.\nend.\r\nA\u2028bc. d", [2, 1, 2]),
    ("rpdata_lines_whitespace_words", "a  b,c - d\u00A0e\n \nf", [5, 0, 1]),
    ("rpdata_lines_longest_word", "é漢😀 ab\n\nhttp://a.b c", [3, 0, 10]),
    ("rpdata_lines_end_mark", "a.\na!\t\na?\na\"\na'\na”\na…\na...\na\n\n", [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]),
    ("rpdata_lines_end_mark", "a. [1][]\na.[edit] \na.[citation needed]\na.[b]\na[12]\n[3]", [1, 1, 1, 0, 0, 0]),
    ("rpdata_lines_javascript", "JavaScript.\ntext/javascripts\njava script\n", [1, 1, 0]),
    ("rpdata_lines_policy", "Our Privacy Policy\nWe reuse cookies\nterms of\nuse\nTERMS OF USE\n", [1, 1, 0, 0, 1]),
    ("rpdata_lines_policy", "the cookie policy\nit uses cookies\nuse of cookies\nuse a cookie", [1, 1, 1, 0]),
    ("rpdata_lines_curly_brackets", "{{a}\n}\n", [2, 0]),
    ("rpdata_lines_lorem_ipsum", "Lorem Ipsum\nlorem, ipsum\nlorem\nipsum", [1, 0, 0, 0]),
]
EMPTY = {
    0: ("nonblank_lines",),
    None: (
        "mean_line_length", "std_line_length", "frac_short_lines", "frac_lines_end_with_mark",
        "frac_lines_start_with_bullet", "frac_lines_start_with_bullet_or_dash", "frac_duplicate_lines",
        "frac_chars_duplicate_lines", "frac_chars_duplicate_nonblank_lines", "frac_duplicate_paragraphs",
        "frac_chars_duplicate_paragraphs", "frac_non_ascii", "frac_repeated_characters",
    ),
}

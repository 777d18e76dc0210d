"""Each definition on a text that one can work out by hand, odd corners first."""

from math import log

import by_hand
import pytest
from golden import as_batch, signals_of

from rpdata.signals import CATALOGUE, find

DOCUMENT_SIGNALS = [
    ("rps_doc_curly_bracket", "{a}", 2 / 3),
    ("rps_doc_lorem_ipsum", "Lorem ipsum!", 1 / 11),
    ("rps_doc_lorem_ipsum", "Lorem\n\nipsum lorem ipsum", 2 / 23),
    ("rps_doc_lorem_ipsum", "dolorem ipsum", 1 / 13),
    ("rps_doc_lorem_ipsum", "lorem-ipsum", 0.0),
    ("rps_doc_stop_word_fraction", "The cat, the the", 2 / 5),
    ("rps_doc_stop_word_fraction", "...", 0.0),
    ("rps_doc_frac_chars_dupe_5grams", "a b c d e f a b c d e", 10 / 11),
    ("rps_doc_frac_chars_dupe_6grams", "a b c d e f a b c d e", 0.0),
    ("rps_doc_frac_chars_top_2gram", "a a a a", 1.5),
    ("rps_doc_frac_chars_top_2gram", "aa b c aa b c", 6 / 8),
    ("rps_doc_frac_chars_top_3gram", "a b c d", 0.0),
    ("rps_doc_frac_all_caps_words", "A1 II a Ⅷ", 3 / 4),
    ("rps_doc_frac_lines_end_with_ellipsis", "a...\n\nb…\t\nc. . .", 2 / 4),
    ("rps_doc_frac_no_alph_words", "αβγ, a1 22", 3 / 4),
    ("rps_doc_frac_unique_words", "The the THE cat", 2 / 4),
    ("rps_doc_mean_word_length", "é e-mail", 7 / 2),
    ("rps_doc_num_sentences", "3.30 is D.C. time. (!)", 4),
    ("rps_doc_symbol_to_word_ratio", "# a ..... …", 3 / 4),
    ("rps_doc_unigram_entropy", "a b A B", log(2)),
    ("rps_doc_unigram_entropy", "a a", 0.0),
    ("rps_doc_word_count", "don't - stop", 2),
    *by_hand.DOCUMENT_SIGNALS,
]
LINE_SIGNALS = [
    ("rps_lines_ending_with_terminal_punctuation_mark", 'a.\na!\t\na”\na."\na。\n\n', [1, 1, 1, 0, 0, 0]),
    ("rps_lines_javascript_counts", "JavaScript, javascript\nJavaScript's\n\n", [2, 0, 0]),
    ("rps_lines_num_words", "a b\n\n--\nc", [2, 0, 0, 1]),
    ("rps_lines_numerical_chars_fraction", "½ ab\n...\n2٣", [1 / 4, 0.0, 1.0]),
    ("rps_lines_start_with_bulletpoint", "• a\n\t‣b\n– c\n- d\n* e\n·f\n", [1, 1, 1, 0, 0, 0]),
    ("rps_lines_uppercase_letter_fraction", "AB\nAb", [2 / 3, 1 / 2]),
    *by_hand.LINE_SIGNALS,
]
EMPTY = {
    0.0: ("curly_bracket", "lorem_ipsum", "stop_word_fraction", *(f"frac_chars_dupe_{n}grams" for n in range(5, 11)),
          *(f"frac_chars_top_{n}gram" for n in (2, 3, 4)), "num_sentences", "word_count"),
    None: ("frac_all_caps_words", "frac_lines_end_with_ellipsis", "frac_no_alph_words", "frac_unique_words",
           "mean_word_length", "symbol_to_word_ratio", "unigram_entropy"),
}


def value(name, text, **record):
    documents = as_batch([{"raw_content": text, "language": "en", **record}], ["a/0"])
    return signals_of(documents)[find(name).name][0].as_py()


@pytest.mark.parametrize(("name", "text", "expected"), DOCUMENT_SIGNALS)
def test_a_document_signal_is_what_its_definition_says(name, text, expected):
    assert value(name, text) == (None if expected is None else round(expected, 8))


@pytest.mark.parametrize(("name", "text", "expected"), LINE_SIGNALS)
def test_a_line_signal_is_what_its_definition_says(name, text, expected):
    assert value(name, text) == [round(x, 8) for x in expected]


def test_every_formula_is_worked_out_by_hand():
    by_hand = {find(name).name for name, *_ in DOCUMENT_SIGNALS + LINE_SIGNALS}
    others = {name for name in CATALOGUE if name.startswith(("ccnet_", "rps_doc_frac_chars_"))}
    assert by_hand | others >= {name for name, signal in CATALOGUE.items() if signal.artefact is None}


@pytest.mark.parametrize(("expected", "name"), [(empty, name) for empty, names in EMPTY.items() for name in names])
def test_an_empty_document_has_the_value_of_the_reference(expected, name):
    assert value(f"rps_doc_{name}", "") == expected


@pytest.mark.parametrize(("expected", "names"), by_hand.EMPTY.items())
def test_an_empty_document_has_the_value_that_the_definition_says(expected, names):
    assert {name: value(f"rpdata_doc_{name}", "") for name in names} == dict.fromkeys(names, expected)


@pytest.mark.parametrize("name", [name for name, signal in CATALOGUE.items() if signal.per_line])
def test_an_empty_document_has_no_lines(name):
    assert value(name, "") == []


@pytest.mark.parametrize(("bucket", "number"), [("head", 0), ("middle", 1), ("tail", 2), ("all", None), (None, None)])
def test_buckets_are_numbered(bucket, number):
    assert value("ccnet_bucket", "a", bucket=bucket) == number


def test_fields_of_the_record_are_carried_along_and_null_where_it_has_none():
    assert value("ccnet_length", "a", length=2**40) == 2**40
    assert value("ccnet_perplexity", "a", perplexity=12.3) == 12.3
    assert value("ccnet_nlines", "a") is None

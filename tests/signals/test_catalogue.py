"""The catalogue says of every signal what a reader needs, and finds it by name."""

import json

import pytest

from rpdata.errors import UserError
from rpdata.signals import CATALOGUE, find, schema, stop_lists
from rpdata.signals.stop_words import LANGUAGES, stop_words
from rpdata.terminal import print_signal
from rpdata.text import measure


@pytest.mark.parametrize("signal", CATALOGUE.values(), ids=CATALOGUE)
def test_every_signal_has_a_definition_a_unit_and_a_source(signal):
    entry = signal.describe()
    assert len(entry["definition"]) > 20
    assert "{" not in entry["definition"] or signal.name == "rps_doc_curly_bracket"
    assert entry["unit"]
    assert entry["source"]
    assert json.dumps(entry)


def test_line_signals_are_lists_and_the_others_are_not():
    assert all(signal.per_line == (name.split("_")[1] == "lines") for name, signal in CATALOGUE.items())


def test_only_the_numbers_that_the_reference_writes_without_a_point_are_ints():
    assert {name for name, signal in CATALOGUE.items() if signal.json == "int"} == {
        "rps_doc_word_count", "rps_lines_num_words", "rps_doc_ut1_blacklist",
    }


def test_the_right_spelling_finds_the_published_misspelling():
    published = "rps_lines_ending_with_terminal_punctution_mark"
    assert find("rps_lines_ending_with_terminal_punctuation_mark") is CATALOGUE[published]
    assert find(published) is CATALOGUE[published]


def test_types_are_told_in_words_and_no_name_of_a_library():
    assert find("rpdata_doc_ut1_categories").describe()["type"] == "list of text"
    assert find("rps_lines_num_words").describe()["type"].endswith("for each line")
    assert not any("object" in signal.describe()["type"] for signal in CATALOGUE.values())


@pytest.mark.parametrize(("name", "there"), [("rps_doc_word_count", "yes"), ("rpdata_doc_ut1_categories", "no")])
def test_show_says_whether_redpajama_has_a_signal(capsys, name, there):
    print_signal(name, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert ["RedPajama-V2", there] in [line.split() for line in lines]
    assert not any(line.startswith("published") for line in lines)


def test_an_unknown_name_offers_the_near_ones():
    with pytest.raises(UserError, match="rps_doc_word_count"):
        find("rps_doc_word_cnt")


def test_the_schema_has_no_signal_twice_and_starts_with_the_document():
    names = schema().names
    assert names[:3] == ["doc_id", "line_start", "line_end"]
    assert len(names) == len(set(names)) == 3 + sum(signal.artefact is None for signal in CATALOGUE.values())


def test_the_stop_lists_are_those_of_stopwords_json(shared):
    reference = json.loads((shared / "data/lists/stopwords-json__7_languages.json").read_text(encoding="utf-8"))
    assert stop_words() == reference


def test_every_language_of_the_stop_word_signal_has_a_list():
    import pyarrow as pa

    assert tuple(stop_words()) == LANGUAGES == CATALOGUE["rps_doc_stop_word_fraction"].languages
    text, _ = measure(pa.array(["a"] * len(LANGUAGES)), list(LANGUAGES), stop_lists(), None)
    assert text.has_stop_list.all()

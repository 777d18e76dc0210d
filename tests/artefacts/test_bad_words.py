"""Lists of bad words: what is counted, against the definition and the reference's values."""

import string
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_pages import pages

from rpdata.artefacts.bad_words import BadWords
from rpdata.artefacts.folder import store
from rpdata.errors import UserError

ALPHABET = "abÉéñ🖕*-. \nΣ"
phrases = st.lists(st.text(ALPHABET, max_size=6), max_size=6)
texts = st.lists(st.text(ALPHABET, max_size=40), max_size=4)


def norm(text):
    text = text.translate(str.maketrans("", "", string.punctuation)).lower()
    return unicodedata.normalize("NFD", " ".join(text.split()))


def positions(text, entries):
    """The definition of RedPajama-V2, read directly."""
    words = norm(text).split()
    orders = {1 + entry.count(" ") for entry in entries}
    return sum(" ".join(words[i : i + n]) in entries for n in orders for i in range(len(words) - n + 1))


def counts(bad_words, documents):
    counted = bad_words.count(pa.array(documents, pa.string()))
    return counted.as_published.tolist(), counted.normalised.tolist()


def stored(folder, content, language="en"):
    path = folder / "list"
    path.write_bytes(content)
    collection = folder / "models"
    return store(collection, f"bad_words.{language}", "bad_words", language, {"words.txt": path}, facts={}, made={})


@given(phrases, texts)
def test_both_counts_are_the_definitions(entries, documents):
    bad_words = BadWords(entries)
    repaired = {norm(entry) for entry in entries} - {""}
    expected = [positions(text, set(entries)) for text in documents]
    assert counts(bad_words, documents) == (expected, [positions(text, repaired) for text in documents])


def test_overlapping_phrases_count_each():
    assert counts(BadWords(["a", "a a", "a a a"]), ["a a a a", "", "b a"]) == ([9, 0, 1], [9, 0, 1])


def test_entries_with_accents_punctuation_or_capitals_count_in_the_repaired_variant_alone():
    bad_words = BadWords(["méchant", "b*dword", "Unwort", "half-bad"])
    assert counts(bad_words, ["Un MÉCHANT b*dword, unwort: half-bad!", "mechant"]) == ([0, 0], [4, 0])


def test_counts_equal_the_references(shared, tmp_path):
    counted = 0
    for path in sorted((shared / "golden/artifacts/bad_words").glob("*.txt")):
        bad_words = BadWords.load(stored(tmp_path, path.read_bytes(), path.stem))
        documents, golden = zip(*pages(shared, path.stem, shards="0000"), strict=True)
        expected = [signals["rps_doc_ldnoobw_words"] for signals in golden]
        assert counts(bad_words, list(documents))[0] == list(expected)
        counted += sum(expected)
    assert counted > 10


def test_every_entry_of_the_public_lists_is_found_by_the_repaired_variant(shared, tmp_path):
    missed = 0
    for language in ("de", "en", "es", "fr", "it"):
        content = (shared / f"data/lists/ldnoobw__{language}").read_bytes()
        bad_words = BadWords.load(stored(tmp_path, content, language))
        as_published, repaired = bad_words.count(pa.array(bad_words.entries))
        assert (repaired > 0).all()
        missed += int((as_published == 0).sum())
    assert missed > 50


def test_lines_are_stripped_and_blank_ones_are_no_entries(tmp_path):
    assert BadWords.load(stored(tmp_path, b"b \r\n\n a b\t\n")).entries == ["a b", "b"]


@pytest.mark.parametrize(("content", "complaint"), [(b"\n \n", "holds no words"), (b"caf\xe9\n", "not UTF-8")])
def test_a_list_that_is_none_is_refused(tmp_path, content, complaint):
    with pytest.raises(UserError, match=complaint):
        BadWords.load(stored(tmp_path, content))

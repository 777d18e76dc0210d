"""The kernels equal the plain-Python definitions, whatever the text."""

import json
import os
import pickle
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import reference
import xxhash
from hypothesis import example, given
from hypothesis import strategies as st
from nasty import texts

from rpdata.text import StopLists, measure
from rpdata.text.utf8 import MAX_DOCUMENT_BYTES
from tests.crawls import PATIENT
from tests.text.compare import STOP_LISTS, check, document_row, line_rows


@given(st.lists(st.tuples(texts, st.sampled_from(["en", "fr", "de", "many", "pt", None])), max_size=8))
@example([("", "en")])
@example([("\u0301\u0323" * 40 + "Σ", "fr"), ("", None), ("a" * 65, "en")])
def test_every_statistic_and_signature_equals_its_definition_for_any_unicode_text(batch):
    check([text for text, _ in batch], [language for _, language in batch])


@pytest.mark.parametrize("length", [1, 2, 13, 62, 63, 64, 65, 66, 127, 128, 129, 191, 192, 193])
def test_nothing_depends_on_where_a_document_crosses_64_bytes(length):
    endings = ["", "a", ".", "\n", " ", "é", "漢", "😀", "\u00A0", "\u2003", "Σ", "Á", "...", "…", "”", "AB", "\u0323"]
    starts = [("x" * length)[: length - i] for i in range(4)]
    documents = [start + ending + tail for start in starts for ending in endings for tail in ("", "b", " B.")]
    check(documents, ["en"] * len(documents))


def test_the_hand_made_documents_equal_their_definitions():
    path = Path(__file__).parent.parent / "golden" / "edge_docs.jsonl"
    documents = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert len(documents) == 84
    check([document["raw_content"] for document in documents], [document["language"] for document in documents])


@pytest.mark.skipif(not PATIENT, reason="compiles all kernels once more: make fuzz")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the plainest processor is named for x86_64 only")
def test_kernels_for_the_plainest_processor_equal_their_definitions_too(tmp_path):
    """No AVX-512 and no AVX2, of which the machine that tests may have both."""
    plain = {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    test = f"{__file__}::{test_the_hand_made_documents_equal_their_definitions.__name__}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    run = subprocess.run(command, env=os.environ | plain, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout


def test_a_batch_may_be_empty_sliced_or_of_large_strings():
    texts = ["first\nof all", "second one\n\nthe end", "", "Third, and last: ÉTÉ" + " a b c d e" * 4]
    whole, whole_signatures = measure(pa.array(texts), ["en"] * 4, STOP_LISTS, "sha1")
    for array in (pa.array(texts)[1:], pa.array(texts, pa.large_string())[1:]):
        part, signatures = measure(array, ["en"] * 3, STOP_LISTS, "sha1")
        assert signatures == whole_signatures[1:]
        for i in range(3):
            assert document_row(part, i) == document_row(whole, i + 1)
            assert line_rows(part, i) == line_rows(whole, i + 1)
    for nothing in (pa.array([], pa.string()), pa.array(["x"])[1:], pa.nulls(0, pa.string())):
        statistics, signatures = measure(nothing, [], STOP_LISTS, "sha1")
        assert statistics.documents == 0
        assert statistics.line_offsets.tolist() == [0]
        assert len(signatures) == 0


def test_texts_that_kernels_cannot_read_are_refused():
    with pytest.raises(TypeError, match="texts of type string_view"):
        measure(pa.array(["a"], pa.string_view()), ["en"], STOP_LISTS, None)
    with pytest.raises(ValueError, match=r"a text of 134,217,729 bytes; the kernels take up to 134,217,728"):
        measure(pa.array(["a" * (MAX_DOCUMENT_BYTES + 1)]), ["en"], STOP_LISTS, None)


def test_more_signatures_than_an_arrow_array_holds_are_refused():
    texts = pa.array([""]).take(pa.array(np.zeros(2**22, np.int32)))
    with pytest.raises(ValueError, match="4,194,304 texts: signatures are made for up to 4,194,303"):
        measure(texts, ["en"] * len(texts), STOP_LISTS, "sha1")


def test_texts_that_are_null_or_lack_a_language_are_refused():
    with pytest.raises(ValueError, match="1 of 2 texts are null"):
        measure(pa.array(["a", None]), ["en", "en"], STOP_LISTS, None)
    with pytest.raises(ValueError, match="2 texts, but 1 languages"):
        measure(pa.array(["a", "b"]), ["en"], STOP_LISTS, None)


def test_a_language_without_a_stop_list_says_so():
    statistics, _ = measure(pa.array(["the the"] * 3), ["en", "pt", None], STOP_LISTS, None)
    assert statistics.has_stop_list.tolist() == [True, False, False]
    assert statistics.raw_stop_words.tolist() == [2, 0, 0]


def test_more_common_words_than_kernels_have_room_for_are_refused():
    words = list("abcdefgh")
    StopLists({}, StopLists({"de": [], "en": words}))
    with pytest.raises(ValueError, match="9 common words"):
        StopLists({}, StopLists({"de": [], "en": [*words, "i"]}))


def test_stop_lists_survive_pickling():
    lists = pickle.loads(pickle.dumps(STOP_LISTS))
    statistics, _ = measure(pa.array(["the été"]), ["fr"], lists, None)
    assert statistics.raw_stop_words.tolist() == [1]


def test_signatures_are_big_endian_and_null_below_13_words():
    _, signatures = measure(pa.array(["a " * 12, "a " * 13]), ["en", "en"], STOP_LISTS, "sha1")
    assert signatures.type == pa.binary()
    assert [s.as_py() is None for s in signatures] == [True, False]
    assert len(signatures[1].as_py()) == 512


@pytest.mark.parametrize("length", [13, 14, 20, 60, 100, 115, 116, 128, 129, 200, 228, 229, 500, 1100, 1200, 3000])
def test_shingles_of_any_length_are_hashed_as_hashlib_and_xxhash_do(length):
    """One shingle of 13 words and so many letters; at h * a + b the signature of one hash is its permutations."""
    letters = (bytes(range(97, 123)) * (length // 26 + 1)).decode()[:length]
    words = [*letters[:12], letters[12:]]
    check([" ".join(words), "é".join(words) + " z" * 30], ["en", "en"])
    assert reference.xxh3_base_hash(b"abc") == xxhash.xxh3_64_intdigest(b"abc") & 0xFFFFFFFF

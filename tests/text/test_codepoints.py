"""The tables say of every code point what Python says of it."""

import unicodedata
from string import punctuation

import pytest

from rpdata.text.codepoints import (
    CASE_IGNORABLE,
    CASED,
    CLASS_SHIFT,
    LOWER,
    MAPPING_BYTES,
    MAPPING_SHIFT,
    MAX_GROWTH,
    NUMERIC,
    SENTENCE_MARK,
    SPACE,
    SPECIAL,
    UPPER,
    WORD,
    tables,
)

EVERY_CODE_POINT = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
CHARACTERS = list(map(chr, EVERY_CODE_POINT))
WHITE_SPACE = [c for c in CHARACTERS if c.isspace()]


def sigma_before(text: str) -> str:
    """What the sigma of a word becomes that this text follows."""
    return ("aΣ" + text).lower()[1]


def normalised(character: str) -> str:
    return character if character.isspace() else unicodedata.normalize("NFD", character.lower())


@pytest.mark.parametrize(
    ("bit", "says"),
    [
        (SPACE, str.isspace),
        (WORD, lambda c: c.isalnum() or c == "_"),
        (UPPER, str.isupper),
        (LOWER, lambda c: ("A" + c).isupper() is False),
        (NUMERIC, lambda c: any(map(str.isnumeric, normalised(c)))),
        (SPECIAL, lambda c: not c.isspace() and (normalised(c) != c or unicodedata.combining(c) > 0)),
        (CASED, lambda c: sigma_before(c) == "σ"),
        (CASE_IGNORABLE, lambda c: c in punctuation or (sigma_before(c), sigma_before(c + "a")) == ("ς", "σ")),
    ],
)
def test_properties_of_every_code_point_are_those_of_str(bit, says):
    ours = tables().properties[EVERY_CODE_POINT] & bit > 0
    assert [c for c, has in zip(CHARACTERS, ours, strict=True) if has != says(c)] == []


def test_marks_of_sentences_are_signs_that_normalisation_leaves_alone():
    marks = [c for c in CHARACTERS if tables().properties[ord(c)] >= SENTENCE_MARK]
    assert len(marks) == 175
    assert {".", "!", "?", "\u3002", "\u0964", "\u061F"} <= set(marks)
    assert not any(tables().properties[ord(mark)] & (SPACE | WORD | SPECIAL) for mark in marks)
    assert {unicodedata.category(mark) for mark in marks} <= {"Po", "Cn"}     # Cn: newer than this Python's Unicode


def test_every_code_point_normalises_as_str_and_unicodedata_say():
    t = tables()
    for c in CHARACTERS:
        bits = int(t.properties[ord(c)])
        mapping = 0 if bits >= SENTENCE_MARK else bits >> MAPPING_SHIFT
        becomes = normalised(c)
        if mapping == 0 or c.isspace():
            assert becomes == c
            assert bits >> CLASS_SHIFT & 0xFF == unicodedata.combining(c)
            continue
        at = (mapping - 1) * MAPPING_BYTES
        assert bytes(t.mapping[at : at + int(t.mapping_bytes[mapping - 1])]).decode() == becomes
        assert t.first_class[mapping - 1] == unicodedata.combining(becomes[0])
        assert t.last_class[mapping - 1] == unicodedata.combining(becomes[-1])
        assert len(becomes.encode()) <= MAX_GROWTH * len(c.encode())


def test_white_space_separates_every_context_that_normalisation_looks_at():
    """Why the normalised text of a line, even of a word, is the same by itself and in its document."""
    assert len(WHITE_SPACE) == 29
    for space in WHITE_SPACE:
        assert unicodedata.combining(space) == 0
        assert ("aΣ" + space + "a").lower() == "aς" + space + "a"
        assert ("a" + space + "Σ").lower() == "a" + space + "σ"
    assert not any(set(WHITE_SPACE) & set(normalised(c)) for c in CHARACTERS if not c.isspace())


def test_mappings_keep_what_the_kernels_rely_on():
    """One numeric code point at most; marks in canonical order; and what starts with a mark has only marks."""
    for becomes in {text for c, text in zip(CHARACTERS, map(normalised, CHARACTERS), strict=True) if text != c}:
        classes = [unicodedata.combining(c) for c in becomes]
        marks = [number for number in classes if number]
        assert sum(map(str.isnumeric, becomes)) <= 1
        assert classes[0] == 0 or 0 not in classes
        assert marks == sorted(marks)

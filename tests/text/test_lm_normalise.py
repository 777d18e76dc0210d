"""The line that a language model reads is cc_net's, whatever the text."""

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rpdata.text.lm_normalise import PUNCTUATION, normalise_lines
from tests.text.nasty import ALPHABETS, nasty_text, texts

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
LM_ALPHABET = (
    "".join(PUNCTUATION) + "１٣𝟗\u037E\u1FFD\u1FEF\u2329\u302E\u302F\U0001D15E\U0001D160\U0001D165\U0001D16D\u034F"
    "\U00016FF0\u0301\u0345\u20DD각İΣ.'A\u00AD\t\n\u200B "
)


def slow(text: str) -> str:
    """As the paper's code has it, one step after the other."""
    text = text.strip().lower()
    text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    text = re.sub(r"\d", "0", text)
    text = "".join(PUNCTUATION.get(c, c) for c in text)
    return CONTROL.sub("", text)


def lines(*texts: str) -> list[str]:
    return normalise_lines(pa.array(texts, pa.string())).to_pylist()


def test_lines_fuse_accents_and_case_go_and_digits_are_zero():
    assert lines("  Ça va à 19h30 …\n—„Été“\t12!\nNext  ") == ['ca va a 00h00 ... - "ete"00!next']


@given(st.lists(st.one_of(texts, nasty_text, st.text(LM_ALPHABET, max_size=80)), min_size=1, max_size=4))
@example(["\u302E\u034F\U0001D165\u302Fa", "ΑΣ", "ΑΣ'", "ΑΣ,Α", "", " \x85\u2028 ", "Σ"])
def test_every_line_is_that_of_the_slow_version(documents):
    assert lines(*documents) == list(map(slow, documents))


def test_every_code_point_alone_and_among_others():
    characters = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    expected = list(map(slow, characters))
    assert lines(*characters) == expected
    changing = [c for c, becomes in zip(characters, expected, strict=True) if c != becomes and not "가" <= c <= "힣"]
    for before, after in [("aΣ", "b1"), ("\U0001D165", "\u302E\U0001D165")]:
        documents = [before + c + after for c in changing]
        assert lines(*documents) == list(map(slow, documents))


@pytest.mark.parametrize("name", ALPHABETS)
def test_long_documents_of_one_alphabet(name):
    rng = np.random.default_rng(3)
    document = "".join(rng.choice(list(ALPHABETS[name] + LM_ALPHABET), 20_000))
    assert lines(document, "", document[::-1]) == [slow(document), "", slow(document[::-1])]


def test_slices_large_strings_and_no_texts_are_read_alike():
    documents = pa.array(["Nothing of this", "Ä1", "", "éÉ"])
    assert normalise_lines(documents[1:]).to_pylist() == ["a0", "", "ee"]
    assert normalise_lines(documents[1:].cast(pa.large_string())).to_pylist() == ["a0", "", "ee"]
    assert normalise_lines(documents[:0]).to_pylist() == []
    with pytest.raises(ValueError, match="null"):
        normalise_lines(pa.array(["a", None]))


def test_marks_out_of_order_and_growing_letters_take_linear_time():
    """Not so in `unicodedata`, so what must come out of the first is said."""
    pair = "\U0001D16D\U0001D165"          # classes 226 and 216
    assert lines(pair * 300_000) == ["\U0001D165" * 300_000 + "\U0001D16D" * 300_000]
    for text in ("각" * 500_000, "a\u302E\u0301\U0001D165" * 200_000, "Σ'" * 300_000):
        assert lines(text) == [slow(text)]

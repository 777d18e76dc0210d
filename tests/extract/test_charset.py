"""Which charset a page is read in, whatever its headers say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.extract.charset import text_of

GERMAN = "<p>Fünf böse Mädchen aßen Käse für zwölf Öre, „schön“ – überall"
JAPANESE = "<p>日本語のテキストです。ひらがなとカタカナ、漢字もあります。"
RUSSIAN = "<p>Съешь же ещё этих мягких французских булок, да выпей чаю"


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_outdoes_every_name(codec):
    assert text_of(("\ufeff" + JAPANESE).encode(codec), "windows-1251") == JAPANESE


@pytest.mark.parametrize(
    ("text", "codec", "header"),
    [
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "cp1252", "ISO-8859-1"),           # in practice always Windows-1252, whose quotes these are
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (JAPANESE, "shift_jis", "x-sjis"),
        (JAPANESE, "euc_jp", "euc-jp"),
        (JAPANESE, "iso2022_jp", "iso-2022-jp"),
        (JAPANESE, "gb18030", "gb2312"),
        (GERMAN, "utf-16-le", "utf-16le"),
    ],
)
def test_the_header_is_believed_where_it_fits(text, codec, header):
    assert text_of(text.encode(codec), header) == text


@pytest.mark.parametrize("declaration", ['<meta charset="{}">', '<META content="text/html; charset={}">',
                                         '<?xml version="1.0" encoding="{}"?>', "<meta charset={} />"])
@pytest.mark.parametrize("header", [None, "", "utf-8", "no-such-charset", "utf-16"])
def test_the_page_is_believed_where_the_header_says_nothing_or_lies(declaration, header):
    page = declaration.format("windows-1251") + RUSSIAN
    assert text_of(page.encode("cp1251"), header) == page


@pytest.mark.parametrize("lie", ["iso-8859-1", "windows-1251", "shift_jis", "us-ascii", "x-user-defined", "gbk"])
@pytest.mark.parametrize("text", [GERMAN, JAPANESE, RUSSIAN])
def test_utf8_is_seen_whatever_is_said(text, lie):
    page = f'<meta charset="{lie}">{text}'
    assert text_of(page.encode(), lie) == page


@pytest.mark.parametrize(("text", "codec"), [(JAPANESE * 5, "shift_jis"), (RUSSIAN * 5, "cp1251"), (GERMAN, "cp1252")])
def test_what_nobody_names_is_detected(text, codec):
    assert text_of(text.encode(codec), None) == text
    assert text_of(text.encode(codec), "utf-8") == text


def test_a_few_wrong_bytes_do_not_change_the_charset():
    page = JAPANESE.encode()
    assert text_of(page[:-1] + b"\xff", "utf-8").startswith(JAPANESE[:-1] + "\ufffd")
    assert text_of(page + b"\xe6\x97", "utf-8") == JAPANESE + "\ufffd"
    broken_before = "\ufffd\ufffd" + JAPANESE       # by whoever wrote the page
    assert text_of(broken_before.encode() + b"\xff", "utf-8") == broken_before + "\ufffd"


def test_names_in_comments_and_far_down_do_not_count():
    assert text_of(b" " * 5000 + b"<meta charset=koi8-r>" + GERMAN.encode("cp1252"), None).endswith(GERMAN)


NAMES = ["utf-8", "utf-16", "gbk", "utf-7", "hz", "base64", "iso-2022-jp"]


@given(st.binary(), st.one_of(st.none(), st.text(), st.sampled_from(NAMES)))
def test_any_bytes_become_text(payload, header):
    text_of(payload, header).encode()

"""The bytes of a page into text, whatever its headers say of them.

A byte order mark decides. Else bytes that are UTF-8 beyond doubt are that; else the first charset counts that the HTTP
header or a `<meta>` names and that fits the bytes; else the one that the bytes look like.
"""

import re

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

MARKS = {       # UTF-32 before UTF-16, whose mark is its beginning
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
# As browsers have it, each name stands for the larger charset that goes by it in practice.
SUPERSETS = {"gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs"}

DECLARATION = re.compile(
    rb"""<meta\b[^>]{0,1000}?\bcharset\s*=\s*["']?\s*([\w:.-]+)|<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w:.-]+)""",
    re.IGNORECASE,
)
DECLARATION_BYTES = 4096
HIGH_BYTES = bytes(range(0x80, 0x100))
REPLACEMENT = "\ufffd"
ENOUGH = 8              # high bytes that are valid UTF-8: by chance once in a million
WRONG_SHARE = 0.1       # of the high bytes; text in another charset has far more of them wrong, a torn page a few


def text_of(payload: bytes, header: str | None) -> str:
    """The text of a page; `header` is the charset that its Content-Type names. What is no text becomes U+FFFD."""
    for mark, codec in MARKS.items():
        if payload.startswith(mark):
            return payload[len(mark) :].decode(codec, "replace")
    high = len(payload) - len(payload.translate(None, HIGH_BYTES))
    if high >= ENOUGH:
        try:
            return payload.decode()
        except UnicodeDecodeError:
            pass
    for name in (header, declared(payload)):
        text = fitting(payload, name, high)
        if text is not None:
            return text
    return payload.decode(codec_of(detect_encoding(payload) or "utf-8"), "replace")


def declared(payload: bytes) -> str | None:
    """The charset that the page itself names. UTF-16 can't be: the name could not be read."""
    found = DECLARATION.search(payload, 0, DECLARATION_BYTES)
    if found is None:
        return None
    name = (found[1] or found[2]).decode()
    return "utf-8" if name.lower().startswith("utf-16") else name


def fitting(payload: bytes, name: str | None, high: int) -> str | None:
    """The text if the bytes are in the charset of this name, but for a few."""
    known = map_encoding_to_html5(name.strip(), fallback_utf8=False) if name else None
    if known is None:
        return None
    codec = codec_of(known)
    if codec.startswith("utf-16") and payload.count(0) < len(payload) / 10:
        return None
    text = payload.decode(codec, "replace")
    wrong = text.count(REPLACEMENT)
    if codec == "utf-8":
        wrong -= payload.count(REPLACEMENT.encode())
    return text if wrong <= high * WRONG_SHARE else None


def codec_of(name: str) -> str:
    return SUPERSETS.get(name, name)

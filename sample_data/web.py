"""A page of the sample as its server sends it: HTML with the furniture of a site around it, in some charset, encoded.

What varies from page to page depends on its address alone.
"""

import zlib
from collections.abc import Callable
from functools import cache
from html import escape

import brotli
from pages import MAIN_LANGUAGES, Furniture, Page, furniture

NAVIGATION_LINKS = 7
CHUNK_BYTES = 1500
STORED = 0              # deflate without compression: any zlib makes the same bytes of it

# How pages in a language say what charset they are in: the charset, and whether the header or a <meta> names it.
# All other pages are UTF-8; characters that a charset lacks are written as references, as browsers do in forms.
CHARSETS = {
    "de": ("iso-8859-1", "header"),
    "fr": ("windows-1252", "meta"),
    "el": ("iso-8859-7", "header"),
    "ja": ("shift_jis", "meta"),
    "pl": ("iso-8859-2", "header"),
    "ru": ("windows-1251", "meta"),
    "zh": ("gb18030", "header"),
    "es": ("utf-16", "mark"),
}
IN_ANOTHER_CHARSET = 4      # of the main languages one page in so many, of the others every page


def gzipped(data: bytes) -> bytes:
    return zlib.compress(data, STORED, wbits=31)


def chunked(data: bytes) -> bytes:
    pieces = [data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


# Headers that say how the payload is encoded, and how it is; most pages are sent as they are.
ENCODINGS: list[tuple[dict[str, str], Callable[[bytes], bytes]]] = [
    ({"Transfer-Encoding": "chunked"}, chunked),
    ({"Content-Encoding": "gzip"}, gzipped),
    ({"Content-Encoding": "br"}, brotli.compress),
    ({"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}, lambda data: chunked(gzipped(data))),
]
SENT_AS_IT_IS = 12


@cache
def words_of(language: str) -> Furniture:
    """The furniture of a site; in English where nobody wrote any in the language."""
    return furniture(language if language in MAIN_LANGUAGES else "en")


def chance(page: Page, what: str, sides: int) -> int:
    return zlib.crc32(f"{what} {page.url}".encode()) % sides


def charset_of(page: Page) -> tuple[str, str]:
    rare = page.language not in MAIN_LANGUAGES or chance(page, "charset", IN_ANOTHER_CHARSET) == 0
    return CHARSETS.get(page.language, ("utf-8", "header")) if rare else ("utf-8", "meta")


def response(page: Page) -> bytes:
    """Status line, headers and the payload in its encodings."""
    charset, named_in = charset_of(page)
    plain = page.kind == "code" and chance(page, "plain", 2) == 0
    content = page.text if plain else html(page, charset if named_in == "meta" else None)
    payload = content.encode(charset, "xmlcharrefreplace")
    kind = "text/plain" if plain else "text/html"
    place = chance(page, "encoding", SENT_AS_IT_IS + len(ENCODINGS))
    headers = {"Content-Type": f"{kind}; charset={charset}" if named_in == "header" or plain else kind}
    if place < len(ENCODINGS):
        encoding, encode = ENCODINGS[place]
        return http("200 OK", {**headers, **encoding}, encode(payload))
    return http("200 OK", headers, payload)


def http(status: str, headers: dict[str, str], payload: bytes) -> bytes:
    fields = {"Server": "a very small one", **headers}
    if "Transfer-Encoding" not in fields:
        fields["Content-Length"] = str(len(payload))
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode() + payload


def html(page: Page, charset: str | None) -> str:
    """The text between what surrounds it on web pages; the title is a heading above the content."""
    words = words_of(page.language)
    text = escape(page.text, quote=False)
    content = f"<pre>{text}</pre>" if page.kind == "code" else f"<p>{text.replace(chr(10), '<br>')}</p>"
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"""<!DOCTYPE html>
<html lang="{page.language}">
<head>{meta}<title>{escape(page.title)}</title>
<style>nav li {{ display: inline }} .cookie-banner {{ position: fixed }}</style>
<script>window.loaded = function () {{ return "{page.kind}"; }};</script>
</head>
<body>
<div class="cookie-banner" id="cookies" role="dialog"><p>{escape(words["cookies"])}</p><button>OK</button></div>
<header class="site-header"><nav><ul>
{links(words["navigation"][:NAVIGATION_LINKS])}
</ul></nav><h1>{escape(page.title)}</h1></header>
<main><article>{content}</article></main>
<aside class="sidebar"><ul>
{links(words["more"])}
</ul></aside>
<noscript>{escape(words["script"])}</noscript>
<footer class="site-footer"><ul>
{links(words["footer"])}
</ul></footer>
</body>
</html>
"""


def links(names: list[str]) -> str:
    return "\n".join(f'<li><a href="/{place}">{escape(name)}</a></li>' for place, name in enumerate(names))

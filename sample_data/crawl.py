"""The pages as a crawler archives them: WARC files with what servers sent, WET files with the text, and a torn one."""

import hashlib
import uuid
import zlib
from base64 import b32encode
from collections.abc import Iterator

from pages import MAIN_LANGUAGES, Page
from web import STORED, http, response

CRAWL = "SAMPLE-20260815000000-20260815030000"
WARC_FILES = 2
TORN_BYTES = 300        # missing at the end of the damaged file
CODES = {"en": "eng", "de": "deu", "fr": "fra", "es": "spa", "it": "ita"}      # ISO 639-3, as Common Crawl has them
PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


def text_record(page: Page) -> bytes:
    """The body of the WET record: the title is its first line."""
    return f"{page.title}\n{page.text.rstrip(chr(10))}\n".encode()


def sha1(data: bytes) -> str:
    return "sha1:" + b32encode(hashlib.sha1(data).digest()).decode()


def downloaded(url: str) -> str:
    """A time within the crawl that depends on the address alone."""
    seconds = zlib.crc32(url.encode()) % 10_800
    return f"2026-08-15T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"


def wet_name(language: str) -> str:
    return f"{CRAWL}-{language if language in MAIN_LANGUAGES else 'other'}.warc.wet.gz"


def gzip_member(data: bytes, level: int = 9) -> bytes:
    """One gzip member without a time in it."""
    return zlib.compress(data, level, wbits=31)


def record_id(name: str) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}>"


def record(headers: dict[str, str], body: bytes, length: int | None = None) -> bytes:
    """A record, not compressed. Its length is that of its body, unless another one is given."""
    fields = {
        **headers,
        "WARC-Block-Digest": sha1(body),
        "Content-Length": str(len(body) if length is None else length),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + body + b"\r\n\r\n"


def warcinfo(name: str) -> bytes:
    about = {
        "WARC-Type": "warcinfo",
        "WARC-Date": "2026-08-15T03:00:00Z",
        "WARC-Filename": name,
        "WARC-Record-ID": record_id(name),
        "Content-Type": "application/warc-fields",
    }
    return record(about, b"Software-Info: sample_data/build.py\r\nisPartOf: " + CRAWL.encode() + b"\r\n")


def conversion(page: Page, length: int | None = None) -> bytes:
    """The text of a page, under another length than it has if one is given."""
    headers = {
        "WARC-Type": "conversion",
        "WARC-Target-URI": page.url,
        "WARC-Date": downloaded(page.url),
        "WARC-Record-ID": record_id(page.url),
        "WARC-Refers-To": record_id(page.url + "#response"),
        "WARC-Identified-Content-Language": CODES.get(page.language, page.language),
        "Content-Type": "text/plain",
    }
    return record(headers, text_record(page), length)


def visit(kind: str, url: str, body: bytes) -> bytes:
    """What a crawler has of a visit: `response`, `request`, `revisit` or, in words of its own, `metadata`."""
    http_message = kind if kind == "request" else "response"
    content_type = "application/warc-fields" if kind == "metadata" else f"application/http; msgtype={http_message}"
    headers = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": downloaded(url),
        "WARC-Record-ID": record_id(f"{url}#{kind}"),
        "Content-Type": content_type,
    }
    return record(headers, body)


def wet_files(pages: list[Page]) -> dict[str, bytes]:
    """One record, and one gzip member, for each page, after the `warcinfo` record."""
    files: dict[str, bytes] = {}
    for page in pages:
        name = wet_name(page.language)
        if f"wet/{name}" not in files:
            files[f"wet/{name}"] = gzip_member(warcinfo(name))
        files[f"wet/{name}"] += gzip_member(conversion(page))
    return files


def warc_files(pages: list[Page]) -> dict[str, bytes]:
    """The responses in the order of the crawl, and in the first file records that hold no page."""
    files: dict[str, bytes] = {}
    size = -(-len(pages) // WARC_FILES)
    for number in range(WARC_FILES):
        name = f"{CRAWL}-{number:05}.warc.gz"
        part = pages[number * size : (number + 1) * size]
        records = [warcinfo(name), *(visit("response", page.url, response(page)) for page in part)]
        if number == 0:
            records[2:2] = no_pages(part[0])
        files[f"warc/{name}"] = b"".join(map(gzip_member, records))
    return files


def no_pages(page: Page) -> Iterator[bytes]:
    """What else is in the archive of a crawl: about the visit to a page, and what was met beside pages."""
    site = page.url.rpartition("/")[0]
    request = f"GET {page.url} HTTP/1.1\r\nAccept: text/html\r\nAccept-Encoding: gzip, br\r\n\r\n".encode()
    yield visit("request", page.url, request)
    yield visit("metadata", page.url, b"fetchTimeMs: 27\r\n")
    yield visit("revisit", f"{site}/seen", http("304 Not Modified", {}, b""))
    yield visit("response", f"{site}/pixel.gif", http("200 OK", {"Content-Type": "image/gif"}, PIXEL))
    yield visit("response", f"{site}/old", http("301 Moved Permanently", {"Location": page.url}, b""))
    missing = http("404 Not Found", {"Content-Type": "text/html"}, b"<title>404</title><p>Not found")
    yield visit("response", f"{site}/gone", missing)


def damaged_files(pages: list[Page]) -> dict[str, bytes]:
    """A WET file as an accident leaves it: pages in English, two in German, two too short; the end is missing."""
    chosen = {"en prose": 8, "de prose": 2, "en short": 2}
    some = [
        page
        for name, number in chosen.items()
        for page in [page for page in pages if name == f"{page.language} {page.kind}"][:number]
    ]
    some.append(some.pop(0))        # a long one is the last
    name = f"{CRAWL}-damaged.warc.wet.gz"
    records = [warcinfo(name), *map(conversion, some)]
    records[3] = conversion(some[2], length=1200)     # less than there is
    records[5] = b"these bytes belong to no record\n" + records[5]
    records[7] = records[7].replace(b"WARC-Type: conversion\r\n", b"").replace(b"Content-Length", b"Length")
    *whole, last = records
    torn = gzip_member(last, STORED)[:-TORN_BYTES]      # stored, so that the same is left of it with any zlib
    return {f"damaged/{name}": b"".join([*map(gzip_member, whole), torn])}

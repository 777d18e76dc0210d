"""Small inputs of every kind, from which fuzzing starts.

Nothing of rpdata is imported here: its modules are instrumented as they are imported, later.
"""

import gzip

import brotli
import orjson
import zstandard

from tests.archives import response, warc_record

LINES = b"".join(orjson.dumps({"raw_content": "x\u00e4" * n, "text": "x" * n, "length": n}) + b"\n" for n in range(9))
WET = [warc_record("Title\nText \u00e4\n".encode() * n, "conversion", "text/plain") for n in range(9)]
WARC = [
    warc_record(b"a: b\r\n", "warcinfo"),
    response(b"<title>t</title><p>" + b"words " * 40),
    response(gzip.compress(b"<p>" + b"words " * 40, mtime=0), http=["Content-Encoding: gzip"]),
    response(b"5\r\nwords\r\n0\r\n\r\n", "text/plain; charset=utf-16", http=["Transfer-Encoding: chunked"]),
    response(b"\xff\xfe<\0p\0>\0x\0"),
]

PAGE = '<meta charset="windows-1251"><title>Съешь</title><p>ещё этих мягких булок'.encode("windows-1251")
HTTP = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=koi8-r\r\n\r\n" + PAGE,
    b"HTTP/1.0 200\nContent-Encoding: gzip\n\n" + gzip.compress(PAGE, mtime=0),
    b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n" + brotli.compress(PAGE),
    b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate, zstd\r\n\r\n" + zstandard.ZstdCompressor().compress(PAGE),
    b"HTTP/1.1 404\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n\xff\xfea\0b\0",
]

PACKED = [gzip.compress(LINES, mtime=0), gzip.compress(b"", mtime=0) * 2, zstandard.ZstdCompressor().compress(LINES)]

TEXTS = [
    text.encode()
    for text in (
        "",
        "The quick brown fox jumps over the lazy dog... and then, it's said, over the next one! Did it? Yes.\n" * 3,
        "\u2022 A bullet \u2026\n\n- İSTANBUL ΟΔΥΣΣΕΥΣ ẞ \u0344\u0301\u0323 ½ Ⅷ ٣٤ 七百 {lorem ipsum} # javascript",
        "👩\u200d👩\u200d👧 \u00a0\u2003\u0085\u2028\x1c\0\ufeff\u1fef\u037e\u226e" * 20,
        "a b " * 40 + "x" * 130,
    )
]

SEEDS: dict[str, list[bytes]] = {       # for each harness
    "wet": [b"".join(WET), *WET[:3]],
    "warc": [b"".join(WARC), *WARC],
    "http": HTTP,
    "ccnet": [LINES],
    "jsonl": [LINES],
    "packed": PACKED,
    "kernels": [bytes([place]) + text for place, text in enumerate(TEXTS)],
}

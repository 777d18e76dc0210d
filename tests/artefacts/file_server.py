"""A web server of files that breaks off, changes its mind, and remembers what it was asked for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POLL = 0.01         # seconds until it notices that it is to end


class FileServer(ThreadingHTTPServer):
    """Serves `files` by their paths (None: not found), and `content` at every other path, behind a gate.

    Attributes
    ----------
    breaks_off: how many answers are still to be cut, to `cut` bytes.
    ranges, paths: what was asked for.
    version: the ETag; None: it names none.
    status: an HTTP error to answer with, if any.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.files: dict[str, bytes | None] = {}
        self.ranges: list[str | None] = []
        self.paths: list[str] = []
        self.breaks_off = 0
        self.cut = 500_000
        self.knows_ranges = self.tells_length = True
        self.version: str | None = None
        self.status: int | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.root = f"http://127.0.0.1:{self.server_port}/"
        self.url = f"{self.root}tiny.bin"


class Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        http = self.server
        content = http.files.get(self.path, http.content)
        asked = self.headers.get("Range")
        http.ranges.append(asked)
        http.paths.append(self.path)
        if http.status or content is None:
            self.send_error(http.status or 404)
            return
        http.gate.wait(30)
        gives_range = asked and http.knows_ranges and self.headers.get("If-Range") in (None, http.version)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and gives_range else 0
        body = content[start:]
        self.send_response(206 if gives_range else 200)
        if gives_range:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if http.version:
            self.send_header("ETag", http.version)
        if http.tells_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if http.breaks_off > 0:
            http.breaks_off -= 1
            body = body[: http.cut]
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(content: bytes) -> Iterator[FileServer]:
    with FileServer(content) as http:
        threading.Thread(target=http.serve_forever, args=(POLL,), daemon=True).start()
        yield http
        http.shutdown()

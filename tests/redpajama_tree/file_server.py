"""A stand-in for the hub on the loopback: repositories of datasets, read-only, and a note of what was fetched.

It speaks what `huggingface_hub` asks to list a repository's files and to read them by ranges. What the hub itself
does beside that (rights, redirects to storage, paging of long lists) is not here.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DATE = "2026-01-01T00:00:00.000Z"


class Hub(ThreadingHTTPServer):
    """Serves USER/NAME/... of a folder. fetched: the files whose bytes were asked for, below that folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.folder = folder
        self.fetched: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def describe(self, path: Path) -> dict[str, object]:
        """What a listing says of a file or folder; its name is that in the repository."""
        name = "/".join(path.relative_to(self.folder).parts[2:])
        about: dict[str, object] = {"path": name, "oid": hashlib.sha1(name.encode()).hexdigest(), "size": 0}
        if path.is_dir():
            return {**about, "type": "directory"}
        return {**about, "type": "file", "size": path.stat().st_size}


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if file := re.fullmatch("/datasets/([^/]+/[^/]+)/resolve/[^/]+/(.*)", path):
            self.file(f"{file[1]}/{file[2]}")
        elif tree := re.fullmatch("/api/datasets/([^/]+/[^/]+)/tree/[^/]+/?(.*)", path):
            self.tree(self.server.folder / tree[1] / tree[2], "recursive=true" in self.path.lower())
        elif about := re.fullmatch("/api/datasets/([^/]+/[^/]+)(/revision/[^/]+)?", path):
            self.json({"id": about[1], "sha": COMMIT, "private": False, "tags": [], "siblings": []})
        else:
            self.nothing()

    def do_HEAD(self) -> None:
        self.do_GET()

    def tree(self, folder: Path, recursive: bool) -> None:
        if not folder.is_dir():
            self.nothing()
            return
        found = folder.rglob("*") if recursive else folder.iterdir()
        self.json([self.server.describe(path) for path in sorted(found)])

    def file(self, name: str) -> None:
        path = self.server.folder / name
        if not path.is_file():
            self.nothing()
            return
        content = path.read_bytes()
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start, end = (int(span[1]), int(span[2] or len(content) - 1)) if span else (0, len(content) - 1)
        part = content[start : end + 1]
        if self.command == "GET":
            self.server.fetched.add(name)
        self.send_response(206 if span else 200)
        if span:
            self.send_header("Content-Range", f"bytes {start}-{start + len(part) - 1}/{len(content)}")
        self.send_header("ETag", '"' + hashlib.sha1(content).hexdigest() + '"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.finish_with(part)

    def json(self, value: object) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.finish_with(json.dumps(value).encode())

    def nothing(self) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", "EntryNotFound")
        self.finish_with(b"{}")

    def finish_with(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving(folder: Path) -> Iterator[Hub]:
    """The server, until the block ends."""
    with Hub(folder) as hub:
        thread = threading.Thread(target=hub.serve_forever)
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()

"""A Hub of one's own on the loopback: the endpoints that pushing needs, with accounts, failures and a memory."""

import base64
import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

POLL = 0.01         # seconds until it notices that it is to end
PAGE = 50           # entries of a listing; the real one has a thousand
REPO = r"(?P<repo>[^/]+/[^/]+)"


@dataclass
class File:
    """A committed file; content is None where it went to the store of chunks, which only knows its hash."""

    content: bytes | None
    size: int
    sha256: str | None = None       # of large files only

    def entry(self, path: str) -> dict[str, Any]:
        content = self.content or b""
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        entry = {"type": "file", "path": path, "size": self.size, "oid": blob}
        return entry | ({"lfs": {"oid": self.sha256, "size": self.size, "pointerSize": 130}} if self.sha256 else {})


@dataclass
class Repo:
    private: bool = False
    files: dict[str, File] = field(default_factory=dict)
    commits: list[list[str]] = field(default_factory=list)      # what each changed: paths, those removed with a minus


@dataclass
class Account:
    name: str
    role: str = "write"
    orgs: tuple[str, ...] = ()


class Hub(ThreadingHTTPServer):
    """The server. Repositories and accounts may be planted; what it was asked stands in `requests` (method, path).

    Attributes
    ----------
    failing: fragments of "METHOD /path" -> statuses to answer with before it behaves.
    objects: large files that were uploaded, by hash. stored: how often each was. chunks: bytes to the store of chunks.
    allows: how many uploads (of large files, of chunks) it takes; then it does not answer until `gone_on` is set, and
        sets `reached`. None: all.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.accounts = {"hf_writer": Account("ann"), "hf_reader": Account("ann", "read")}
        self.repos: dict[str, Repo] = {}
        self.requests: list[tuple[str, str]] = []
        self.failing: dict[str, list[int]] = {}
        self.retry_after = "0"
        self.objects: dict[str, bytes] = {}
        self.stored: Counter[str] = Counter()
        self.chunks = 0
        self.ignored: set[str] = set()
        self.allows: int | None = None
        self.reached = threading.Event()
        self.gone_on = threading.Event()
        self.lock = threading.Lock()

    @contextmanager
    def taking(self) -> Iterator[bool]:
        """Whether one more upload is taken; if not, what asked for it waits until the test goes on."""
        with self.lock:
            takes = self.allows is None or self.allows > 0
            if takes and self.allows is not None:
                self.allows -= 1
            yield takes
        if not takes:
            self.reached.set()
            self.gone_on.wait(60)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass        # a client that was killed


class Refused(Exception):
    """An answer other than 200: status, message, and the Hub's code for it."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        self.status, self.message, self.code = status, message, code


class Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or self.chunked()
        parts = urlsplit(self.path)
        what = f"{self.command} {parts.path}"
        with self.server.lock:
            self.server.requests.append((self.command, parts.path))
            failing = next((each for fragment, each in self.server.failing.items() if fragment in what and each), None)
            status = failing.pop(0) if failing else None
        if status:
            self.answer(status, {"error": "out of order"}, {"Retry-After": self.server.retry_after})
            return
        try:
            for pattern, action in ROUTES:
                if found := re.fullmatch(pattern, what):
                    action(self, body, **found.groupdict())
                    return
            self.answer(404, {"error": f"nothing at {what}"})
        except Refused as refused:
            headers = {"X-Error-Message": refused.message} | ({"X-Error-Code": refused.code} if refused.code else {})
            self.answer(refused.status, {"error": refused.message}, headers)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def chunked(self) -> bytes:
        body = b""
        while self.headers.get("Transfer-Encoding") == "chunked" and (size := int(self.rfile.readline(), 16)):
            body += self.rfile.read(size)
            self.rfile.readline()
        if self.headers.get("Transfer-Encoding") == "chunked":
            self.rfile.readline()
        return body

    def answer(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def account(self) -> Account:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token not in self.server.accounts:
            raise Refused(401, "Invalid credentials in Authorization header")
        return self.server.accounts[token]

    def writable(self, repo: str) -> Repo:
        """The repository, if the token may write to it. It repeats the token, as a careless server might."""
        account = self.account()
        if repo not in self.server.repos:
            raise Refused(404, "Repository not found", "RepoNotFound")
        if account.role == "read" or repo.partition("/")[0] not in (account.name, *account.orgs):
            raise Refused(403, f"no write access for {self.headers['Authorization']}")
        return self.server.repos[repo]

    def whoami(self, body: bytes) -> None:
        account = self.account()
        token = {"role": account.role, "displayName": "laptop"}
        orgs = [{"name": name} for name in account.orgs]
        self.answer(200, {"name": account.name, "orgs": orgs, "auth": {"accessToken": token}})

    def create(self, body: bytes) -> None:
        asked = json.loads(body)
        account = self.account()
        owner = asked["organization"] or account.name
        repo = f"{owner}/{asked['name']}"
        if account.role == "read" or owner not in (account.name, *account.orgs):
            raise Refused(403, f"You don't have the rights to create a dataset under the namespace \"{owner}\"")
        url = f"{self.server.url}/datasets/{repo}"
        if repo in self.server.repos:
            self.answer(409, {"error": "You already created this dataset repo", "url": url})
            return
        assert asked["type"] == "dataset"
        self.server.repos[repo] = Repo(asked.get("visibility") == "private" or bool(asked.get("private")))
        self.answer(200, {"url": url})

    def info(self, body: bytes, repo: str) -> None:
        if repo not in self.server.repos:
            raise Refused(404, "Repository not found", "RepoNotFound")
        self.answer(200, {"id": repo, "private": self.server.repos[repo].private, "sha": "0" * 40, "siblings": []})

    def tree(self, body: bytes, repo: str) -> None:
        query = parse_qs(urlsplit(self.path).query)
        start = int(query.get("cursor", ["0"])[0])
        files = sorted(self.server.repos[repo].files.items())
        following = f"{self.server.url}/api/datasets/{repo}/tree/main?recursive=true&cursor={start + PAGE}"
        page = [file.entry(path) for path, file in files[start : start + PAGE]]
        self.answer(200, page, {"Link": f'<{following}>; rel="next"'} if start + PAGE < len(files) else {})

    def preupload(self, body: bytes, repo: str) -> None:
        there = self.writable(repo).files
        modes = [
            {
                "path": file["path"],
                "uploadMode": "lfs" if file["path"].endswith(".parquet") else "regular",
                "shouldIgnore": file["path"] in self.server.ignored,
                "oid": None if file["path"] not in there else (
                    there[file["path"]].sha256 or there[file["path"]].entry("")["oid"]
                ),
            }
            for file in json.loads(body)["files"]
        ]
        self.answer(200, {"files": modes})

    def batch(self, body: bytes, repo: str) -> None:
        self.writable(repo)
        objects = [
            {**each, "actions": {"upload": {"href": f"{self.server.url}/objects/{each['oid']}", "header": {}}}}
            if each["oid"] not in self.server.objects else each
            for each in json.loads(body)["objects"]
        ]
        self.answer(200, {"transfer": "basic", "objects": objects})

    def store(self, body: bytes, oid: str) -> None:
        hub = self.server
        with hub.taking() as takes:
            if takes:
                assert hashlib.sha256(body).hexdigest() == oid
                hub.objects[oid] = body
                hub.stored[oid] += 1
        self.answer(200, b"")

    def commit(self, body: bytes, repo: str) -> None:
        there = self.writable(repo)
        changed = []
        for line in body.splitlines():
            key, value = json.loads(line)["key"], json.loads(line)["value"]
            if key == "file":
                content = base64.b64decode(value["content"])
                there.files[value["path"]] = File(content, len(content))
            elif key == "lfsFile":
                content = self.server.objects.get(value["oid"])
                assert content is not None or self.server.chunks
                there.files[value["path"]] = File(content, value["size"], value["oid"])
            elif key == "deletedFile":
                del there.files[value["path"]]
            if key != "header":
                changed.append(("-" if key == "deletedFile" else "") + value["path"])
        there.commits.append(changed)
        self.answer(200, {"commitUrl": f"{self.server.url}/datasets/{repo}/commit/{'1' * 40}", "commitOid": "1" * 40})

    def yaml(self, body: bytes) -> None:
        valid = json.loads(body)["content"].startswith("---\n")
        wrong = [] if valid else [{"message": "no metadata"}]
        self.answer(200 if valid else 400, {"errors": wrong, "warnings": []})

    def resolve(self, body: bytes, repo: str, path: str) -> None:
        file = self.server.repos[repo].files.get(path)
        if file is None or file.content is None:
            raise Refused(404, "Entry not found", "EntryNotFound")
        etag = file.sha256 or file.entry(path)["oid"]
        self.answer(200, file.content, {"ETag": f'"{etag}"', "X-Repo-Commit": "0" * 40})

    def chunk_token(self, body: bytes, repo: str) -> None:
        self.writable(repo)
        self.answer(200, {"casUrl": self.server.url, "accessToken": "chunks", "exp": int(time.time()) + 3600})

    def chunk(self, body: bytes) -> None:
        with self.server.taking() as takes:
            self.server.chunks += len(body) if takes else 0
        self.answer(200, {"was_inserted": True, "result": 1})

    def log_message(self, *_: object) -> None:
        pass


ROUTES: list[tuple[str, Callable[..., None]]] = [
    (r"GET /api/whoami-v2", Handler.whoami),
    (r"POST /api/repos/create", Handler.create),
    (r"POST /api/validate-yaml", Handler.yaml),
    (rf"GET /api/datasets/{REPO}", Handler.info),
    (rf"GET /api/datasets/{REPO}/revision/main", Handler.info),
    (rf"GET /api/datasets/{REPO}/tree/main", Handler.tree),
    (rf"GET /api/datasets/{REPO}/xet-write-token/main", Handler.chunk_token),
    (rf"POST /api/datasets/{REPO}/preupload/main", Handler.preupload),
    (rf"POST /api/datasets/{REPO}/commit/main", Handler.commit),
    (rf"POST /datasets/{REPO}\.git/info/lfs/objects/batch", Handler.batch),
    (r"PUT /objects/(?P<oid>\w+)", Handler.store),
    (rf"(?:GET|HEAD) /datasets/{REPO}/resolve/main/(?P<path>.+)", Handler.resolve),
    (r"POST /v1/(?:xorbs/.+|shards)", Handler.chunk),
]


@contextmanager
def hub() -> Iterator[Hub]:
    with Hub() as server:
        threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True).start()
        yield server
        server.gone_on.set()
        server.shutdown()

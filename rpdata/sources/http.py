"""The HTTP response that a WARC record holds."""

import re
from dataclasses import dataclass

STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})[^\n]*(?:\n|\Z)")
END_OF_HEADERS = re.compile(rb"\n\r?\n")
FIELD = re.compile(r"^([^\s:]+)[ \t]*:[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
MEDIA_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)")
CHARSET = re.compile(r"""\bcharset\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Response:
    """A response: its status, its headers by name in lower case (of several, the last), its body as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def encodings(self) -> tuple[str, ...]:
        """Content and transfer encodings, in the order in which they were applied."""
        named = f"{self.headers.get('content-encoding', '')},{self.headers.get('transfer-encoding', '')}"
        return tuple(name for name in (part.strip().lower() for part in named.split(",")) if name)


def parse_response(block: bytes) -> Response | None:
    """The response that these bytes are; None if they do not begin with a status line."""
    status = STATUS_LINE.match(block)
    if status is None:
        return None
    end = END_OF_HEADERS.search(block, status.end() - 1)
    head = block[status.end() : end.start() if end else len(block)].decode("latin-1")
    headers = {name.lower(): value for name, value in FIELD.findall(head)}
    return Response(int(status[1]), headers, block[end.end() :] if end else b"")


def media_type(content_type: str | None) -> str | None:
    """`text/html` of `Text/HTML; charset=utf-8`; None if there is none."""
    match = MEDIA_TYPE.match(content_type or "")
    return match[1].lower() if match else None


def charset(content_type: str | None) -> str | None:
    match = CHARSET.search(content_type or "")
    return match[1] if match else None

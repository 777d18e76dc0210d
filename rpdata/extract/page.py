"""One page: its payload as the server sent it, its title and text."""

from typing import Any

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree
from resiliparse.parse.html.exception import HTMLParserException

from rpdata.extract.charset import text_of
from rpdata.extract.payload import TooLongError, decoded


def answer(request: dict[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
    """What the child says of a page; the request has the fields of `sandbox.Request`."""
    try:
        body, wrong = decoded(payload, request["encodings"], request["bound"])
        text = text_of(body, request["charset"])
        title, text = (None, text) if request["mode"] == "text" else taken_apart(text, request["mode"] == "main")
    except TooLongError:
        return {"too_long": True}, b""
    except (HTMLParserException, MemoryError):      # the former too means that: nothing else makes HTML fail
        return {"no_memory": True}, b""
    return {"title": title, "wrong": wrong}, text.encode()


def taken_apart(html: str, main: bool) -> tuple[str | None, str]:
    """Title and text of an HTML page: its main content without the comments of readers, or all that it shows."""
    tree = HTMLTree.parse(html)
    title = tree.title
    text = extract_plain_text(tree, main_content=main, alt_texts=False, comments=False)
    return " ".join(title.split()) if title else None, text

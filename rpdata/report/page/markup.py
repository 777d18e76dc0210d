"""HTML that cannot be broken by what it shows: elements escape text, and only what elements made is markup.

Texts are strangers': characters that nobody can see or that turn the direction of what follows are shown by their
number, and `isolated` keeps what is left from changing the order of its surroundings.
"""

import re
from collections.abc import Iterable
from html import escape

# Controls (but tab and newline), marks of direction, separators, invisible operators, tags and noncharacters. Joiners,
# which scripts and emoji need, are not among them.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufdd0-\ufdef\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17)) + "]"
)
VOID = {"meta", "br", "hr", "rect", "line", "path", "circle", "use"}


class Html(str):
    """Markup that is whole and safe to put into the page."""

    __slots__ = ()


Content = str | int | Iterable["Content"]


def text(given: str) -> Html:
    """Text, escaped."""
    parts: list[str] = []
    end = 0
    for found in UNSEEN.finditer(given):
        parts += [escape(given[end:found.start()]), f'<span class="unseen">U+{ord(found[0]):04X}</span>']
        end = found.end()
    return Html("".join([*parts, escape(given[end:])]))


def attribute(given: str) -> str:
    """The value of an attribute, escaped."""
    return escape(UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", given))


def element(name: str, /, *contents: Content | None, **attributes: str | int | float | bool | None) -> Html:
    """`<name attributes>contents</name>`. Strings are escaped unless they are Html; None is left away.

    Attributes: class_ and for_ lose their underscore, others have dashes in its place; True stands without a value.
    """
    told = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        told.append(f" {key}" if value is True else f' {key}="{attribute(str(value))}"')
    opening = f"<{name}{''.join(told)}"
    if name in VOID:
        return Html(f"{opening}/>" if name not in ("meta", "br", "hr") else f"{opening}>")
    return Html(f"{opening}>{joined(contents)}</{name}>")


def joined(contents: Iterable[Content | None]) -> Html:
    """One after the other, escaped where they are not Html."""
    parts = []
    for content in contents:
        if content is None:
            continue
        if isinstance(content, Html):
            parts.append(content)
        elif isinstance(content, str):
            parts.append(text(content))
        elif isinstance(content, int):
            parts.append(Html(content))
        else:
            parts.append(joined(content))
    return Html("".join(parts))


def isolated(given: str) -> Html:
    """A stranger's word within a sentence: it has its own direction, and changes that of nothing else."""
    return element("bdi", given)


def breakable(given: str) -> Html:
    """A name that may be cut into lines behind its underscores and slashes."""
    return joined(
        Html(f"{text(part)}<wbr>") if part in ("_", "/") else part for part in re.split("([_/])", given) if part
    )


def section(key: str, title: str, *contents: Content | None) -> Html:
    """A part of the page with a heading; `key` is its address."""
    return element(
        "section", element("h2", title, id=f"{key}-title"), *contents, id=key, aria_labelledby=f"{key}-title"
    )


def scrolled(label: str, table: Html) -> Html:
    """A table that may be wider than the page; the keyboard can scroll it."""
    return element("div", table, class_="scroll", role="region", aria_label=label, tabindex=0)


def table(
    caption: str, heads: Iterable[Content], rows: Iterable[Iterable[Content]], *, kind: str | None = None,
    hidden: bool = False,
) -> Html:
    """Heads and rows of cells; the first of each row is its head. A cell that is Html from `cell` stays as it is."""
    head = element("tr", (h if is_cell(h) else element("th", h, scope="col") for h in heads))
    body = (element("tr", (row_of(cells))) for cells in rows)
    told = element("caption", element("span", caption, class_="hidden" if hidden else None))
    return element("table", told, element("thead", head), element("tbody", body), class_=kind)


def row_of(cells: Iterable[Content]) -> list[Html]:
    return [
        Html(each) if is_cell(each)
        else element("td", each) if at else element("th", each, scope="row")
        for at, each in enumerate(cells)
    ]


def is_cell(content: Content) -> bool:
    return isinstance(content, Html) and content.startswith(("<td", "<th"))


def number(value: int | float | str, **attributes: str | int | None) -> Html:
    """A cell with a number."""
    shown = f"{value:,}" if isinstance(value, int) else str(value)
    return element("td", shown, class_="n", **attributes)


def head(content: Content, *, numeric: bool = False) -> Html:
    """The head of a column."""
    return element("th", content, scope="col", class_="n" if numeric else None)


def folded(summary: Content, *contents: Content | None, opened: bool = False, kind: str | None = None) -> Html:
    """What is shown when asked for, and on paper."""
    return element("details", element("summary", summary), *contents, open=opened or None, class_=kind)

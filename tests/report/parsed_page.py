"""A page as a tree, by Python's own parser; it refuses elements that do not close each other in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "wbr"}


@dataclass
class Element:
    """One element, with its text and elements in order."""

    name: str
    attributes: dict[str, str | None]
    contents: list["Element | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Element"]:
        yield self
        for content in self.contents:
            if isinstance(content, Element):
                yield from content.walk()

    def all(self, *names: str) -> list["Element"]:
        return [each for each in self.walk() if each.name in names]

    @property
    def text(self) -> str:
        return "".join(each if isinstance(each, str) else each.text for each in self.contents)


class Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice: {names}"
        element = Element(tag, dict(attrs))
        self.open[-1].contents.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].contents.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].contents.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data[:80]}")


def parsed(page: str) -> Element:
    """The root, which has no name."""
    tree = Tree()
    tree.feed(page)
    tree.close()
    assert len(tree.open) == 1, f"left open: {[each.name for each in tree.open]}"
    return tree.open[0]

"""How an artefact was made, as lines to read: one fact each."""

from collections.abc import Iterator
from typing import Any

NAMED = 10              # of the files of a list, and of its other items
FILE = {"name", "bytes", "sha256"}


def lines_of(told: Any, name: str = "") -> Iterator[str]:
    """JSON values as lines, what is nested under a name with points, `target.texts: 80`; files without hashes."""
    if isinstance(told, dict) and told:
        for key, value in told.items():
            yield from lines_of(value, f"{name}.{key}" if name else key)
    elif isinstance(told, list) and told and all(isinstance(item, dict) and item.keys() == FILE for item in told):
        size = sum(item["bytes"] for item in told)
        yield f"{name}: {len(told):,} file(s), {size:,} bytes: {some([item['name'] for item in told])}"
    elif isinstance(told, list) and any(isinstance(item, list | dict) and item for item in told):
        for number, item in enumerate(told, start=1):
            yield from lines_of(item, f"{name}.{number}")
    else:
        yield f"{name}: {some(told) if isinstance(told, list) and told else plain(told)}"


def some(items: list[Any]) -> str:
    """The first of them."""
    more = [f"and {len(items) - NAMED:,} more"] if len(items) > NAMED else []
    return ", ".join([*map(plain, items[:NAMED]), *more])


def plain(value: Any) -> str:
    """One value; "-" for nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value or "-")

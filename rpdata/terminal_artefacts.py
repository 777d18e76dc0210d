"""What `rpdata artefacts` prints."""

from typing import Any

from rich.markup import escape
from rich.table import Table

from rpdata.artefacts import ARTEFACTS, Artefact, find, home, is_here, path_of, verify
from rpdata.errors import UserError
from rpdata.terminal import console, print_json


def described(artefact: Artefact) -> dict[str, Any]:
    """An artefact as JSON values."""
    return {
        "name": artefact.name,
        "kind": artefact.kind,
        "about": artefact.about,
        "size": artefact.size,
        "sha256": artefact.sha256,
        "licence": artefact.licence,
        "sources": [str(source) for source in artefact.sources],
        "path": str(path_of(artefact)) if is_here(artefact) else None,
    }


def tell(line: str) -> None:
    console.print(f"trying {escape(line)}")


def print_artefacts(*, as_json: bool) -> None:
    """One line each, and where the cache is."""
    if as_json:
        print_json({"home": str(home()), "artefacts": [described(artefact) for artefact in ARTEFACTS.values()]})
        return
    table = Table("artefact", "kind", "MB", "licence", "here", box=None, pad_edge=False)
    table.columns[2].justify = "right"
    for artefact in ARTEFACTS.values():
        here = "yes" if is_here(artefact) else "no"
        table.add_row(artefact.name, artefact.kind, f"{artefact.size / 1e6:,.1f}", artefact.licence, here)
    console.print(table)
    console.print(f"They are kept in {escape(str(home()))}. Get one: rpdata artefacts pull NAME")


def print_artefact(name: str, *, as_json: bool) -> None:
    """All that is known of one."""
    entry = described(find(name))
    if as_json:
        print_json(entry)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    shown = {"size": f"{entry['size']:,} bytes", "sources": "\n".join(entry["sources"]),
             "path": entry["path"] or f"not here; get it: rpdata artefacts pull {entry['name']}"}
    for key, value in {**entry, **shown}.items():
        table.add_row(key, escape(value))
    console.print(table)


def print_verified(*, as_json: bool) -> bool:
    """Whether every artefact that is here is what it should be."""
    complaints: dict[str, str | None] = {}
    for artefact in ARTEFACTS.values():
        if path_of(artefact).exists():
            try:
                verify(path_of(artefact), artefact.sha256)
                complaints[artefact.name] = None
            except UserError as error:
                complaints[artefact.name] = str(error)
    if as_json:
        print_json({name: {"whole": not complaint, "complaint": complaint} for name, complaint in complaints.items()})
    else:
        for name, complaint in complaints.items():
            console.print(escape(complaint) if complaint else f"{name} is whole.")
        if not complaints:
            console.print(f"No artefact is in {escape(str(home()))}. Get one: rpdata artefacts pull NAME")
    return not any(complaints.values())

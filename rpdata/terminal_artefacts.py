"""What `rpdata artefacts` prints."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from rpdata.artefacts import ARTEFACTS, Artefact, home, is_here, path_of, verify
from rpdata.artefacts.folder import DESCRIPTION, Stored, collected, load, of_collection, own_collection
from rpdata.artefacts.found import Import
from rpdata.artefacts.published import BUNDLES, Bundle, known
from rpdata.artefacts.registry import forms
from rpdata.errors import UserError
from rpdata.terminal import console, print_json
from rpdata.terminal_made import lines_of, some
from rpdata.terminal_published import bundle_table, described_bundle, print_bundle
from rpdata.terminal_trained import quality_of


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


def described_stored(stored: Stored) -> dict[str, Any]:
    """A trained or imported artefact as JSON values."""
    sizes = {file: stored.folder.joinpath(file) for file in stored.files}
    return {
        "name": stored.name,
        "kind": stored.kind,
        "language": stored.language,
        "sha256": stored.sha256,
        "size": sum(path.stat().st_size for path in sizes.values() if path.exists()),
        "files": dict(stored.files),
        "facts": dict(stored.facts),
        "made": dict(stored.made),
        "path": str(stored.folder),
    }


def print_collection(folder: Path, *, as_json: bool) -> None:
    """One line for each artefact of a collection."""
    found = [described_stored(stored) for stored in collected(folder).values()]
    if as_json:
        print_json({"collection": str(folder), "artefacts": found})
        return
    console.print(collection_table(found))


def print_import(report: Import, *, as_json: bool) -> None:
    """What was taken over, what such a folder has besides, and what could not be used."""
    if as_json:
        stored = [described_stored(artefact) for artefact in report.stored]
        lists = {"absent": report.absent, "damaged": report.damaged, "ignored": report.ignored}
        print_json({"artefacts": stored, **lists})
        return
    print_stored(report.stored, as_json=False)
    if report.absent:
        console.print(f"Not in that folder: {escape(', '.join(report.absent))}")
    if report.ignored:
        console.print(f"Nothing was made of: {escape(some(report.ignored))}")
    for name, why in report.damaged.items():
        console.print(f"[red]Not usable[/red]: {escape(name)}: {escape(why)}")


def print_stored(artefacts: Iterable[Stored], *, as_json: bool) -> None:
    """What was made or imported, and how it is used."""
    found = [described_stored(stored) for stored in artefacts]
    if as_json:
        print_json({"artefacts": found})
        return
    console.print(collection_table(found))
    for entry in found:
        for line in quality_of(entry["kind"], entry["made"]):
            console.print(escape(line))
    for folder in sorted({stored["path"].rpartition("/")[0] for stored in found}):
        console.print(f"Use them: rpdata compute-signals INPUT... --artefacts {escape(folder)}")
    if len(found) == 1:
        console.print(f"All that is known of it: rpdata artefacts show {escape(found[0]['path'])}")


def collection_table(found: Iterable[dict[str, Any]]) -> Table:
    table = Table("artefact", "kind", "language", "MB", "sha256", box=None, pad_edge=False)
    table.columns[3].justify = "right"
    for entry in found:
        size = f"{entry['size'] / 1e6:,.1f}"
        table.add_row(entry["name"], entry["kind"], entry["language"] or "all", size, entry["sha256"][:12])
    return table


def print_artefacts(*, as_json: bool) -> None:
    """One line each, and where the cache is."""
    own = [described_stored(stored) for stored in of_collection(own_collection()).values()]
    if as_json:
        registered = [described(artefact) for artefact in ARTEFACTS.values()]
        bundles = [described_bundle(bundle) for bundle in BUNDLES.values()]
        print_json({"home": str(home()), "artefacts": registered, "bundles": bundles, "collection": own})
        return
    table = Table("artefact", "kind", "MB", "licence", "here", box=None, pad_edge=False)
    table.columns[2].justify = "right"
    for artefact in ARTEFACTS.values():
        here = "yes" if is_here(artefact) else "no"
        table.add_row(artefact.name, artefact.kind, f"{artefact.size / 1e6:,.1f}", artefact.licence, here)
    console.print(table)
    console.print()
    console.print(bundle_table())
    console.print(f"\nThey are kept in {escape(str(home()))}. Get one: rpdata artefacts pull NAME")
    if own:
        console.print(f"\nPulled, imported or trained, in {escape(str(own_collection()))}:")
        console.print(collection_table(own))


def print_artefact(name: str, *, as_json: bool) -> None:
    """All that is known of one: published, in the cache's collection, or a folder."""
    own = of_collection(own_collection()).get(name)
    if own is None and Path(name, DESCRIPTION).is_file():
        own = load(Path(name))
    if own is not None:
        entry = described_stored(own)
    elif isinstance(published := known(name), Bundle):
        print_bundle(published, as_json=as_json)
        return
    else:
        entry = described(next(filter(is_here, forms(name)), published))      # the form that a run would use
    if as_json:
        print_json(entry)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    shown = {"size": f"{entry['size']:,} bytes"}
    if own is None:
        shown |= {"sources": "\n".join(entry["sources"]),
                  "path": entry["path"] or f"not here; get it: rpdata artefacts pull {entry['name']}"}
    for key, value in {**entry, **shown}.items():
        lines = "\n".join(lines_of(value)) if isinstance(value, dict) and value else value
        table.add_row(key, escape(str(lines or "-")))
    console.print(table)


def print_verified(folder: Path | None, *, as_json: bool) -> bool:
    """Whether every artefact that is here, or in the collection, is what it should be."""
    checks: dict[str, Callable[[], None]] = {}
    if folder is None:
        for artefact in ARTEFACTS.values():
            if path_of(artefact).exists():
                checks[artefact.name] = partial(verify, path_of(artefact), artefact.sha256)
    for stored in (collected(folder) if folder else of_collection(own_collection())).values():
        checks[stored.name] = stored.verify
    complaints: dict[str, str | None] = {}
    for name, check in checks.items():
        try:
            check()
            complaints[name] = None
        except UserError as error:
            complaints[name] = str(error)
    if as_json:
        print_json({name: {"whole": not complaint, "complaint": complaint} for name, complaint in complaints.items()})
    else:
        for name, complaint in complaints.items():
            console.print(escape(complaint) if complaint else f"{name} is whole.")
        if not complaints:
            console.print(f"No artefact is in {escape(str(home()))}. Get one: rpdata artefacts pull NAME")
    return not any(complaints.values())

"""What `rpdata artefacts` prints of what is published in several files."""

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from rpdata.artefacts.folder import Stored, own_collection
from rpdata.artefacts.published import BUNDLES, Bundle
from rpdata.artefacts.pull_bundle import pulled
from rpdata.terminal import console, print_json


def described_bundle(bundle: Bundle) -> dict[str, Any]:
    """A bundle as JSON values."""
    return {
        "name": bundle.name,
        "about": bundle.about,
        "licence": bundle.licence,
        "artefacts": bundle.artefacts,
        "parts": {bundle.address + part.name: part.sha256 for part in bundle.parts},
        "here": bool(pulled(bundle, own_collection())),
    }


def print_bundle(bundle: Bundle, *, as_json: bool) -> None:
    """All that is known of one."""
    entry = described_bundle(bundle)
    if as_json:
        print_json(entry)
        return
    flag = " --unverified" if bundle.unverifiable else ""
    unknown = "no checksum is known of it: --unverified"
    shown = {
        "artefacts": ", ".join(bundle.artefacts),
        "parts": "\n".join(f"{url}\n  {sha256 or unknown}" for url, sha256 in entry["parts"].items()),
        "here": f"yes, in {own_collection()}" if entry["here"] else f"no; rpdata artefacts pull {bundle.name}{flag}",
    }
    table = Table(box=None, show_header=False, pad_edge=False)
    for key, value in {**entry, **shown}.items():
        table.add_row(key, escape(str(value)))
    console.print(table)


def bundle_table() -> Table:
    """One line for each, and one for all those that differ by their language alone."""
    table = Table("to pull", "makes", "checksums known", "licence", "here", box=None, pad_edge=False)
    families: dict[tuple[str, str], list[Bundle]] = {}
    for bundle in BUNDLES.values():
        prefix, _, last = bundle.name.partition(".")
        languages = last and bundle.artefacts[0].endswith(f".{last}")
        families.setdefault((prefix, "" if languages else last), []).append(bundle)
    for (prefix, _), members in families.items():
        first = members[0]
        here = [bundle.name for bundle in members if pulled(bundle, own_collection())]
        if len(members) == 1:
            name, makes, told = first.name, ", ".join(first.artefacts), "yes" if here else "no"
        else:
            name, told = f"{prefix}.LANGUAGE", ", ".join(here) or f"none of {len(members)}"
            makes = f"{first.artefacts[0].rpartition('.')[0]}.LANGUAGE"
        checksums = f"{len(first.parts) - len(first.unverifiable)} of {len(first.parts)}"
        table.add_row(name, makes, checksums, first.licence, told)
    return table


def print_pulled(bundle: Bundle, artefacts: Sequence[Stored], *, as_json: bool) -> None:
    """What is there now, and the option that uses it."""
    if as_json:
        paths = [str(artefact.folder) for artefact in artefacts]
        print_json({**described_bundle(bundle), "here": True, "paths": paths})
        return
    collection = artefacts[0].folder.parent
    named = bundle.name if collection == own_collection() else str(collection)
    made = ", ".join(artefact.name for artefact in artefacts)
    console.print(f"{bundle.name}: {escape(made)}, in {escape(str(collection))}. Licence: {escape(bundle.licence)}")
    console.print(f"Use it: rpdata compute-signals INPUT... --artefacts {escape(named)}")

"""What a dataset card says of signals: which are computed, which are not, and why."""

from collections.abc import Iterable, Sequence

from rpdata.for_recipe import recipe_of
from rpdata.ledger import Entry
from rpdata.signals.catalogue import CATALOGUE, Signal

SIGNALS = """
## Signals

{number} of {known} signals are {there} for all documents. `rpdata signals show NAME` tells what one measures, in
which unit, and after which paper. Where languages stand behind a name, documents of others have null there (or 0,
where RedPajama-V2 has that); so have documents in languages that a model or list was not given for.

{families}{absent}"""

FAMILIES = """\
| family | {there} |
|---|---|
{rows}
"""

ABSENT = """
| not {there} for all documents | why |
|---|---|
{rows}
"""


def signals_section(entries: Sequence[Entry], *, imported: bool) -> str:
    """The tables; empty where no signals are shown at all.

    entries: of `quality_signals`, of the units that the card counts. imported: whether they were published by others,
    so that an entry without inputs has columns of nulls.
    """
    if not entries:
        return ""
    documents = sum(entry.written for entry in entries)
    covered = dict.fromkeys(CATALOGUE, 0)
    for entry in entries:
        for name, version in entry.columns.items():
            if name in covered and recipe_of(version) is None and (entry.inputs or not imported):
                covered[name] += entry.written
    limited = {name for entry in entries for name, version in entry.columns.items() if recipe_of(version)}
    families: dict[str, list[str]] = {}
    absent: dict[str, list[str]] = {}
    for signal in CATALOGUE.values():
        if covered[signal.name] == documents and any(signal.name in entry.columns for entry in entries):
            family = signal.function.__module__.rpartition(".")[2].replace("_", " ")
            families.setdefault(family, []).append(shown(signal))
        else:
            why = reason(signal, covered[signal.name], documents, signal.name in limited, imported=imported)
            absent.setdefault(why, []).append(f"`{signal.name}`")
    there = "published" if imported else "computed"
    rows = rows_of((family, ", ".join(names)) for family, names in families.items())
    others = rows_of((", ".join(names), why) for why, names in absent.items())
    return SIGNALS.format(
        number=sum(map(len, families.values())),
        known=len(CATALOGUE),
        there=there,
        families=FAMILIES.format(there=there, rows=rows) if families else "",
        absent=ABSENT.format(there=there, rows=others) if absent else "",
    )


def reason(signal: Signal, covered: int, documents: int, limited: bool, *, imported: bool) -> str:
    """Why not all documents have a signal."""
    if limited:
        return "only for documents that one recipe does not reject without it, see below"
    if covered:
        others = "the files that were published of the others do not have it" if imported \
            else "the others are of units that were computed without it"
        return f"only for {covered:,} of {documents:,} documents: {others}"
    if imported:
        return "not among what was published" if signal.published else "RedPajama-V2 does not have it"
    if signal.artefact:
        return f"needs `{signal.artefact}`, which was not given"
    return "the version of rpdata that computed the others did not have it"


def shown(signal: Signal) -> str:
    """Its name, and the languages that have it if not all do."""
    return f"`{signal.name}`" + (f" ({', '.join(signal.languages)})" if signal.languages else "")


def rows_of(cells: Iterable[tuple[str, ...]]) -> str:
    """Rows of a table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)

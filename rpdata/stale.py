"""Decisions that are older than what they were made from: a recipe's word on numbers that are no longer there.

An entry of the ledger says what a decision was made from (`Entry.made_from`), and others say what is there: no file is
read. Of an overlay that is not there (any more), and of entries that do not say, nothing can be told.
"""

from collections.abc import Iterable

from rpdata.dataset import DECISIONS, Dataset, command_for
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger


def changed_since(ledger: Ledger, decisions: Iterable[Entry], known: Iterable[Entry] = ()) -> list[str]:
    """The overlays, ascending, that changed in some unit after these entries were made from them.

    known: entries that need not be read again.
    """
    states = {(entry.step, entry.unit): entry.state_of_files for entry in known}
    found = set()
    for decision in decisions:
        for step, state in decision.made_from.items():
            if (step, decision.unit) not in states:
                entry = ledger.entry(step, decision.unit)
                states[step, decision.unit] = state if entry is None else entry.state_of_files
            if states[step, decision.unit] != state:
                found.add(step)
    return sorted(found)


def stale_decisions(ledger: Ledger, entries: Iterable[Entry]) -> dict[str, str]:
    """Folder of each decision that is stale -> what changed, and the way out; of these entries of a ledger."""
    known = list(entries)
    folders: dict[str, list[Entry]] = {}
    for entry in known:
        if entry.step.startswith(DECISIONS):
            folders.setdefault(entry.step, []).append(entry)
    found = {}
    for folder, decisions in sorted(folders.items()):
        if changed := changed_since(ledger, decisions, known):
            found[folder] = (
                f"{folder} was decided before {' and '.join(changed)} changed: "
                f"run {command_for(folder, ledger.root)} again"
            )
    return found


def refuse_stale(dataset: Dataset, overlays: Iterable[str]) -> None:
    """UserError for a decision among these overlays that is stale."""
    for folder in overlays:
        if folder.startswith(DECISIONS):
            for sentence in stale_decisions(Ledger(dataset.root), dataset.entries_of(folder)).values():
                raise UserError(f"cannot read decisions of {dataset.root}: {sentence}")

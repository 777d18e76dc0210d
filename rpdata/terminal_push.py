"""What `rpdata push` prints."""

from dataclasses import asdict

from rich.markup import escape
from rich.table import Table

from rpdata.hub import Pushed, Selection
from rpdata.hub.selection import CARD
from rpdata.terminal import console, counted, print_json


def print_selection(selection: Selection, repo: str, obstacle: str | None, *, as_json: bool) -> None:
    """What would go, by folder (with --json every file); what stays and why; what stands in the way, if anything."""
    if as_json:
        print_json({
            "dataset": str(selection.root), "repo": repo, "bytes": selection.bytes, "stays": selection.stays,
            "files": [asdict(file) for file in selection.files], "obstacle": obstacle,
        })
        return
    table = Table(f"to {escape(repo)}", "files", "bytes", box=None, pad_edge=False)
    table.columns[1].justify = table.columns[2].justify = "right"
    for part, (count, size) in selection.parts().items():
        name = part if any(file.path == part for file in selection.files) else f"{part}/"
        table.add_row(escape(name), f"{count:,}", f"{size:,}")
    table.add_row("together", f"{len(selection.files):,}", f"{selection.bytes:,}")
    console.print(table)
    for name, why in selection.stays.items():
        console.print(f"Stays here: {escape(name)} ({why})")
    console.print("rpdata.json and ledger/ name the input files, with the folders that they were read from.")
    console.print(f"Nothing was sent. Each file: --json. {CARD} goes last.")
    if obstacle:
        console.print(escape(obstacle))


def print_pushed(pushed: Pushed, *, as_json: bool) -> None:
    """What was uploaded, what was there, and how to load it."""
    if as_json:
        print_json(pushed.as_dict())
        return
    there = f"; {counted(pushed.unchanged, 'file')} there already" if pushed.unchanged else ""
    removed = f"; {counted(pushed.removed, 'obsolete file')} removed" if pushed.removed else ""
    console.print(
        f"Uploaded {counted(pushed.uploaded, 'file')}, {counted(pushed.uploaded_bytes, 'byte')}, in "
        f"{counted(pushed.commits, 'commit')}{there}{removed}."
    )
    console.print(f"It is at {escape(pushed.url)}")
    console.print(f'Next: datasets.load_dataset("{escape(pushed.repo)}", name="quality_signals")')

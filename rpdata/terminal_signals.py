"""What `rpdata compute-signals OUT --signals FILE` prints."""

from rich.markup import escape
from rich.table import Table

from rpdata.annotate.overlay_run import OverlaySummary
from rpdata.terminal import console, counted, print_json


def print_overlay(summary: OverlaySummary, *, as_json: bool) -> None:
    """Which columns were computed in how many units, what failed, and what to do next."""
    if as_json:
        print_json(summary.as_dict())
        return
    print_columns(summary)
    new = summary.units - summary.units_done_before
    if new:
        console.print(
            f"{summary.overlay}: {new:,} of {counted(summary.units, 'unit')}, "
            f"{counted(summary.annotated_documents, 'document')}, "
            f"{summary.annotated_text_bytes / 1e6:,.1f} MB of text in {summary.seconds:,.1f} s."
        )
    else:
        console.print(f"{summary.overlay}: all {summary.units:,} units were up to date; nothing was left to do.")
    if summary.dropped:
        console.print(f"Dropped, because their functions are gone from the file: {', '.join(summary.dropped)}")
    if summary.units_without_documents:
        console.print(f"{summary.units_without_documents:,} planned units have no documents yet; run this again then.")
    if summary.failed_values:
        console.print(
            f"{summary.failed_values:,} values failed in {counted(summary.units_with_errors, 'unit')} and are null. "
            f"Which, and why: {escape(summary.output)}/errors/{summary.overlay}/"
        )
        for name, failed in summary.failed.items():
            every = "all " if failed.values == summary.documents else ""
            console.print(f"  {name}: {every}{failed.values:,}; the first: {escape(failed.first)}")
    console.print(f"Next: rpdata show {escape(summary.output)} DOC_ID")


def print_overlay_plan(summary: OverlaySummary, *, as_json: bool) -> None:
    """What would be done."""
    if as_json:
        print_json(summary.as_dict())
        return
    print_columns(summary)
    new = summary.units - summary.units_done_before
    console.print(f"{summary.overlay}: {new:,} of {summary.units:,} units to do. Nothing was written.")


def print_columns(summary: OverlaySummary) -> None:
    table = Table("signal", "units computed", "units copied", box=None, pad_edge=False)
    table.columns[1].justify = table.columns[2].justify = "right"
    for name in sorted({*summary.computed, *summary.copied}):
        table.add_row(name, f"{summary.computed.get(name, 0):,}", f"{summary.copied.get(name, 0):,}")
    if table.row_count:
        console.print(table)

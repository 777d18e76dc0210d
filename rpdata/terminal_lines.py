"""What `rpdata dedup --lines` prints."""

from rich.markup import escape

from rpdata.dedup.repeated_lines import LinesSummary
from rpdata.terminal import console, counted, print_json


def print_lines(summary: LinesSummary, *, as_json: bool) -> None:
    """How many lines are repeated, in how many documents, and where that stands."""
    if as_json:
        print_json(summary.as_dict())
        return
    share = summary.marked_lines / max(summary.lines, 1)
    console.print(
        f"{counted(summary.repeated, 'line')} in more than {counted(summary.more_than, 'document')}: "
        f"{summary.marked_lines:,} of {counted(summary.lines, 'line')} ({share:.1%}), "
        f"in {summary.marked_documents:,} of {counted(summary.documents, 'document')}."
    )
    earlier = f" ({summary.units_done_before:,} were done before)" if summary.units_done_before else ""
    console.print(f"{counted(summary.units, 'unit')}{earlier} in {summary.seconds:,.1f} s: {escape(summary.output)}/")
    if summary.units_without_documents:
        several = "units that are" if summary.units_without_documents > 1 else "unit that is"
        console.print(f"Not counted: {summary.units_without_documents:,} {several} planned, but not annotated.")
    root = summary.output.rpartition("/")[0] or "."
    console.print(f'Next: Dataset.open("{escape(root)}").scan(["quality_signals", "repeated_lines"])')

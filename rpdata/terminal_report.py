"""What `rpdata report` prints."""

from rich.markup import escape

from rpdata.report.run import ReportSummary
from rpdata.terminal import console, counted, print_json


def print_report(summary: ReportSummary, *, as_json: bool) -> None:
    """Where the page is, and what it took."""
    if as_json:
        print_json(summary.as_dict())
        return
    decided = f" ({', '.join(summary.decided)} decided on first)" if summary.decided else ""
    console.print(
        f"{counted(summary.documents, 'document')}, {counted(len(summary.recipes), 'recipe')}{escape(decided)}: "
        f"{escape(summary.output)}, {summary.bytes / 1e6:,.1f} MB, in {summary.seconds:,.1f} s."
    )
    if summary.units_without_documents:
        console.print(f"{counted(summary.units_without_documents, 'planned unit')} without documents yet.")

"""What `rpdata dedup --reference` prints."""

from rich.markup import escape
from rich.table import Table

from rpdata.dedup.reference import ReferenceSummary
from rpdata.terminal import console, counted, print_json
from rpdata.terminal_forecast import align


def print_reference(summary: ReferenceSummary, *, as_json: bool) -> None:
    """The clusters of each threshold, the copies of each snapshot, and where the files are."""
    if as_json:
        print_json(summary.as_dict())
        return
    table = Table("similarity", "documents in clusters", "clusters", "largest", "beyond one each", box=None)
    for threshold, found in summary.clusters.items():
        counts = found["documents"], found["clusters"], found["largest"], found["documents"] - found["clusters"]
        table.add_row(threshold, *(f"{count:,}" for count in counts))
    align(table)
    console.print(table)
    copies = ", ".join(f"{count:,} in {escape(snapshot)}" for snapshot, count in reversed(summary.copies.items()))
    console.print(f"Copies by digest, newest snapshot first: {copies or 'none'}.")
    left_out = f"; {counted(summary.left_out, 'document')} of tail partitions left out" if summary.left_out else ""
    console.print(f"Of {counted(summary.documents, 'document')}{left_out}, in {summary.seconds:,.1f} s.")
    console.print(f"Files: {escape(summary.output)}/")

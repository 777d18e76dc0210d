"""What `rpdata import` prints."""

from rich.markup import escape

from rpdata.redpajama_tree.import_run import ImportSummary
from rpdata.terminal import console, counted, print_json

NAMED = 5       # of the files and documents that something is wrong with


def print_import(summary: ImportSummary, *, as_json: bool) -> None:
    """What is in the dataset now, and what the files disagree in."""
    if as_json:
        print_json(summary.as_dict())
        return
    earlier = f" ({summary.units_done_before:,} were done before)" if summary.units_done_before else ""
    console.print(
        f"{counted(summary.written, 'document')} in {counted(summary.units, 'unit')}{earlier}, "
        f"{summary.seconds:,.1f} s: {escape(summary.output)}/"
    )
    console.print(
        f"With published signals {summary.signals:,}, signatures {summary.minhash:,}, marks of duplicates "
        f"{summary.duplicates:,}."
    )
    if summary.dropped:
        reasons = ", ".join(f"{name} {number:,}" for name, number in sorted(summary.dropped.items()))
        console.print(f"Left out: {reasons}")
    if summary.failed or summary.unread_bytes:
        console.print(
            f"No documents: {counted(summary.failed, 'record')}; {summary.unread_bytes:,} bytes could not be read. "
            f"See {escape(summary.output)}/errors/documents/"
        )
    if summary.torn:
        console.print(
            f"Torn: {counted(len(summary.torn), 'file')} of documents, of which what could be read is there. Get "
            f"{'it' if len(summary.torn) == 1 else 'them'} again and run the same command:"
        )
    for name in summary.torn[:NAMED]:
        console.print(f"  {escape(name)}")
    left_out = {
        "their documents are not there": summary.without_documents,
        "their names are none of RedPajama-V2's, or links to folders": summary.not_named_so,
    }
    for why, names in left_out.items():
        if names:
            console.print(f"Left out, as {why}: {counted(len(names), 'file')}")
        for name in names[:NAMED]:
            console.print(f"  {escape(name)}")
    if summary.disagreements:
        console.print(f"The files disagree {summary.disagreements:,} times, see {escape(summary.output)}/errors/:")
        for line in summary.first_disagreements[:NAMED]:
            console.print(f"  {escape(str(line['doc_id'] or line['file']))}: {escape(line['cause'])}")

"""What `rpdata filter --output` prints of the dataset that it wrote."""

from rich.markup import escape

from rpdata.subset.run import SubsetSummary
from rpdata.terminal import console, counted


def print_subset(summary: SubsetSummary) -> None:
    """How many documents there are of how many, what went along, and how to go on."""
    output = escape(summary.output)
    beside = f", with {', '.join(map(escape, summary.overlays))}" if summary.overlays else ""
    console.print(f"Kept: {output}/, {summary.written:,} of {counted(summary.read, 'document')}{beside}")
    if not summary.written:
        console.print(f"Note: the recipe keeps no document, so {output}/ is a dataset without any.")
    new = summary.units - summary.units_done_before
    done = f"{counted(new, 'unit')} written" if new else "all was written before"
    console.print(f"This run: {done}, in {summary.seconds:,.1f} s.")
    if summary.edited:
        console.print("Lines were dropped, so signals and signatures are to be computed of the text as it is now.")
        console.print(f"Next: rpdata compute-signals {output} (with --artefacts DIR for those that need a model)")
    else:
        console.print(f"Next: rpdata status {output}")

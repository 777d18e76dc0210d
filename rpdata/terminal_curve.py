"""What `rpdata dedup curve` prints."""

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from rpdata.dedup.curve import Curve, probability
from rpdata.terminal import console, counted, print_json
from rpdata.terminal_forecast import align

BAR = 40        # characters of a probability of 1


def print_curve(shown: Curve, drawn: Path | None, *, as_json: bool) -> None:
    """The table of the curve, what it means at the threshold, and where the picture is, if one was drawn."""
    if as_json:
        print_json(shown.as_dict())
        return
    at_threshold = float(probability(shown.threshold, shown.threshold))
    console.print(
        f"{counted(shown.bands, 'band')} of {shown.values} values of the signature, for {shown.threshold}.\n"
    )
    table = Table("similarity", "predicted", "measured", "", box=None, pad_edge=False)
    for point in shown.points:
        bar = "#" * round(BAR * point.predicted)
        table.add_row(f"{point.similarity:.2f}", f"{point.predicted:.2%}", f"{point.measured:.2%}", bar)
    align(table)
    table.columns[3].justify = "left"
    console.print(table)
    console.print(
        "\nPredicted: the share of pairs of documents of that Jaccard similarity that share a band, and so are "
        f"candidates.\nMeasured: the same, counted on {shown.pairs:,} pairs of random sets for each line.\n"
        f"Half of the pairs are found at {shown.half:.3f}, {at_threshold:.0%} at {shown.threshold}. Candidates that "
        "are less similar are no duplicates, unless with --verify none."
    )
    if drawn:
        console.print(f"Drawn: {escape(str(drawn))}")

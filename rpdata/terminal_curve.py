"""What `rpdata dedup curve` prints."""

from rich.table import Table

from rpdata.dedup.curve import Curve, probability
from rpdata.terminal import console, counted, print_json
from rpdata.terminal_forecast import align
from rpdata.terminal_width import print_table, say

BAR = 36        # characters of a probability of 1


def print_curve(shown: Curve, *, as_json: bool) -> None:
    """The table of the curve, and what it means at the threshold."""
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
    print_table(table)
    console.print()
    say(
        "Predicted: the share of pairs of documents of that Jaccard similarity that share a band, and so are "
        f"candidates.\nMeasured: the same, counted on {shown.pairs:,} pairs of random sets for each line.\n"
        f"Half of the pairs are found at {shown.half:.3f}, {at_threshold:.0%} at {shown.threshold}. Candidates that "
        "are less similar are no duplicates, unless with --verify none."
    )

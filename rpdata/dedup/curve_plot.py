"""The S-curve of a threshold as a picture."""

from pathlib import Path

import numpy as np

from rpdata.dedup.curve import Curve, probability
from rpdata.errors import CannotFinish, UserError

DOTS_TO_THE_INCH = 150
LEAST_SHOWN = 0.4       # similarity


def plot(shown: Curve, path: Path) -> None:
    """Draw the curve into a file of the kind that its name ends in (.png, .svg, .pdf)."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise UserError(
            f"cannot draw {path}: matplotlib is not installed. Install it beside rpdata: pip install matplotlib"
        ) from None
    figure = Figure(figsize=(6, 4), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    kind = path.suffix.removeprefix(".")
    if kind not in canvas.get_supported_filetypes():
        raise UserError(
            f"cannot draw {path}: its name has to end in one of "
            f"{', '.join(sorted('.' + known for known in canvas.get_supported_filetypes()))}"
        )
    grid = np.linspace(0, 1, 501)
    axes = figure.add_subplot(
        title=f"{shown.threshold}: {shown.bands} {'band' if shown.bands == 1 else 'bands'} of {shown.values} values",
        xlabel="Jaccard similarity of two documents", ylabel="share of pairs with a band in common",
        xlim=(LEAST_SHOWN, 1),
    )
    axes.plot(grid, probability(grid, shown.threshold), label="predicted")
    axes.plot(
        [point.similarity for point in shown.points], [point.measured for point in shown.points],
        "o", markersize=4, label=f"measured, {shown.pairs:,} pairs each",
    )
    axes.axvline(shown.threshold, linestyle=":", color="grey", label="threshold")
    axes.legend(loc="upper left")
    axes.grid(alpha=0.3)
    try:
        figure.savefig(path, dpi=DOTS_TO_THE_INCH)
    except OSError as error:
        raise CannotFinish(f"cannot write {path}: {error.strerror}") from error

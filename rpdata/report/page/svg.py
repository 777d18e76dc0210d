"""Drawings: histograms with thresholds, and bars. Their colours are the style sheet's, by class."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rpdata.report.bins import Bins, Counts
from rpdata.report.page.markup import Html, element
from rpdata.report.page.numbers import share, short

COLOURS = 10        # of recipes in the style sheet
TOWERS = 3.0        # a bin so many times as high as the next one is cut off, and says its share
BESIDE = 2.5        # pixels between bounds at the same value


@dataclass(frozen=True)
class Line:
    """A bound in a histogram. recipe: its colour, and the sign on top. keeps_right: what is kept lies right of it."""

    at: float
    recipe: int
    keeps_right: bool


@dataclass(frozen=True)
class Curve:
    """The bins of some documents. kind: the class that colours it."""

    counts: Counts
    kind: str


@dataclass(frozen=True)
class Frame:
    """The size of a histogram, in CSS pixels, and whether it has an axis."""

    width: int
    height: int
    has_axis: bool

    @property
    def top(self) -> int:
        return 16 if self.has_axis else 2

    @property
    def bottom(self) -> int:
        return self.height - (18 if self.has_axis else 2)


LARGE = Frame(360, 128, True)
SMALL = Frame(152, 48, False)


def histogram(label: str, bins: Bins, curves: Sequence[Curve], lines: Sequence[Line], frame: Frame) -> Html:
    """Bins as areas or as lines, each curve by its own total; bounds as lines, with a tick towards what is kept."""
    drawn = [curve_path(curve, bins, curves, frame) for curve in curves if curve.counts.sum()]
    cut = [tower(curve, bins, frame) for curve in curves[:1]] if len(curves) == 1 else []
    axis = [axis_of(bins, frame)] if frame.has_axis else [baseline(frame)]
    return element(
        "svg", element("title", label), *axis, *drawn, *cut,
        *(line_of(line, bins, frame, *aside) for line, *aside in beside(lines)),
        class_="histogram", width=frame.width, height=frame.height, viewBox=f"0 0 {frame.width} {frame.height}",
        role="img",
    )


def beside(lines: Sequence[Line]) -> list[tuple[Line, float, float]]:
    """Each with how far it is drawn from its place, and how far any at its value is: those stand side by side."""
    several = Counter(line.at for line in lines)
    found = []
    for at, line in enumerate(lines):
        turn, farthest = sum(other.at == line.at for other in lines[:at]), (several[line.at] - 1) / 2 * BESIDE
        found.append((line, turn * BESIDE - farthest, farthest))
    return found


def ceiling(curves: Sequence[Curve]) -> float:
    """The share of a curve's documents that the top of the picture stands for."""
    every = (curve.counts / curve.counts.sum() for curve in curves if curve.counts.sum())
    shares: list[float] = sorted((each for of in every for each in of.tolist()), reverse=True)
    if len(shares) < 2 or not shares[1]:
        return shares[0] if shares and shares[0] else 1.0
    return shares[0] if shares[0] <= TOWERS * shares[1] else shares[1] * TOWERS / 2


def curve_path(curve: Curve, bins: Bins, curves: Sequence[Curve], frame: Frame) -> Html:
    """A line along the tops of the bins, down to the ground at both ends."""
    top = ceiling(curves)
    room = frame.bottom - frame.top
    shares = curve.counts / curve.counts.sum()
    step = frame.width / len(bins)
    moves = [f"M0 {frame.bottom}"]
    for at, each in enumerate(shares.tolist()):
        height = frame.bottom - room * min(each / top, 1)
        moves.append(f"V{height:.1f}H{(at + 1) * step:.1f}")
    return element("path", d="".join([*moves, f"V{frame.bottom}Z"]), class_=f"curve {curve.kind}")


def tower(curve: Curve, bins: Bins, frame: Frame) -> Html | None:
    """The mark of a bin that is cut off: a gap, and its share beside it."""
    total = int(curve.counts.sum())
    if not total:
        return None
    at = int(curve.counts.argmax())
    if curve.counts[at] / total <= ceiling([curve]):
        return None
    step = frame.width / len(bins)
    gap = frame.top + (frame.bottom - frame.top) * 0.14
    slit = f"M{at * step - 1:.1f} {gap + 4:.1f}l{step + 2:.1f} -5v4l-{step + 2:.1f} 5z"
    mark = element("path", d=slit, class_="gap")
    if not frame.has_axis:
        return mark
    left = at < len(bins) / 2
    told = element(
        "text", share(int(curve.counts[at]), total), x=f"{(at + 1) * step + 4 if left else at * step - 4:.1f}",
        y=f"{frame.top + 10}", text_anchor="start" if left else "end", class_="tower",
    )
    return element("g", mark, told)


def baseline(frame: Frame) -> Html:
    return element("path", d=f"M0 {frame.bottom + 0.5}H{frame.width}", class_="axis")


def axis_of(bins: Bins, frame: Frame) -> Html:
    """The ground line with a few numbers below it."""
    ticks = []
    for value, anchor in ticks_of(bins):
        x = min(max(bins.place(value) * frame.width, 0), frame.width)
        ticks.append(element("path", d=f"M{x:.1f} {frame.bottom}v4", class_="axis"))
        ticks.append(element("text", short(value), x=f"{x:.1f}", y=frame.height - 3, text_anchor=anchor))
    return element("g", baseline(frame), *ticks, class_="ticks")


def ticks_of(bins: Bins) -> list[tuple[float, str]]:
    """Round values along the axis, with where their text is anchored."""
    low, high = bins.edges[1 if bins.is_log else 0], bins.edges[-1]
    if bins.is_log:
        powers = [10.0**power for power in range(-12, 16) if low <= 10.0**power <= high]
        chosen = powers[::max(1, -(-len(powers) // 5))]
        found = [0.0, *(power for power in chosen if bins.place(power) > 0.1)]
    else:
        step = nice_step((high - low) / 6)
        first = -(-low // step) * step
        found = [round(first + step * at, 12) for at in range(int((high - first) / step) + 1)]
    return [
        (value, "start" if bins.place(value) < 0.04 else "end" if bins.place(value) > 0.94 else "middle")
        for value in found
    ]


def nice_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, at least so much."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= least * 0.999)


def line_of(line: Line, bins: Bins, frame: Frame, aside: float, farthest: float) -> Html:
    """A bound, or at the edge an arrow towards one that lies beyond the picture. aside, farthest: see `beside`."""
    place = bins.place(line.at)
    is_inside = -0.001 <= place <= 1.001
    margin = 1 + (farthest if is_inside else 0)
    x = min(max(place * frame.width, margin), frame.width - margin) + (aside if is_inside else 0)
    kind = f"bound recipe{line.recipe % COLOURS}"
    if not is_inside:
        turned = 1 if place > 1 else -1
        middle = (frame.top + frame.bottom) / 2 + aside * 3
        return element(
            "path", d=f"M{x - turned * 7:.1f} {middle - 5}l{turned * 6} 5l{-turned * 6} 5", class_=f"{kind} beyond"
        )
    side = 6 if line.keeps_right else -6
    flag = f"M{x:.1f} {frame.top}h{side}l{-side / 2} 4" if frame.has_axis else ""
    return element("path", d=f"M{x:.1f} {frame.bottom}V{frame.top}{flag}", class_=kind)


def bar(parts: Sequence[tuple[float, float, str]], width: int = 160, height: int = 12) -> Html:
    """A bar of parts: (from, to, class), as shares of its width. The numbers stand beside it."""
    drawn = (
        element("rect", x=f"{low * width:.1f}", y=0, width=f"{max((high - low) * width, 0):.1f}", height=height,
                class_=kind)
        for low, high, kind in parts if high > low
    )
    return element(
        "svg", element("rect", x=0, y=0, width=width, height=height, class_="ground"), drawn, class_="bar",
        width=width, height=height, viewBox=f"0 0 {width} {height}", preserveAspectRatio="none", aria_hidden="true",
        focusable="false",
    )

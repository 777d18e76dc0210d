"""Numbers as the page writes them."""

import math


def share(part: int, whole: int) -> str:
    """Of a whole, in percent: never 0% of something, or 100% of less than all."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if part and percent < 0.05:
        return "<0.1%"
    if part < whole and percent > 99.95:
        return ">99.9%"
    return f"{percent:.1f}%"


def short(value: float) -> str:
    """Three digits or so: 0.123, 12.3, 1,230, 1.2M; for axes and labels."""
    if math.isinf(value) or math.isnan(value):
        return "–"
    size = abs(value)
    for limit, sign in ((1e9, "G"), (1e6, "M")):
        if size >= limit:
            return f"{value / limit:.3g}{sign}"
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def size_of(number: int) -> str:
    """Bytes: 12.3 MB."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if number >= limit:
            return f"{number / limit:,.1f} {unit}"
    return f"{number:,} bytes"


def signed(value: float, digits: int) -> str:
    """With its sign, a real minus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def counted(number: int, noun: str) -> str:
    """1 document, 2 documents."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

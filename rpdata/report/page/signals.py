"""How each number is distributed, by language and bucket, with the recipes' thresholds drawn in."""

import numpy as np

from rpdata.decide.values import plain
from rpdata.report.bins import Counts, Floats
from rpdata.report.findings import Findings
from rpdata.report.gather import BUCKETS, OTHERS, Cell
from rpdata.report.measures import Bound
from rpdata.report.page.markup import (
    Html,
    breakable,
    element,
    folded,
    head,
    isolated,
    joined,
    number,
    scrolled,
    section,
    table,
)
from rpdata.report.page.numbers import share, short
from rpdata.report.page.overview import label, recipe_name
from rpdata.report.page.svg import COLOURS, LARGE, SMALL, Curve, Line, histogram

QUANTILES = (0.05, 0.5, 0.95)
TOLD = 8            # bounds of one measure that are told by language before they are folded away


def signals(found: Findings) -> Html:
    """Two parts: what the rules look at, and all other signals."""
    read = [at for at, measure in enumerate(found.measures) if measure.bounds]
    others = [at for at, measure in enumerate(found.measures) if not measure.bounds]
    return section(
        "signals", "Signals",
        element(
            "p", "How many documents have which value: all of them, then each language. Lines are the thresholds of "
            "the recipes; the flag on a line points to what is kept. The first and the last bin take in what lies "
            "beyond; a bin that is cut off says its share.", class_="lead",
        ),
        legend(found),
        element("h3", "What the rules look at"),
        element("div", (card(found, at) for at in read), class_="cards"),
        folded(f"Other signals ({len(others)})", element("div", (card(found, at) for at in others), class_="cards"),
               kind="more") if others else None,
    )


def legend(found: Findings) -> Html:
    """Which line is which recipe's, and which curve is which bucket."""
    buckets = present_buckets(found)
    curves = [element("li", swatch(f"bucket-{name}"), f" {name}") for name in buckets] if len(buckets) > 1 else []
    lines = [
        element("li", line_swatch(at), " ", recipe_name(found, at)) for at in range(len(found.recipes))
    ]
    return element("ul", *lines, *curves, class_="legend", aria_label="Lines and colours")


def swatch(kind: str) -> Html:
    return element("svg", element("path", d="M0 12V6H6V2H12V9H20V12Z", class_=f"curve {kind}"), class_="swatch",
                   width=20, height=12, viewBox="0 0 20 12", aria_hidden="true", focusable="false")


def line_swatch(at: int) -> Html:
    return element("svg", element("path", d="M10 14V1h6l-3 4", class_=f"bound recipe{at % COLOURS}"), class_="swatch",
                   width=20, height=14, viewBox="0 0 20 14", aria_hidden="true", focusable="false")


def present_buckets(found: Findings) -> list[str]:
    return [name for name in BUCKETS if any(bucket == name for _, bucket in found.counted.cells)]


def card(found: Findings, at: int) -> Html:
    """One measure."""
    measure, known = found.measures[at], values(found, at)
    quantiles = np.quantile(known, QUANTILES).tolist() if len(known) else []
    told = ", ".join(f"{name} {short(value)}" for name, value in zip(("5%", "median", "95%"), quantiles, strict=False))
    whole = of_cells(found, at, list(found.counted.cells))
    nulls = sum(int(each[at]) for each in found.counted.nulls.values())
    picture = histogram(
        f"{measure.label}, all documents: {told or 'no values'}", found.bins[at], [Curve(whole, "whole")],
        lines(measure.bounds, None), LARGE,
    )
    facts = [element("span", f"{measure.unit}") if measure.unit not in ("", "1") else None,
             element("span", told) if told else element("span", "no values"),
             element("span", f"{share(nulls, found.counted.total)} without a value") if nulls else None]
    return element(
        "article",
        element(
            "div", element("h4", element("code", breakable(measure.name))),
            element("p", coded(first_sentence(measure.definition)), class_="small") if measure.definition else None,
            element("p", f"After {', '.join(measure.after)}", class_="small", dir="auto") if measure.after else None,
            element("p", (fact for fact in facts if fact), class_="facts-line"),
            bounds_list(found, measure.bounds), class_="about",
        ),
        element("figure", picture, class_="large"),
        element("div", (small(found, at, language) for language in shown_languages(found)), class_="multiples"),
        folded("By language and bucket, in numbers", numbers_table(found, at), kind="numbers") if len(known) else None,
        class_="card",
    )


def first_sentence(definition: str) -> str:
    return definition.strip().split("\n")[0].partition(". ")[0].rstrip(".") + "."


def coded(sentence: str) -> list[Html | str]:
    """With what stands between `...` as code."""
    return [element("code", part) if at % 2 else part for at, part in enumerate(sentence.split("`"))]


def values(found: Findings, at: int) -> Floats:
    """Of the sample, those that are known."""
    column = found.sample[:, at]
    known: Floats = column[~np.isnan(column)]
    return known


def of_cells(found: Findings, at: int, cells: list[Cell]) -> Counts:
    """The bins of one measure, added up."""
    zero = np.zeros(len(found.bins[at]), np.int64)
    return sum((found.counted.cells[cell][at, :len(zero)] for cell in cells if cell in found.counted.cells), zero)


def shown_languages(found: Findings) -> list[str]:
    """Those with histograms of their own; nothing where there is but one."""
    there = [*found.languages, OTHERS]
    named = [name for name in there if any(language == name for language, _ in found.counted.cells)]
    return named if len(named) > 1 or len(present_buckets(found)) > 1 else []


def small(found: Findings, at: int, language: str) -> Html:
    """One language: a curve for each bucket that it has."""
    curves = [
        Curve(of_cells(found, at, [(language, bucket)]), f"bucket-{bucket}")
        for bucket in BUCKETS if (language, bucket) in found.counted.cells
    ]
    known = sum(int(curve.counts.sum()) for curve in curves)
    name = found.measures[at].label
    picture = histogram(
        f"{name}, {language}: {known:,} documents with a value", found.bins[at], curves,
        lines(found.measures[at].bounds, language), SMALL,
    ) if known else element("p", "no values", class_="empty")
    return element("figure", picture, element("figcaption", isolated(language), element("span", f"{known:,}")))


def lines(bounds: tuple[Bound, ...], language: str | None) -> list[Line]:
    """The bounds to draw: for all documents those that are asked of all; for a language those asked of it."""
    chosen = [bound for bound in bounds if (not bound.scopes if language is None else bound.is_about(language))]
    found = [Line(bound.low, bound.recipe, True) for bound in chosen if bound.low is not None]
    found += [Line(bound.high, bound.recipe, False) for bound in chosen if bound.high is not None]
    return list(dict.fromkeys(found))


def bounds_list(found: Findings, bounds: tuple[Bound, ...]) -> Html | None:
    """Every rule that looks at this number, with the recipes that have it; not those for languages that are not there.
    """
    there = {language for language, _ in found.counted.cells} | {*found.comparison.languages}
    rules: dict[tuple[str, str, str], list[int]] = {}
    for bound in bounds:
        if not bound.scopes or any(bound.is_about(language) for language in there):
            key = (interval(bound.low, bound.high), bound.rule, "; ".join(map(str, bound.scopes)))
            rules.setdefault(key, []).append(bound.recipe)
    told = [bound_item(found, *key, recipes) for key, recipes in rules.items()]
    if not told:
        return None
    rest = folded(f"and {len(told) - TOLD} more", element("ul", told[TOLD:], class_="bounds")) if told[TOLD:] else None
    return element("div", element("ul", told[:TOLD], class_="bounds"), rest)


def bound_item(found: Findings, limits: str, rule: str, scopes: str, recipes: list[int]) -> Html:
    badges = joined(
        [element("span", f"{at + 1}", class_=f"badge recipe{at % COLOURS}", title=label(found, at)), " "]
        for at in recipes
    )
    about = element("i", f" {scopes}", dir="auto") if scopes else None
    return element("li", badges, element("b", limits), " ", isolated(rule), about)


def interval(low: float | None, high: float | None) -> str:
    """≥ 50, or 50 – 100,000."""
    if low is not None and high is not None:
        return f"= {grouped(low)}" if low == high else f"{grouped(low)} – {grouped(high)}"
    return f"≥ {grouped(low)}" if low is not None else f"≤ {grouped(high or 0)}"


def grouped(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else plain(number)


def numbers_table(found: Findings, at: int) -> Html:
    """For each language and bucket: documents, those without a value, and quantiles of the bins."""
    rows = []
    for cell in sorted(found.counted.cells, key=lambda cell: (order(found, cell[0]), BUCKETS.index(cell[1]))):
        counts, nulls = of_cells(found, at, [cell]), int(found.counted.nulls[cell][at])
        cuts = [quantile(counts, found.bins[at].edges, part) for part in QUANTILES]
        rows.append([element("th", isolated(cell[0]), f" {cell[1]}", scope="row"),
                     number(found.counted.documents[cell]), number(nulls),
                     *(number("–" if cut is None else f"≤ {short(cut)}") for cut in cuts)])
    heads = [head("Language, bucket"), head("Documents", numeric=True), head("Without a value", numeric=True),
             *(head(name, numeric=True) for name in ("5%", "Median", "95%"))]
    caption = "Upper edges of the bins in which the quantiles lie"
    return scrolled(found.measures[at].label, table(caption, heads, rows))


def order(found: Findings, language: str) -> int:
    return found.languages.index(language) if language in found.languages else len(found.languages)


def quantile(counts: Counts, edges: tuple[float, ...], part: float) -> float | None:
    """The upper edge of the bin in which a quantile lies."""
    total = int(counts.sum())
    return edges[int(np.searchsorted(np.cumsum(counts), part * total)) + 1] if total else None

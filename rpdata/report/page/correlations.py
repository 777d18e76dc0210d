"""Which numbers go together: a heat map of Spearman's correlation, and the strongest pairs."""

import math

from rpdata.report.findings import Findings
from rpdata.report.page.markup import Html, breakable, element, folded, head, number, scrolled, section, table
from rpdata.report.page.numbers import counted, signed

SHOWN = 32          # measures in the map
LEAST = 16          # so many at least, if there are so many
PAIRS = 15
ALIKE = 0.995       # from here on two signals put documents into the same order, whatever their names


def correlations(found: Findings) -> Html | None:
    """Nothing where fewer than two numbers vary."""
    chosen = shown(found)
    if len(chosen) < 2:
        return None
    return section(
        "correlations", "Correlation of signals",
        element(
            "p", f"Spearman’s rank correlation over {len(found.sample):,} documents, times 100, of what rules look "
            "at: rules that say the same show. A column is the signal of the row with its number.", class_="lead",
        ),
        scrolled("Correlation of signals", heat_map(found, chosen)),
        element("h3", "Strongest pairs of all signals"),
        pairs(found),
    )


def shown(found: Findings) -> list[int]:
    """The measures of the map: those with bounds, and if they are few, others; only those that vary."""
    varying = [at for at in range(len(found.measures)) if not math.isnan(found.correlation[at, at])]
    read = [at for at in varying if found.measures[at].bounds][:SHOWN]
    others = [at for at in varying if not found.measures[at].bounds]
    return [*read, *others[:max(0, LEAST - len(read))]]


def heat_map(found: Findings, chosen: list[int]) -> Html:
    """The triangle below the diagonal."""
    rows = []
    for row, at in enumerate(chosen):
        cells = [cell(float(found.correlation[at, other])) for other in chosen[:row]]
        rows.append([
            element("th", element("span", f"{row + 1}", class_="badge"), " ",
                    element("code", breakable(found.measures[at].label)), scope="row"),
            *cells, element("td", "·", class_="self", aria_hidden="true"),
        ])
    heads = [head("Signal"), *(
        element("th", f"{column + 1}", scope="col", abbr=found.measures[at].name, title=found.measures[at].label)
        for column, at in enumerate(chosen)
    )]
    return table("Spearman correlation of each two signals, times 100", heads, rows, kind="heatmap", hidden=True)


def cell(value: float) -> Html:
    if math.isnan(value):
        return element("td", "–", title="not known together")
    step = min(int(abs(value) * 5), 4)
    sign = "plus" if value > 0 else "minus"
    return element("td", f"{round(value * 100)}".replace("-", "−"), class_=f"{sign}{step}" if step else None)


def pairs(found: Findings) -> Html:
    """The pairs of largest absolute correlation, of all signals; folded away those that are as good as the same."""
    size = len(found.measures)
    every = [
        (abs(float(found.correlation[first, second])), first, second)
        for first in range(size) for second in range(first)
        if not math.isnan(found.correlation[first, second])
    ]
    every.sort(key=lambda each: (-each[0], each[1], each[2]))
    alike = [(first, second) for strength, first, second in every if strength >= ALIKE]
    differing = [(first, second) for strength, first, second in every if strength < ALIKE][:PAIRS]
    return element(
        "div",
        scrolled("Strongest pairs", pairs_table(found, "Strongest pairs", differing)),
        folded(
            f"{counted(len(alike), 'pair')} as good as the same (from {ALIKE})",
            scrolled("As good as the same", pairs_table(found, "Pairs that are as good as the same", alike)),
        ) if alike else None,
    )


def pairs_table(found: Findings, name: str, chosen: list[tuple[int, int]]) -> Html:
    rows = [
        [element("th", element("code", breakable(found.measures[second].label)), scope="row"),
         element("td", element("code", breakable(found.measures[first].label))),
         number(signed(float(found.correlation[first, second]), 3))]
        for first, second in chosen
    ]
    return table(name, [head("Signal"), head("and"), head("Correlation", numeric=True)], rows, hidden=True)

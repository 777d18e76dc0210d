"""How far the recipes agree: pairs, and every combination of keeping and dropping."""

import numpy as np

from rpdata.report.findings import Findings
from rpdata.report.page.markup import Html, element, head, number, scrolled, section, table
from rpdata.report.page.numbers import share
from rpdata.report.page.overview import label, recipe_name
from rpdata.report.page.svg import bar

COMBINATIONS = 16


def overlap(found: Findings) -> Html | None:
    """Nothing where there is but one recipe."""
    if len(found.recipes) < 2:
        return None
    return section(
        "overlap", "Overlap",
        element(
            "p", "The share of documents on which two recipes say the same, and below it how many of the documents that "
            "at least one of them keeps both keep (Jaccard).", class_="lead",
        ),
        scrolled("Agreement of recipes", agreement(found)),
        element("h3", "Who keeps what"),
        scrolled("Combinations of recipes", combinations(found)),
    )


def keeping(found: Findings, at: int) -> np.ndarray:
    """Which patterns are of documents that a recipe keeps."""
    kept: np.ndarray = np.arange(len(found.counted.patterns)) >> at & 1 == 1
    return kept


def agreement(found: Findings) -> Html:
    documents = found.counted.patterns[:, 0]
    total = int(documents.sum())
    rows = []
    for first in range(len(found.recipes)):
        cells = [element("th", recipe_name(found, first), scope="row")]
        for second in range(len(found.recipes)):
            one, other = keeping(found, first), keeping(found, second)
            if first == second:
                cells.append(element("td", "keeps ", element("b", share(int(documents[one].sum()), total)),
                                     class_="n self"))
                continue
            alike, both, either = (int(documents[here].sum()) for here in (one == other, one & other, one | other))
            cells.append(element(
                "td", element("b", share(alike, total)),
                element("span", f"Jaccard {both / either:.2f}" if either else "both keep nothing", class_="small"),
                class_=f"n heat{level(alike / max(total, 1))}",
            ))
        rows.append(cells)
    heads = [head(""), *(head(recipe_name(found, at), numeric=True) for at in range(len(found.recipes)))]
    return table("Agreement of each two recipes", heads, rows, kind="matrix", hidden=True)


def level(part: float) -> int:
    """0 to 4, the colour of a share above one half."""
    return int(min(max(part - 0.5, 0) * 10, 4))


def combinations(found: Findings) -> Html:
    """Documents by the set of recipes that keep them; most first."""
    patterns = found.counted.patterns
    total = int(patterns[:, 0].sum())
    order = sorted(range(len(patterns)), key=lambda at: (-patterns[at, 0], at))
    shown = [at for at in order if patterns[at, 0]][:COMBINATIONS]
    rows = []
    for pattern in shown:
        marks = [
            element("td", element("span", "●" if pattern >> at & 1 else "○", class_=f"mark recipe{at % 6}",
                                  aria_hidden="true"),
                    element("span", "keeps" if pattern >> at & 1 else "drops", class_="hidden"), class_="c")
            for at in range(len(found.recipes))
        ]
        documents, characters = (int(each) for each in patterns[pattern])
        rows.append([element("th", said(found, pattern), scope="row"), *marks,
                     element("td", bar([(0, documents / max(total, 1), "fill plain")])), number(documents),
                     number(share(documents, total)), number(characters)])
    heads = [head("Kept by"), *(head(recipe_name(found, at)) for at in range(len(found.recipes))), head("Share"),
             head("Documents", numeric=True), head("of all", numeric=True), head("Characters", numeric=True)]
    return table("Documents by the recipes that keep them", heads, rows, kind="combinations", hidden=True)


def said(found: Findings, pattern: int) -> str:
    names = [label(found, at) for at in range(len(found.recipes)) if pattern >> at & 1]
    if len(names) == len(found.recipes):
        return "all"
    return " and ".join(names) + " only" if names else "none"

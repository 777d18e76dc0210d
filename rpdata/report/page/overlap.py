"""How far the recipes agree: pairs, and every combination of keeping and dropping."""

from collections.abc import Sequence
from itertools import combinations

from rpdata.decide.compare import kept, read
from rpdata.report.bins import Counts
from rpdata.report.findings import Findings
from rpdata.report.page.markup import Html, element, folded, head, isolated, number, scrolled, section, table
from rpdata.report.page.numbers import share
from rpdata.report.page.overview import label, recipe_name
from rpdata.report.page.svg import COLOURS, bar

SHOWN = 16          # combinations
NAMED = 3           # recipes: the combinations of more are told by their marks alone


def overlap(found: Findings) -> Html | None:
    """Nothing where there is but one recipe."""
    if len(found.recipes) < 2:
        return None
    return section(
        "overlap", "Overlap",
        element(
            "p", "The share of documents on which two recipes say the same; how many of the documents that at least "
            "one of them keeps both keep (Jaccard); and how much of that is more than chance (Cohen’s kappa).",
            class_="lead",
        ),
        scrolled("Agreement of recipes", agreement(found, found.comparison.whole)),
        element("h3", "Who keeps what"),
        scrolled("Combinations of recipes", combined(found)),
        folded("By language", scrolled("Agreement by language", languages(found))) if several(found) else None,
    )


def several(found: Findings) -> bool:
    return len(found.comparison.languages) > 1


def agreement(found: Findings, counts: Counts) -> Html:
    """Each two recipes."""
    total = int(read(counts)[0])
    rows = []
    for first in range(len(found.recipes)):
        cells = [element("th", recipe_name(found, first), scope="row")]
        for second in range(len(found.recipes)):
            if first == second:
                keeps = element("b", share(int(kept(counts, first)[0]), total))
                cells.append(element("td", "keeps ", keeps, class_="n self"))
                continue
            told = found.comparison.agreement(counts, first, second)
            more = [f"Jaccard {rounded(told.jaccard)}", f"kappa {rounded(told.kappa)}"]
            cells.append(element(
                "td", element("b", percent(told.alike)), element("span", " · ".join(more), class_="small"),
                class_=f"n heat{level(told.alike)}",
            ))
        rows.append(cells)
    heads = [head("Recipe"), *(head(recipe_name(found, at), numeric=True) for at in range(len(found.recipes)))]
    return table("Agreement of each two recipes", heads, rows, kind="matrix", hidden=True)


def percent(part: float | None) -> str:
    return "–" if part is None else f"{100 * part:.1f}%"


def rounded(part: float | None) -> str:
    return "–" if part is None else f"{round(part, 2) + 0.0:.2f}".replace("-", "−")


def level(part: float | None) -> int:
    """0 to 4, the colour of a share above one half."""
    return int(min(max((part or 0) - 0.5, 0) * 10, 4))


def combined(found: Findings) -> Html:
    """Documents by the set of recipes that keep them; most first."""
    counts = found.comparison.whole
    total = int(read(counts)[0])
    order = sorted(range(len(counts)), key=lambda at: (-counts[at, 0], at))
    rows = []
    for pattern in [at for at in order if counts[at, 0]][:SHOWN]:
        documents, characters = (int(each) for each in counts[pattern, :2])
        rows.append([
            element("th", said(found, pattern), scope="row"), *marks(found, pattern),
            element("td", bar([(0, documents / max(total, 1), "fill plain")])), number(documents),
            number(share(documents, total)), number(characters),
        ])
    edited = any(recipe.edits for recipe in found.recipes)     # each leaves other characters of a document
    heads = [head("Kept by"), *(head(recipe_name(found, at)) for at in range(len(found.recipes))), head("Share"),
             head("Documents", numeric=True), head("of all", numeric=True),
             head("Characters of whole documents" if edited else "Characters", numeric=True)]
    return table("Documents by the recipes that keep them", heads, rows, kind="combinations", hidden=True)


def marks(found: Findings, pattern: int) -> Sequence[Html]:
    """A cell for each recipe: whether it keeps them."""
    return [
        element(
            "td", element("span", "●" if keeps else "○", class_=f"mark recipe{at % COLOURS}", aria_hidden="true"),
            element("span", "keeps" if keeps else "drops", class_="hidden"), class_="c",
        )
        for at in range(len(found.recipes)) for keeps in [pattern >> at & 1]
    ]


def said(found: Findings, pattern: int) -> str:
    if len(found.recipes) > NAMED:
        return f"{pattern.bit_count()} of {len(found.recipes)}"
    names = [label(found, at) for at in range(len(found.recipes)) if pattern >> at & 1]
    if len(names) == len(found.recipes):
        return "all"
    return " and ".join(names) + " only" if names else "none"


def languages(found: Findings) -> Html:
    """The share of documents on which each two recipes say the same, by language."""
    pairs = list(combinations(range(len(found.recipes)), 2))
    rows = [
        [isolated(name), number(int(read(counts)[0])),
         *(number(percent(found.comparison.agreement(counts, *pair).alike)) for pair in pairs)]
        for name, counts in sorted(found.comparison.languages.items(), key=lambda of: (-int(of[1][:, 0].sum()), of[0]))
    ]
    heads = [head("Language"), head("Documents", numeric=True), *(
        head(f"{label(found, first)}, {label(found, second)}", numeric=True) for first, second in pairs)]
    return table("Documents on which two recipes say the same", heads, rows)

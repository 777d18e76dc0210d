"""Domains that a recipe gives more weight, and those that it takes weight from."""

from rpdata.report.domains import COUNTED, DomainChange
from rpdata.report.findings import Findings
from rpdata.report.page.markup import Html, element, head, isolated, number, scrolled, section, table
from rpdata.report.page.numbers import share, signed
from rpdata.report.page.overview import label, recipe_name
from rpdata.report.page.svg import bar


def domain_changes(found: Findings) -> Html:
    """Two tables for each recipe."""
    let_go = found.counted.domains.let_go
    return section(
        "domains", "Domains gained and lost",
        element("p", "By how much a domain’s share of the documents grows or shrinks when only those are left that a "
                "recipe keeps, in points of a hundredth.", class_="lead"),
        element("p", f"There are so many domains that only the {COUNTED:,} largest were counted to the end: others "
                "may be counted too low.", class_="note") if let_go else None,
        (of_recipe(found, at) for at in range(len(found.recipes))),
    )


def of_recipe(found: Findings, at: int) -> Html:
    changes = found.domains[at]
    if not changes.domains:
        return element("div", element("h3", recipe_name(found, at)), element("p", "No document has a domain."))
    return element(
        "div",
        element("h3", recipe_name(found, at)),
        element("p", f"{label(found, at)} keeps nothing of {changes.gone:,} of {changes.domains:,} domains."),
        element("div", one_way(found, at, "Gained", changes.gained), one_way(found, at, "Lost", changes.lost),
                class_="pair"),
    )


def one_way(found: Findings, at: int, title: str, changes: list[DomainChange]) -> Html:
    if not changes:
        return element("div", element("h4", title), element("p", "None."))
    widest = max(abs(change.after - change.before) for change in changes)
    rows = [
        [isolated(change.domain),
         element("td", bar([(0, abs(change.after - change.before) / widest, f"fill {title.lower()}")], 60)),
         number(signed(100 * (change.after - change.before), 2)), number(f"{change.kept:,} of {change.documents:,}"),
         number(share(change.kept, change.documents))]
        for change in changes
    ]
    heads = [head("Domain"), head(element("span", "Size", class_="hidden")), head("Points", numeric=True),
             head("Kept", numeric=True), head("Rate", numeric=True)]
    name = f"{title} under {label(found, at)}"
    return element("div", element("h4", title), scrolled(name, table(name, heads, rows, hidden=True, kind="domains")))

"""What each rule of each recipe removes: in order, alone, and as the only one."""

from collections.abc import Sequence

from rpdata.decide.algebra import asked, sources
from rpdata.decide.rules import Rule
from rpdata.decide.waterfall import ABSTAINED, ALONE, CHARACTER, DOCUMENT, IN_ORDER, UNIQUE, Counts
from rpdata.report.findings import Findings
from rpdata.report.page.markup import Html, breakable, element, head, number, scrolled, section, table
from rpdata.report.page.numbers import counted, share
from rpdata.report.page.overview import label, recipe_name
from rpdata.report.page.svg import COLOURS, bar

Part = tuple[float, float, str]     # of a bar: from, to, what it stands for


def waterfalls(found: Findings) -> Html:
    """A table for each recipe."""
    return section(
        "waterfalls", "Waterfalls",
        element(
            "p", element("b", "In order"), ": what a rule removes of what the rules above it leave. ",
            element("b", "Alone"), ": what it removes of all documents. ", element("b", "Unique"),
            ": what would be kept without it. ", element("b", "Cannot tell"), ": its signal has no value.",
            " An edit drops lines and no document; rules after it see what it leaves."
            if any(recipe.edits for recipe in found.recipes) else "", class_="lead",
        ),
        (waterfall(found, at) for at in range(len(found.recipes))),
    )


def waterfall(found: Findings, at: int) -> Html:
    """One recipe."""
    recipe, whole = found.recipes[at], found.tallies[at].whole
    read, kept = documents(whole.read), documents(whole.kept)
    names, edits = [rule.name for rule in recipe.table], [edit.name for edit in recipe.edits]
    rows = [row(element("th", "All documents", scope="row"), [(0, 1, "left")], left=read)]
    left = read
    for rule in recipe.steps:
        if rule.is_edit:
            number_of = edits.index(rule.name)
            lines, unknown = (int(each) for each in whole.edited_lines[number_of])
            gone = share(int(whole.edits[number_of, CHARACTER]), int(whole.read[CHARACTER]))
            rows.append(row(
                rule_head(rule), [(0, left / max(read, 1), "left")], element("td", counted(lines, "line"), class_="n"),
                f"{gone} of characters", left, ["", "", counted(unknown, "line") if unknown else ""],
            ))
            continue
        counts = whole.rules[names.index(rule.name)]
        removed = documents(counts[IN_ORDER])
        left -= removed
        rows.append(row(
            rule_head(rule), falling(left, removed, read), number(removed), share(removed, read), left,
            [documents(counts[which]) for which in (ALONE, UNIQUE, ABSTAINED)],
        ))
    if recipe.unknown == "drop":
        removed = documents(whole.unknown)
        left -= removed
        name = element("th", "(cannot tell)", scope="row")
        rows.append(row(name, falling(left, removed, read), number(removed), share(removed, read), left))
    bar_of_kept = [(0, kept / max(read, 1), f"recipe{at % COLOURS}")]
    rows.append(row(element("th", "Kept", scope="row"), bar_of_kept, part=share(kept, read), left=kept))
    heads = [head("Rule"), head("What is left"), *(head(name, numeric=True) for name in (
        "In order", "of all", "Left", "Alone", "Unique", "Cannot tell"))]
    told = (
        f"{label(found, at)} keeps {kept:,} of {counted(read, 'document')} ({share(kept, read)}), and "
        f"{share(int(whole.kept[CHARACTER]), int(whole.read[CHARACTER]))} of the characters"
    )
    return element(
        "div", element("h3", recipe_name(found, at)), element("p", f"{told}."),
        scrolled(f"Waterfall of {label(found, at)}", table(told, heads, rows, kind="waterfall", hidden=True)),
    )


def documents(counts: Counts) -> int:
    """Of a pair of documents and characters."""
    return int(counts[DOCUMENT])


def rule_head(rule: Rule) -> Html:
    return element(
        "th", element("span", breakable(rule.name), class_="rule", dir="auto"),
        element("span", breakable(asked(rule)), class_="small", dir="auto"),
        element("span", sources(rule), class_="small source", dir="auto"), scope="row",
    )


def row(
    name: Html, parts: Sequence[Part], removed: Html | None = None, part: str = "", left: int = 0,
    more: Sequence[int | str] = ("", "", ""),
) -> list[Html]:
    """A line of the table. parts: of its bar. part: of all documents. more: alone, unique, cannot tell."""
    drawn = bar([(low, high, f"fill {kind}") for low, high, kind in parts])
    return [name, element("td", drawn), removed or number(""), number(part), number(left), *map(number, more)]


def falling(left: int, removed: int, read: int) -> list[Part]:
    """What is left after a rule, and what it took away."""
    after, before = left / max(read, 1), (left + removed) / max(read, 1)
    return [(0, after, "left"), (after, before, "removed")]

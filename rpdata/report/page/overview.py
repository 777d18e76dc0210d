"""What the dataset is, and how much of it each recipe keeps."""

from rpdata.decide.token_counts import CHARACTERS_PER_TOKEN, RULE_OF_THUMB
from rpdata.decide.waterfall import CHARACTER, DOCUMENT, GroupTally
from rpdata.report.findings import Findings
from rpdata.report.page.markup import Html, element, head, isolated, number, scrolled, section, table
from rpdata.report.page.numbers import counted, share
from rpdata.report.page.svg import COLOURS, bar


def overview(found: Findings) -> Html:
    """The first section."""
    tally = found.tallies[0]
    read, languages = tally.whole.read, len(tally.languages)
    facts = [
        (f"{read[DOCUMENT]:,}", "documents"), (f"{read[CHARACTER]:,}", "characters"),
        (f"{tally.tokens(read):,}", "tokens" if tally.counted else "tokens, about"),
        (f"{languages}", "language" if languages == 1 else "languages"),
    ]
    return section(
        "overview", "Overview",
        element("dl", (element("div", element("dt", name), element("dd", value)) for value, name in facts),
                class_="facts"),
        missing(found), tokens(found),
        element("h3", "What each recipe keeps"),
        kept_table(found),
        element("h3", "Languages"),
        groups_table(found, "Language", "Languages", [tally.languages for tally in found.tallies]),
        element("h3", "Snapshots"),
        groups_table(found, "Snapshot", "Snapshots", [tally.snapshots for tally in found.tallies]),
    )


def missing(found: Findings) -> Html | None:
    """What is planned and not there yet."""
    units = found.provenance.units_without_documents
    if not units:
        return None
    return element("p", f"{counted(units, 'planned unit')} without documents yet: nothing here is about them.",
                   class_="note")


def tokens(found: Findings) -> Html:
    """How one knows their number."""
    counted_by = found.tallies[0].counted
    return element("p", f"Tokens are counted in {counted_by}/." if counted_by else (
        f"Tokens are estimated: {CHARACTERS_PER_TOKEN} characters each ({RULE_OF_THUMB})."), class_="small")


def recipe_name(found: Findings, at: int) -> Html:
    """A recipe with its colour, as everywhere on the page."""
    badge = element("span", f"{at + 1}", class_=f"badge recipe{at % COLOURS}")
    return element("span", badge, " ", isolated(label(found, at)), class_="recipe")


def label(found: Findings, at: int) -> str:
    """Its name; as it was typed, where two are called the same."""
    name = found.recipes[at].name
    return name if [each.name for each in found.recipes].count(name) == 1 else found.named[at]


def kept_table(found: Findings) -> Html:
    rows = []
    for at, (recipe, tally) in enumerate(zip(found.recipes, found.tallies, strict=True)):
        read, kept = tally.whole.read, tally.whole.kept
        part = float(kept[DOCUMENT] / max(read[DOCUMENT], 1))
        rows.append([
            element("th", recipe_name(found, at), element("span", recipe.title, class_="small", dir="auto"),
                    scope="row"),
            element("td", bar([(0, part, f"fill recipe{at % COLOURS}")])),
            number(int(kept[DOCUMENT])), number(share(int(kept[DOCUMENT]), int(read[DOCUMENT]))),
            number(share(int(kept[CHARACTER]), int(read[CHARACTER]))), number(tally.tokens(kept)),
            number(len(recipe.rules)),
        ])
    heads = [head("Recipe"), head("Kept"), head("Documents", numeric=True), head("of documents", numeric=True),
             head("of characters", numeric=True), head("Tokens", numeric=True), head("Rules", numeric=True)]
    return scrolled("What each recipe keeps", table("Documents that each recipe keeps", heads, rows, hidden=True))


def groups_table(found: Findings, name: str, plural: str, groups: list[dict[str, GroupTally]]) -> Html:
    """What each recipe keeps of each language, or snapshot; largest first. groups: one for each recipe."""
    read = {group: tally.read for of in groups[:1] for group, tally in of.items()}
    total = sum(int(counts[DOCUMENT]) for counts in read.values())
    rows = []
    for group in sorted(read, key=lambda group: (-int(read[group][DOCUMENT]), group)):
        documents = int(read[group][DOCUMENT])
        rows.append([
            isolated(group), element("td", bar([(0, documents / max(total, 1), "fill plain")], 100)),
            number(documents), number(share(documents, total)), number(int(read[group][CHARACTER])),
            *(number(share(int(of[group].kept[DOCUMENT]), documents)) for of in groups),
        ])
    heads = [head(name), head("Share"), head("Documents", numeric=True), head("of all", numeric=True),
             head("Characters", numeric=True),
             *(head([recipe_name(found, at), " keeps"], numeric=True) for at in range(len(found.recipes)))]
    told = f"{plural}, and the share of documents that each recipe keeps"
    return scrolled(plural, table(told, heads, rows, hidden=True))

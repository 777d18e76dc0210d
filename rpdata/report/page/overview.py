"""What the dataset is, and how much of it each recipe keeps."""

from collections import defaultdict

import numpy as np

from rpdata.decide.waterfall import CHARACTER, DOCUMENT
from rpdata.report.bins import Counts
from rpdata.report.findings import Findings
from rpdata.report.page.markup import Html, element, folded, head, isolated, number, scrolled, section, table
from rpdata.report.page.numbers import counted, share
from rpdata.report.page.svg import bar


def overview(found: Findings) -> Html:
    """The first section."""
    sizes = sum(found.counted.sizes.values(), np.zeros(2, np.int64))
    languages = {language for _, language in found.counted.sizes}
    snapshots = found.provenance.snapshots
    facts = [
        (f"{sizes[DOCUMENT]:,}", "documents"), (f"{sizes[CHARACTER]:,}", "characters"),
        (f"{len(languages)}", "language" if len(languages) == 1 else "languages"),
        (f"{len(snapshots)}", "snapshot" if len(snapshots) == 1 else "snapshots"),
    ]
    return section(
        "overview", "Overview",
        element("dl", (element("div", element("dt", name), element("dd", value)) for value, name in facts),
                class_="facts"),
        missing(found),
        element("h3", "What each recipe keeps"),
        kept_table(found),
        element("h3", "Languages"),
        languages_table(found),
        folded(f"By snapshot ({counted(len(snapshots), 'snapshot')})", snapshots_table(found)),
    )


def missing(found: Findings) -> Html | None:
    """What is planned and not there yet."""
    units = found.provenance.units_without_documents
    if not units:
        return None
    return element("p", f"{counted(units, 'planned unit')} without documents yet: nothing here is about them.",
                   class_="note")


def recipe_name(found: Findings, at: int) -> Html:
    """A recipe with its colour, as everywhere on the page."""
    badge = element("span", f"{at + 1}", class_=f"badge recipe{at % 6}")
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
            element("td", bar([(0, part, f"fill recipe{at % 6}")])),
            number(int(kept[DOCUMENT])), number(share(int(kept[DOCUMENT]), int(read[DOCUMENT]))),
            number(share(int(kept[CHARACTER]), int(read[CHARACTER]))), number(len(recipe.rules)),
        ])
    heads = [head("Recipe"), head("Kept"), head("Documents", numeric=True), head("of documents", numeric=True),
             head("of characters", numeric=True), head("Rules", numeric=True)]
    return scrolled("What each recipe keeps", table("Documents that each recipe keeps", heads, rows, hidden=True))


def languages_table(found: Findings) -> Html:
    """Each language: its size, and what each recipe keeps of it."""
    by_language: dict[str, Counts] = defaultdict(lambda: np.zeros(2, np.int64))
    if found.tallies:
        for name, tally in found.tallies[0].languages.items():
            by_language[name] = tally.read
    total = sum(int(size[DOCUMENT]) for size in by_language.values())
    rows = []
    for name in sorted(by_language, key=lambda name: (-by_language[name][DOCUMENT], name)):
        documents, characters = (int(each) for each in by_language[name])
        kept = [tally.languages[name].kept if name in tally.languages else np.zeros(2, np.int64)
                for tally in found.tallies]
        rows.append([
            isolated(name), element("td", bar([(0, documents / max(total, 1), "fill plain")], 100)),
            number(documents), number(share(documents, total)), number(characters),
            *(number(share(int(each[DOCUMENT]), documents)) for each in kept),
        ])
    heads = [head("Language"), head("Share"), head("Documents", numeric=True), head("of all", numeric=True),
             head("Characters", numeric=True),
             *(head([recipe_name(found, at), " keeps"], numeric=True) for at in range(len(found.recipes)))]
    return scrolled("Languages", table("Languages, and the share of documents that each recipe keeps", heads, rows,
                                       hidden=True))


def snapshots_table(found: Findings) -> Html:
    by_snapshot: dict[str, Counts] = defaultdict(lambda: np.zeros(2, np.int64))
    for (snapshot, _), size in found.counted.sizes.items():
        by_snapshot[snapshot] = by_snapshot[snapshot] + size
    rows = [[isolated(name), number(int(size[DOCUMENT])), number(int(size[CHARACTER]))]
            for name, size in sorted(by_snapshot.items())]
    heads = [head("Snapshot"), head("Documents", numeric=True), head("Characters", numeric=True)]
    return scrolled("Snapshots", table("Snapshots", heads, rows, hidden=True))

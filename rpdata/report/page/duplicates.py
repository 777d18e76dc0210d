"""What deduplication marked, where it was run."""

from rpdata.report.findings import Findings
from rpdata.report.gather import Level
from rpdata.report.page.markup import Html, element, head, number, scrolled, section, table
from rpdata.report.page.numbers import share


def duplicates(found: Findings) -> Html | None:
    """Nothing where it was not."""
    levels = found.counted.levels
    if not levels:
        return None
    about = found.duplicates.get("about")
    total = found.counted.total
    rows = [
        [name_of(column), number(level.removed), number(share(level.removed, total)), *clustered(level)]
        for column, level in levels.items()
    ]
    heads = [head("Level"), *(head(name, numeric=True) for name in (
        "Documents to leave out", "of all", "In clusters", "Largest cluster"))]
    return section(
        "duplicates", "Duplicates",
        element("p", f"Of each document: {about}.", class_="lead", dir="auto") if isinstance(about, str) else None,
        scrolled("Duplicates", table("What deduplication marked", heads, rows, hidden=True)),
        (sizes_table(name_of(column), level) for column, level in levels.items() if level.clustered),
    )


def name_of(column: str) -> str:
    return "copies" if column == "exact_keep" else f"similarity {column.removeprefix('keep_sim')}"


def clustered(level: Level) -> list[Html]:
    if not level.sizes:
        return [number("–"), number("–")]
    return [number(level.clustered), number(level.largest)]


def sizes_table(name: str, level: Level) -> Html:
    """Documents by the size of their cluster, in doublings."""
    heads = [head("Size of the cluster"), head("Documents", numeric=True)]
    rows = [[between(power), number(times)] for power, times in sorted(level.sizes.items())]
    return element("div", element("h3", f"Clusters, {name}"),
                   scrolled(f"Clusters, {name}", table(f"Documents by the size of their cluster, {name}", heads, rows,
                                                       hidden=True)))


def between(power: int) -> str:
    """1, 2, 3 – 4, 5 – 8."""
    last = 1 << power
    first = last // 2 + 1
    return f"{last:,}" if first >= last else f"{first:,} – {last:,}"

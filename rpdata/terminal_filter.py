"""What `rpdata filter` and `rpdata explain` print."""

from rich.markup import escape
from rich.table import Table

from rpdata.decide.explain import Explanation
from rpdata.decide.values import plain
from rpdata.decide.waterfall import ABSTAINED, ALONE, CHARACTER, DOCUMENT, IN_ORDER, UNIQUE, Counts
from rpdata.filter import FilterSummary
from rpdata.terminal import console, counted, print_json
from rpdata.terminal_forecast import align
from rpdata.terminal_show import visible


def print_filter(summary: FilterSummary, *, as_json: bool) -> None:
    """The waterfall, what is kept by language, and where the decisions are."""
    if as_json:
        print_json(summary.as_dict())
        return
    console.print(waterfall(summary))
    console.print()
    console.print(by_language(summary))
    whole = summary.tally.whole
    if whole.without_length:
        console.print(f"Of {counted(whole.without_length, 'document')} nobody counted the characters.")
    if not whole.kept[DOCUMENT]:
        console.print("No document is kept.")
    for note in summary.notes:
        console.print(f"Note: {escape(note)}.")
    if summary.units_without_documents:
        console.print(f"{counted(summary.units_without_documents, 'planned unit')} without documents yet.")
    new = summary.units - summary.units_done_before
    done = f"{counted(new, 'unit')} decided on" if new else "all was decided before"
    console.print(f"This run: {done}, in {summary.seconds:,.1f} s.")
    console.print(f"Decisions: {escape(summary.output)}/")
    root = summary.output.removesuffix(f"/{summary.recipe.folder}")
    console.print(
        f'Next: Dataset.open("{escape(root)}").scan({escape(str([summary.recipe.folder]))}).filter(pl.col("keep"))'
    )


def waterfall(summary: FilterSummary) -> Table:
    """A line for each rule, in the recipe's order; then what is left."""
    recipe, whole = summary.recipe, summary.tally.whole
    names = [rule.name for rule in recipe.table]
    table = Table(
        "rule", "removes in order", "characters", "left", "alone", "unique", "cannot tell", box=None, pad_edge=False
    )
    left = whole.read.copy()
    table.add_row("all documents", "", "", f"{left[DOCUMENT]:,}", "", "", "")
    for rule in recipe.rules:
        counts = whole.rules[names.index(rule.name)]
        left -= counts[IN_ORDER]
        table.add_row(
            escape(rule.name), *removed(counts[IN_ORDER], whole.read), f"{left[DOCUMENT]:,}",
            *(f"{counts[which, DOCUMENT]:,}" for which in (ALONE, UNIQUE, ABSTAINED)),
        )
    if recipe.unknown == "drop":
        left -= whole.unknown
        table.add_row("(cannot tell)", *removed(whole.unknown, whole.read), f"{left[DOCUMENT]:,}", "", "", "")
    table.add_row("kept", "", share(whole.kept[CHARACTER], whole.read[CHARACTER]), f"{whole.kept[DOCUMENT]:,}",
                  "", "", "")
    align(table)
    return table


def by_language(summary: FilterSummary) -> Table:
    """What is kept of each language."""
    table = Table("language", "documents", "kept", "", "characters kept", "", box=None, pad_edge=False)
    for name, tally in summary.tally.languages.items():
        (documents, characters), (kept, kept_characters) = tally.read, tally.kept
        table.add_row(
            escape(visible(name)), f"{documents:,}", f"{kept:,}", share(kept, documents), f"{kept_characters:,}",
            share(kept_characters, characters),
        )
    align(table)
    return table


def removed(counts: Counts, of: Counts) -> tuple[str, str]:
    documents = f"{counts[DOCUMENT]:,} ({share(counts[DOCUMENT], of[DOCUMENT])})"
    return documents, share(counts[CHARACTER], of[CHARACTER])


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


def print_explanation(found: Explanation, *, as_json: bool) -> None:
    """A line for each rule; those that a rule is made of are indented below it."""
    if as_json:
        print_json(found.as_dict())
        return
    table = Table("", "rule", "value", "a document is kept where", "off by", box=None, pad_edge=False)
    for each in found.rules:
        value = plain(each.value) if isinstance(each.value, float) else visible(each.value or "")
        table.add_row(
            each.verdict, escape("  " * each.depth + each.rule), escape(value), escape(each.condition),
            "" if each.off is None else f"{each.off:.6g}",
        )
    console.print(table)
    kept = "keeps" if found.keep else "does not keep"
    console.print(f"{escape(found.recipe)} {kept} {escape(visible(found.doc_id))}")

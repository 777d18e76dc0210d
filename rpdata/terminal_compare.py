"""What `rpdata compare` prints. Languages and domains are strangers'."""

from rich.markup import escape
from rich.table import Table

from rpdata.compare import CompareSummary
from rpdata.decide.compare import Comparison, Counts, kept, kept_alone, read, removed_alone
from rpdata.terminal import console, counted, print_json
from rpdata.terminal_filter import share
from rpdata.terminal_forecast import align
from rpdata.terminal_width import cut, print_table, say

DOMAINS_SHOWN = 10          # where nobody asked for domains
DOMAIN_COLUMNS = 30


def print_comparison(summary: CompareSummary, by: str | None, *, as_json: bool) -> None:
    """Each recipe, every two of them, and where they differ: by language and domain, or only and more by one."""
    if as_json:
        print_json(summary.as_dict())
        return
    comparison = summary.comparison
    if by is None:
        print_table(recipes_table(comparison, comparison.whole))
        if edited := [recipe.name for recipe in comparison.recipes if recipe.edits]:
            say(f"Characters of {' and '.join(edited)} are those of the lines that are left.")
        console.print()
        print_table(pairs_table(comparison, comparison.whole))
        console.print()
        print_table(languages_table(comparison))
    elif by == "language":
        for name, counts in comparison.languages.items():
            say(f"{name}: {counted(int(read(counts)[0]), 'document')}")
            print_table(recipes_table(comparison, counts))
            print_table(pairs_table(comparison, counts))
            console.print()
    if by != "language":
        print_domains(comparison, DOMAINS_SHOWN if by is None else len(comparison.domains))
    if summary.newly_decided:
        say(f"Decided in this run: {', '.join(summary.newly_decided)}.")
    if summary.units_without_documents:
        say(f"{counted(summary.units_without_documents, 'planned unit')} without documents yet.")
    if by is None:
        say("More of where they differ: the same with --by language, or --by domain.")


def recipes_table(comparison: Comparison, counts: Counts) -> Table:
    """A line for each recipe: what it keeps, and what it decides otherwise than all others."""
    table = Table("recipe", "keeps", "", "characters", "only it keeps", "only it removes", box=None, pad_edge=False)
    documents, characters = read(counts)
    for number, name in enumerate(comparison.names):
        left, left_characters = kept(counts, number)
        table.add_row(
            escape(name), f"{left:,}", share(left, documents), share(left_characters, characters),
            f"{kept_alone(counts, number)[0]:,}", f"{removed_alone(counts, number)[0]:,}",
        )
    align(table)
    return table


def pairs_table(comparison: Comparison, counts: Counts) -> Table:
    """A line for every two recipes."""
    table = Table("", "", "alike", "Jaccard", "kappa", "only first", "only second", box=None, pad_edge=False)
    for each in comparison.agreements(counts):
        figures = ["-" if figure is None else form.format(figure) for figure, form in
                   ((each.alike, "{:.1%}"), (each.jaccard, "{:.3f}"), (each.kappa, "{:.3f}"))]
        table.add_row(escape(each.first), escape(each.second), *figures, f"{each.only_first:,}",
                      f"{each.only_second:,}")
    align(table)
    table.columns[1].justify = "left"
    return table


def languages_table(comparison: Comparison) -> Table:
    """What each recipe keeps of each language."""
    table = Table("language", "documents", *map(escape, comparison.names), box=None, pad_edge=False)
    for name, counts in comparison.languages.items():
        documents = read(counts)[0]
        shares = [share(kept(counts, number)[0], documents) for number in range(len(comparison.recipes))]
        table.add_row(escape(cut(name, DOMAIN_COLUMNS)), f"{documents:,}", *shares)
    align(table)
    return table


def print_domains(comparison: Comparison, most: int) -> None:
    """The domains on which the recipes differ most: documents, and those that each recipe keeps."""
    shown = comparison.domains[:most]
    if not shown:
        say("Of every domain all recipes keep equally many documents.")
        return
    table = Table("domain", "documents", *map(escape, comparison.names), box=None, pad_edge=False)
    for each in shown:
        name = "(none known)" if each.domain is None else cut(each.domain, DOMAIN_COLUMNS)
        table.add_row(escape(name), f"{each.read:,}", *(f"{number:,}" for number in each.kept))
    align(table)
    console.print()
    say("Domains of which one recipe keeps the most documents more than another:")
    print_table(table)

"""What `rpdata filter` and `rpdata explain` print."""

from collections.abc import Mapping

from rich.markup import escape
from rich.table import Table

from rpdata.decide.explain import Explanation
from rpdata.decide.token_counts import CHARACTERS_PER_TOKEN, RULE_OF_THUMB
from rpdata.decide.values import plain
from rpdata.decide.waterfall import (
    ABSTAINED,
    ALONE,
    CHARACTER,
    DOCUMENT,
    IN_ORDER,
    TOKEN,
    UNIQUE,
    Counts,
    GroupTally,
    Tally,
)
from rpdata.filter import FilterSummary
from rpdata.terminal import console, counted, print_json
from rpdata.terminal_forecast import align
from rpdata.terminal_show import visible
from rpdata.terminal_width import print_below_names, print_stacked


def print_filter(summary: FilterSummary, *, ends: bool) -> None:
    """The waterfall, what is kept by language and snapshot, and where the decisions are.

    ends: whether nothing more is done, so that it is said how to go on.
    """
    tally = summary.tally
    print_below_names(waterfall(summary))
    console.print()
    console.print(by_group("language", tally.languages, tally))
    if len(tally.snapshots) > 1:
        console.print()
        console.print(by_group("snapshot", tally.snapshots, tally))
    whole = tally.whole
    console.print(where_tokens_come_from(summary))
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
    if not ends:
        return
    root = summary.output.removesuffix(f"/{summary.recipe.folder}")
    console.print(
        f'Next: Dataset.open("{escape(root)}").scan({escape(str([summary.recipe.folder]))}).filter(pl.col("keep"))'
    )


def waterfall(summary: FilterSummary) -> Table:
    """A line for each rule and edit, in the recipe's order; then what is left. Tokens where they were counted:
    estimates have the shares that characters have."""
    recipe, whole = summary.recipe, summary.tally.whole
    names, edits = [rule.name for rule in recipe.table], [edit.name for edit in recipe.edits]
    tokens = summary.tally.counted is not None
    measures = ["characters", "tokens"] if tokens else ["characters"]
    table = Table(
        "rule", "removes in order", *measures, "left", "alone", "unique", "cannot tell", box=None, pad_edge=False
    )
    left = whole.read.copy()
    table.add_row("all documents", "", *["" for _ in measures], f"{left[DOCUMENT]:,}", "", "", "")
    for step in recipe.steps:
        if step.is_edit:
            number = edits.index(step.name)
            lines, unknown = whole.edited_lines[number]
            shares = removed(whole.edits[number], whole.read, tokens)[1:]
            uncertain = counted(unknown, "line") if unknown else ""
            table.add_row(escape(step.name), counted(lines, "line"), *shares, f"{left[DOCUMENT]:,}", "", "", uncertain)
            continue
        counts = whole.rules[names.index(step.name)]
        left -= counts[IN_ORDER]
        table.add_row(
            escape(step.name), *removed(counts[IN_ORDER], whole.read, tokens), f"{left[DOCUMENT]:,}",
            *(f"{counts[which, DOCUMENT]:,}" for which in (ALONE, UNIQUE, ABSTAINED)),
        )
    if recipe.unknown == "drop":
        left -= whole.unknown
        table.add_row(
            "(cannot tell)", *removed(whole.unknown, whole.read, tokens), f"{left[DOCUMENT]:,}", "", "", ""
        )
    table.add_row("kept", "", *removed(whole.kept, whole.read, tokens)[1:], f"{whole.kept[DOCUMENT]:,}", "", "", "")
    align(table)
    return table


def by_group(name: str, groups: Mapping[str, GroupTally], whole: Tally) -> Table:
    """What is kept of each language, or snapshot."""
    tokens = "tokens kept" if whole.counted else "tokens, about"
    table = Table(name, "documents", "kept", "", "characters kept", "", tokens, box=None, pad_edge=False)
    for group, tally in groups.items():
        documents, characters, _ = tally.read
        kept, kept_characters, _ = tally.kept
        table.add_row(
            escape(visible(group)), f"{documents:,}", f"{kept:,}", share(kept, documents), f"{kept_characters:,}",
            share(kept_characters, characters), f"{whole.tokens(tally.kept):,}",
        )
    align(table)
    return table


def where_tokens_come_from(summary: FilterSummary) -> str:
    """How many tokens are kept, and how one knows."""
    tally = summary.tally
    kept, read = (f"{tally.tokens(counts):,}" for counts in (tally.whole.kept, tally.whole.read))
    if tally.counted and summary.recipe.edits:
        return (
            f"Tokens: about {kept} of {read} are kept, by {escape(tally.counted)}/; those of dropped lines are "
            "taken in proportion to characters."
        )
    if tally.counted:
        return f"Tokens: {kept} of {read} are kept, by {escape(tally.counted)}/."
    root = summary.output.removesuffix(f"/{summary.recipe.folder}")
    return (
        f"Tokens: about {kept} of {read} are kept, at {CHARACTERS_PER_TOKEN} characters each ({RULE_OF_THUMB}). "
        f"To count them: rpdata count-tokens {escape(root)} --tokenizer FILE"
    )


def removed(counts: Counts, of: Counts, counted: bool) -> list[str]:
    """Documents with their share, and the shares of characters and, if they were counted, of tokens."""
    documents = f"{counts[DOCUMENT]:,}" + (f" ({share(counts[DOCUMENT], of[DOCUMENT])})" if of[DOCUMENT] else "")
    return [documents, *(share(counts[which], of[which]) for which in (CHARACTER, TOKEN)[: 1 + counted])]


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
    print_stacked(table, names=2)
    kept = "keeps" if found.keep else "does not keep"
    console.print(f"{escape(found.recipe)} {kept} {escape(visible(found.doc_id))}")

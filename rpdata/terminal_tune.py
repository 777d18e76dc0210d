"""What `rpdata tune` prints. Texts are strangers'."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from rpdata.decide.near import Near
from rpdata.decide.tune import Curve, LanguageCurve, Tuning
from rpdata.decide.values import plain
from rpdata.terminal import console, counted, print_json
from rpdata.terminal_filter import share
from rpdata.terminal_forecast import align
from rpdata.terminal_show import visible
from rpdata.terminal_width import columns_left, cut, print_table, say

BAR = 30                                # characters of all documents
LEVELS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"     # of a sparkline: eighths of a line's height
MOVED = {"low": "Lower bound", "high": "Upper bound"}


def print_tuning(tuning: Tuning, *, as_json: bool) -> None:
    """The curve of each bound, by language as a sparkline, and documents on both sides of it."""
    if as_json:
        print_json(tuning.as_dict())
        return
    say(f"{tuning.recipe}, {tuning.rule}: {tuning.condition}")
    null = f", the value is null of {tuning.unknown:,}" if tuning.unknown else ""
    say(f"{counted(tuning.documents, 'document')} that it looks at{null}.")
    for curve in tuning.curves:
        console.print()
        say(f"{MOVED[curve.side]} moved; kept by the rule alone, and by the whole recipe (bars):")
        print_table(curve_table(curve))
        if len(curve.languages) > 1:
            console.print()
            say("The whole recipe by language, over the same thresholds; what it keeps today:")
            print_table(languages_table(curve))
        console.print()
        print_near("Just inside", curve.inside)
        print_near("Just outside", curve.outside)
    say("To move it: recipe.replace(NAME, low=..., high=...) in a file of your own.")


def curve_table(curve: Curve) -> Table:
    """A line for each threshold."""
    table = Table("threshold", "alone", "recipe", "", box=None, pad_edge=False)
    for number, threshold in enumerate(curve.thresholds):
        whole = curve.all.whole[number]
        bar = "#" * round(BAR * whole / max(curve.all.read, 1))
        today = " <- today" if threshold == curve.today else ""
        table.add_row(
            shown(threshold, threshold == curve.today), share(curve.all.alone[number], curve.all.read),
            share(whole, curve.all.read), bar + today,
        )
    align(table)
    table.columns[3].justify = "left"
    return table


def languages_table(curve: Curve) -> Table:
    """A line for each language."""
    today = curve.thresholds.index(curve.today)
    table = Table("language", "documents", "", "today", box=None, pad_edge=False)
    for name, of in curve.languages.items():
        table.add_row(escape(cut(name, 16)), f"{of.read:,}", sparkline(of), share(of.whole[today], of.read))
    align(table)
    return table


def sparkline(of: LanguageCurve) -> str:
    """The share that the recipe keeps at each threshold, from nothing to all."""
    top = len(LEVELS) - 1
    return "".join(LEVELS[round(top * kept / max(of.read, 1))] for kept in of.whole)


def print_near(where: str, documents: Sequence[Near]) -> None:
    """Documents that the recipe keeps if and only if the rule passes them."""
    if not documents:
        say(f"{where}: no document that this rule alone decides.")
        return
    say(f"{where}, documents that this rule alone decides:")
    for document in documents:
        head = f"  {shown(document.value, exact=False)}  {visible(document.doc_id)}  "
        if columns_left(head) >= 20:
            say_line(head, document.line)
        else:
            say_line(f"  {shown(document.value, exact=False)}  ", document.doc_id)
            say_line("      ", document.line)


def say_line(head: str, text: str) -> None:
    console.print(escape(head + cut(text, columns_left(head))))


def shown(number: float, exact: bool) -> str:
    """A threshold as it is written in a recipe, or with as many digits as tell it from others."""
    return plain(number) if exact else f"{number:.4g}" if abs(number) < 10_000 else f"{number:,.0f}"

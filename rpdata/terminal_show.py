"""What `rpdata show` prints. The text is a stranger's: nothing in it may steer the terminal or be taken for markup."""

import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from rich.table import Table
from rich.text import Text

from rpdata.show import Measured, Shown
from rpdata.signals.fingerprint import SPANS
from rpdata.terminal import console, print_json

# How the line signals of every dataset stand before a line: heading, signal, form.
MARKS: list[tuple[str, str, Callable[[Any], str]]] = [
    (".", "rps_lines_ending_with_terminal_punctution_mark", lambda value: "." if value else ""),
    ("*", "rps_lines_start_with_bulletpoint", lambda value: "*" if value else ""),
    ("words", "rps_lines_num_words", str),
    ("caps", "rps_lines_uppercase_letter_fraction", lambda value: f"{value:.2f}"),
    ("digits", "rps_lines_numerical_chars_fraction", lambda value: f"{value:.2f}"),
    ("js", "rps_lines_javascript_counts", lambda value: str(value or "")),
    ('"', "rpdata_lines_end_mark", lambda value: '"' if value else ""),
    ("sents", "rpdata_lines_sentences", str),
    ("cut", "rpdata_lines_whitespace_words", str),
    ("longest", "rpdata_lines_longest_word", str),
]
# Those that nearly all lines of nearly all documents have not: a column only where one has.
RARE: list[tuple[str, str, Callable[[Any], str]]] = [
    ("j", "rpdata_lines_javascript", lambda value: "j" if value else ""),
    ("p", "rpdata_lines_policy", lambda value: "p" if value else ""),
    ("{", "rpdata_lines_curly_brackets", lambda value: str(value or "")),
    ("i", "rpdata_lines_lorem_ipsum", lambda value: "i" if value else ""),
]
LEGEND = (
    ". ends with a terminal mark   * starts with a bullet   words: normalised   caps, digits: of the code points   "
    'js: the word javascript   " ends with a mark or an ASCII quote   sents: sentences   cut: words by white space   '
    "longest: of those   j: javascript in any word   p: terms of use, cookies   i: lorem ipsum"
)

LONG = 48               # characters of a list of numbers
NAMES = 1 << 53         # no count is that large: it is an id_int, which is copied and not read

# Format characters that belong into words: joiners of Indic scripts, Persian and emoji, and the soft hyphen.
HARMLESS = {"\u200c", "\u200d", "\u00ad"}
UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def print_document(shown: Shown, *, only_signals: bool, as_json: bool) -> None:
    """Provenance, then the lines beside their signals, then the document's signals."""
    if as_json:
        content = shown.as_dict()
        print_json({key: value for key, value in content.items() if not (only_signals and key == "lines")})
        return
    print_provenance(shown)
    if not only_signals:
        console.print()
        print_lines(shown)
    console.print()
    print_signals(shown.signals)


def print_provenance(shown: Shown) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in shown.fields.items():
        if value is not None:
            table.add_row(name, Text(abbreviated(value) if isinstance(value, list) else visible(str(value))))
    table.add_row("partition", Text(visible(f"{shown.partition}, row {shown.row:,}")))
    console.print(table)


def abbreviated(numbers: list[int]) -> str:
    """Ascending numbers, of many the first: 0, 4-6, 10, ... (3,071 in all)."""
    told = spans(numbers)
    if len(told) <= LONG:
        return told
    return f"{told[:LONG].rpartition(', ')[0]}, ... ({len(numbers):,} in all)"


def spans(numbers: list[int]) -> str:
    """Ascending numbers, those that follow each other as one: 0, 4-6, 10."""
    firsts = [number for before, number in pairwise([-2, *numbers]) if number != before + 1]
    lasts = [number for number, after in pairwise([*numbers, -1]) if after != number + 1]
    ends = zip(firsts, lasts, strict=True)
    return ", ".join(f"{first}-{last}" if last > first else f"{first}" for first, last in ends)


def print_lines(shown: Shown) -> None:
    """Numbers count from 1. Columns are as wide as what they hold, and the text comes last: it may be long."""
    known = {signal.name: signal.value for signal in shown.line_signals}
    marks = [(heading, known.pop(name), form) for heading, name, form in MARKS if known.get(name) is not None]
    rare = [(heading, known.pop(name, None), form) for heading, name, form in RARE]
    marks += [(heading, value, form) for heading, value, form in rare if value and any(value)]
    marks += [(name, value, short) for name, value in known.items() if value is not None and name not in SPANS]
    columns = [("line", [str(number) for number in range(1, len(shown.lines) + 1)])]
    columns += [(heading, ["" if cell is None else form(cell) for cell in value]) for heading, value, form in marks]
    widths = [max(map(len, [heading, *cells])) for heading, cells in columns]
    heads = [heading.rjust(width) for (heading, _), width in zip(columns, widths, strict=True)]
    write("  ".join([*heads, "text"]))
    for number, line in enumerate(shown.lines):
        cells = [cells[number].rjust(width) for (_, cells), width in zip(columns, widths, strict=True)]
        write("  ".join([*cells, visible(line)]).rstrip())
    if not shown.lines:
        write("(the text is empty)")
    if marks:
        write(LEGEND)


def print_signals(signals: list[Measured]) -> None:
    table = Table("signal", "value", "unit", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for signal in signals:
        table.add_row(Text(signal.name), Text(short(signal.value)), Text(visible(signal.unit)))
    console.print(table)


def write(line: str) -> None:
    """A line as it is: no markup, no highlighting, no wrapping of ours."""
    console.out(line, highlight=False)


def short(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value) if value >= NAMES else f"{value:,}"
    return f"{value:.6g}"


def visible(text: str) -> str:
    r"""The text with everything written out (`\x1b`) that a terminal would obey instead of showing it."""
    return "".join(map(visible_character, text)) if not text.isprintable() else text


def visible_character(character: str) -> str:
    if character == "\t":
        return "    "
    if character in HARMLESS or unicodedata.category(character) not in UNPRINTABLE:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode()

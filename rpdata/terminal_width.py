"""Printing that is no wider than the terminal, whatever strangers wrote."""

import os
import shutil
import sys

from rich.cells import cell_len
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rpdata.terminal import WIDE, console
from rpdata.terminal_show import visible

UNKNOWN = 80        # columns, where nobody says how wide it is
ELLIPSIS = "\u2026"
ANY = 10_000        # columns that no table needs
INDENT = 4          # of what stands below a name
LEAST = 10          # columns of a text that is cut


def width() -> int:
    """Columns: what COLUMNS says, or the terminal."""
    return shutil.get_terminal_size((UNKNOWN, 0)).columns


def print_table(table: Table) -> None:
    """A table; cells that are too wide go on in the next line."""
    console.print(table, width=width(), soft_wrap=False)


def say(sentence: str) -> None:
    """A sentence without markup, broken between words."""
    console.print(escape(sentence), width=width(), soft_wrap=False)


def cut(text: str, columns: int) -> str:
    """What of a stranger's text fits so many columns, with an ellipsis where more of it follows."""
    shown = Text(visible(text))
    shown.truncate(max(columns, LEAST), overflow="ellipsis")
    return shown.plain


def room() -> int:
    """Columns that a wide table has: the terminal's; where nobody looks at one, nothing needs to fit one."""
    return width() if "COLUMNS" in os.environ or sys.stdout.isatty() else WIDE


def fits(table: Table) -> bool:
    """Whether no cell has to go on in the next line."""
    return console.measure(table, options=console.options.update_width(ANY)).maximum <= room()


def print_below_names(table: Table) -> None:
    """A table of figures; if it is too wide, the names of its first column stand above their lines."""
    if fits(table):
        console.print(table)
        return
    first, *others = table.columns
    figures = Table(box=None, pad_edge=False)
    for column in others:
        figures.add_column(column.header, justify=column.justify, no_wrap=True)
    for row in zip(*(column.cells for column in others), strict=True):
        figures.add_row(*row)
    with console.capture() as rendered:
        console.print(figures)
    for name, line in zip([first.header, *first.cells], rendered.get().removesuffix("\n").split("\n"), strict=True):
        console.print(name)
        if line.strip():
            console.out(line.rstrip(), highlight=False)


def print_stacked(table: Table, names: int) -> None:
    """A table of texts; if it is too wide, the first `names` cells of a row are a line, and the others below it."""
    if fits(table):
        console.print(table)
        return
    rows = [[str(column.header), *map(str, column.cells)] for column in table.columns]
    widest = [max(map(len, column)) for column in rows[:names]]
    for row in zip(*rows, strict=True):
        console.print("  ".join(cell.ljust(size) for cell, size in zip(row, widest, strict=False)).rstrip())
        told = [cell for cell in row[names:] if cell]
        one_line = "  ".join(told)
        for line in [one_line] if cell_len(one_line) <= room() - INDENT else told:
            console.print(Padding(line, (0, 0, 0, INDENT), expand=False), width=room(), soft_wrap=False)


def columns_left(line: str) -> int:
    """Columns to the right of a line's beginning."""
    return width() - cell_len(line)

"""Printing that is no wider than the terminal, whatever strangers wrote."""

import shutil

from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from rpdata.terminal import console
from rpdata.terminal_show import visible

UNKNOWN = 80        # columns, where nobody says how wide it is
ELLIPSIS = "\u2026"
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


def columns_left(line: str) -> int:
    """Columns to the right of a line's beginning."""
    return width() - cell_len(line)

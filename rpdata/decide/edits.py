"""Line edits: steps of a recipe that drop lines, in place of documents. What comes after them sees what they left.

Nothing is rewritten: the text stays as it is, and `edited_texts` gives what is left of it to those who write it out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from rpdata.decide.conditions import Condition
from rpdata.decide.line_conditions import LINE_END, LINE_START, about_lines, truths_of, values_of
from rpdata.decide.rules import Rule, refuse_name
from rpdata.decide.values import Content, Kind, Row
from rpdata.errors import UserError


@dataclass(frozen=True, eq=False)
class DropLines(Rule):
    """See `drop_lines`. As a rule it is true of every document."""

    label: str
    condition: Condition
    source: str = ""

    @property
    def name(self) -> str:
        return self.label

    @property
    def content(self) -> Content:
        return ["drop lines", self.label, self.condition.content]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {**dict.fromkeys(self.condition.columns, "line numbers"), LINE_START: "lines", LINE_END: "lines"}

    @property
    def is_edit(self) -> bool:
        return True

    def expr(self) -> pl.Expr:
        return pl.lit(True)

    def of(self, row: Row) -> bool:
        return True

    def edited(self, row: Row) -> Row:
        held = truths_of(self.condition, row)
        return EditedRow(row, [one is not True for one in held]) if True in held else row

    def __str__(self) -> str:
        return f"{self.label}: drop lines where {self.condition}"


class EditedRow:
    """A document without some of its lines."""

    def __init__(self, row: Row, kept: Sequence[bool]) -> None:
        self._row = row
        self._kept = kept

    def number(self, name: str) -> float | None:
        """Of the whole document: no rule after an edit asks for it."""
        return self._row.number(name)

    def text(self, name: str) -> str | None:
        """Not of the text, so that it is as it was."""
        return self._row.text(name)

    def names(self, name: str) -> list[str] | None:
        """Likewise."""
        return self._row.names(name)

    def lines(self, name: str) -> list[float | None] | None:
        """Of the lines that are left."""
        return values_of(self._row.lines(name), self._kept, name)


def drop_lines(name: str, condition: Condition, *, source: str = "") -> DropLines:
    """An edit that drops the lines of which the condition is true; where it is null, the line is kept, and counted.

    condition: about a line, such as line("rps_lines_num_words") < 5. source: paper and section. UserError for a
    condition about the document.
    """
    refuse_name(name)
    return DropLines(name, about_lines(condition, f"the edit {name!r}"), source)


def refusal(rule: Rule, sign: str) -> UserError:
    """Where an edit cannot stand."""
    edits = ", ".join(part.name for part in rule.walk() if part.is_edit)
    return UserError(
        f"{edits} drops lines and is neither true nor false of a document: it cannot stand in {sign}. Edits and rules "
        "are steps of a recipe, joined by &"
    )

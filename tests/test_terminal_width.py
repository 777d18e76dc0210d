"""Tables in a terminal of 80 columns, and where a program reads them."""

import pytest
from command import rpdata
from rich.table import Table

from rpdata.cli import app
from rpdata.terminal import console
from rpdata.terminal_show import abbreviated
from rpdata.terminal_width import print_below_names

RULES = [f"gopher.a_rule_with_a_long_name_{number}" for number in range(3)]
HEADS = ["removes in order", "characters", "left", "alone", "unique", "cannot tell"]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """What is printed in this process, in a terminal of 80 columns or so many."""

    def run(printing, columns: int = 80) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        console.file = None
        printing()
        return capsys.readouterr().out.splitlines()

    return run


def test_figures_that_are_too_wide_stand_below_their_rules(printed):
    table = Table("rule", *HEADS, box=None, pad_edge=False)
    for rule in RULES:
        table.add_row(rule, *["1,234,567"] * 5, "")
    narrow, wide = (printed(lambda: print_below_names(table), columns) for columns in (80, 160))
    assert [line.split() for line in narrow[1:]] == [
        HEADS[0].split() + " ".join(HEADS[1:]).split(),
        *(cells for rule in RULES for cells in ([rule], ["1,234,567"] * 5)),
    ]
    assert wide[0].split() == " ".join(["rule", *HEADS]).split()
    assert [line.split()[0] for line in wide[1:]] == RULES
    for lines, columns in ((narrow, 80), (wide, 160)):
        assert max(map(len, lines)) <= columns
        assert lines == [line.rstrip() for line in lines]


@pytest.mark.parametrize("arguments", ["list", "show c4", "show fineweb2"])
def test_recipes_fit_the_terminal(printed, arguments):
    lines = printed(lambda: app(["recipes", *arguments.split()], standalone_mode=False))
    assert max(map(len, lines)) <= 80
    assert lines == [line.rstrip() for line in lines]
    assert not any("\N{HORIZONTAL ELLIPSIS}" in line for line in lines)


def test_paragraphs_of_help_are_wrapped_where_they_are_shown():
    shown = [line.strip() for line in rpdata("filter", "--help").stdout.splitlines()]
    start = next(number for number, line in enumerate(shown) if line.startswith("Nothing is deleted:"))
    paragraph = shown[start:shown.index("", start)]
    assert all(len(line) > 60 for line in paragraph[:-1])      # none of the breaks of the source


def test_a_long_list_of_numbers_is_abbreviated():
    assert abbreviated([0, 4, 5, 6, 10]) == "0, 4-6, 10"
    told = abbreviated(list(range(0, 3000, 2)))
    assert told.startswith("0, 2, 4, ")
    assert told.endswith(", ... (1,500 in all)")
    assert len(told) < 80

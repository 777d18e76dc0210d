"""However a run ends, what could not be finished is told, and not as if it had been refused before it began."""

import json

import pytest

from rpdata.annotate.work import finishing
from rpdata.engine.cluster import UnitsLeftOut
from rpdata.errors import CannotFinish, UserError


def damaged():
    raise UserError("the ledger is damaged")


def test_damage_that_shows_after_the_work_is_no_refusal_of_the_command(tmp_path):
    with pytest.raises(CannotFinish, match="the ledger is damaged"), finishing(tmp_path, damaged, missing=list):
        pass


def test_damage_that_shows_after_the_work_does_not_hide_what_was_left_out(tmp_path):
    error = UnitsLeftOut("1 unit(s) ended their worker", {"s/0001": "it ended its worker"})
    with pytest.raises(UnitsLeftOut, match="ended their worker"), finishing(tmp_path, damaged, missing=list):
        raise error
    [line] = (tmp_path / "errors" / "unfinished.jsonl").read_text().splitlines()
    assert json.loads(line) == {"unit": "s/0001", "cause": "it ended its worker"}

"""The harnesses of `make fuzz` hold for their seeds and for changes of them, and don't where a promise is broken."""

import random

import pytest

from rpdata.ledger import ReadReport
from tests.fuzz.harnesses import harnesses
from tests.fuzz.mutate import changed
from tests.fuzz.seeds import SEEDS

CHANGES = 40        # of each harness's seeds


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    with harnesses(tmp_path_factory.mktemp("fuzz")) as functions:
        yield functions


@pytest.mark.parametrize("name", SEEDS)
def test_seeds_and_changes_of_them_break_no_promise(functions, name):
    rng = random.Random(name)
    inputs = [b"", *SEEDS[name], *(changed(rng, SEEDS[name]) for _ in range(CHANGES))]
    for data in inputs:
        functions[name](data)


def test_every_harness_has_seeds(functions):
    assert functions.keys() == SEEDS.keys()


@pytest.mark.parametrize("name", ["ccnet", "jsonl"])
def test_a_harness_sees_a_record_that_is_lost(functions, monkeypatch, name):
    monkeypatch.setattr(ReadReport, "fail", lambda *arguments: None)
    with pytest.raises(AssertionError):
        functions[name](SEEDS[name][0] + b"{")

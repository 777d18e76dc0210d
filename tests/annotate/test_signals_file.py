"""A user's file is refused with a message where it can't be used, and hashed by what each signal depends on."""

import pickle

import pytest

from rpdata.annotate.signals_file import SignalsFile, choose, hashes, load
from rpdata.errors import UserError
from rpdata.signals import CATALOGUE, Document, TextStats

IMPORTS = "from rpdata.signals import COUNT, Document, TextStats, signal\nimport pyarrow as pa\n"
ONE = '@signal("one", type=COUNT)\ndef one(document: Document):\n    return 1\n'
TWO = '@signal("two", type=COUNT)\ndef two(text: TextStats):\n    return text.words\n'


def file(source: str, stem: str = "mine") -> SignalsFile:
    return SignalsFile(stem, f"/nowhere/{stem}.py", source)


def test_signals_come_in_the_order_of_the_file_with_what_they_read():
    signals = load(file(IMPORTS + TWO + ONE))
    assert list(signals) == ["two", "one"]
    assert [signal.reads for signal in signals.values()] == [TextStats, Document]
    assert not {"one", "two"} & set(CATALOGUE)


def test_a_file_with_a_dataclass_and_postponed_annotations_is_fine():
    source = "from __future__ import annotations\nfrom dataclasses import dataclass\n" + IMPORTS
    source += "@dataclass\nclass Options:\n    n: int = 3\n" + ONE
    assert list(load(file(source))) == ["one"]


def test_the_file_travels_by_its_text():
    travelled = pickle.loads(pickle.dumps(file(IMPORTS + ONE)))
    assert list(load(travelled)) == ["one"]


@pytest.mark.parametrize(
    ("source", "named"),
    {
        "no signal": (IMPORTS, "declares no signal"),
        "syntax": (IMPORTS + "def broken(:\n", "line 3"),
        "raises": (IMPORTS + "\n\n1 / 0\n", "line 5: ZeroDivisionError"),
        "exits": (IMPORTS + "import sys\nsys.exit(3)\n", "SystemExit: 3"),
        "imports": (IMPORTS + "import helpers_of_mine\n", "has to be installed"),
        "twice": (IMPORTS + ONE + ONE, "two signals have the name 'one'"),
        "published": (IMPORTS + ONE.replace('"one"', '"rps_doc_word_count"'), "RedPajama-V2 has a signal"),
        "column": (IMPORTS + ONE.replace('"one"', '"url"'), "documents have a column of that name"),
        "name": (IMPORTS + ONE.replace('"one"', '"one/../two"'), "ASCII letters"),
        "text": (IMPORTS + ONE.replace("COUNT)", "pa.string())"), "a signal is a number"),
        "type": (IMPORTS + ONE.replace("COUNT)", "int)"), "FLOAT, COUNT, FLAG"),
        "unannotated": (IMPORTS + ONE.replace(": Document", ""), "annotate the parameter of one"),
        "no parameter": (IMPORTS + ONE.replace("document: Document", ""), "annotate the parameter of one"),
        "two parameters": (IMPORTS + ONE.replace(": Document", ": Document, more"), "takes more besides"),
        "rows": (IMPORTS + ONE.replace(": Document", ": pa.RecordBatch"), "it must read a Document or TextStats"),
        "NUL": ("a\0b", "mine.py"),
    }.values(),
    ids=lambda value: value if len(value) < 30 else "",
)
def test_what_can_not_be_used_is_refused_with_the_reason(source, named):
    with pytest.raises(UserError, match="mine") as refused:
        load(file(source))
    assert named in str(refused.value)


@pytest.mark.parametrize("name", ["my signals.py", "signals", "-x.py", "ä.py", "missing.py"])
def test_a_file_that_can_not_be_read_or_name_a_folder_is_refused(tmp_path, name):
    if name != "missing.py":
        (tmp_path / name).write_text(ONE)
    with pytest.raises(UserError, match=name):
        SignalsFile.read(tmp_path / name)


def test_an_unknown_name_offers_the_near_ones():
    mine = file(IMPORTS + ONE + TWO)
    assert choose(mine, []) == ["one", "two"]
    assert choose(mine, ["two"]) == ["two"]
    with pytest.raises(UserError, match="did you mean two"):
        choose(mine, ["twoo"])


HELPER = "LIMIT = 3\ndef helper(n):\n    return n + LIMIT\n"
USES = '@signal("uses", type=COUNT)\ndef uses(document: Document):\n    return helper(1)\n'
LOOP = (
    'for n in (2, 3):\n    @signal(f"loop_{n}", type=COUNT)\n'
    "    def loop(document: Document, n=n):\n        return n\n"
)
MADE = (
    'def make(n):\n    @signal(f"made_{n}", type=COUNT)\n    def made(document: Document):\n        return n\n'
    "make(2)\nmake(3)\n"
)
WHOLE = IMPORTS + HELPER + USES + ONE + TWO + LOOP + MADE


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("return 1\n", "return 2\n", {"one"}),
        ("return text.words", "return text.words  # all", {"two"}),
        ("LIMIT = 3", "LIMIT = 4", {"uses"}),
        ("LIMIT = 3\n", "LIMIT = 3\nLIMIT += 1\n", {"uses"}),
        ("return n + LIMIT", "return n - LIMIT", {"uses"}),
        ("(2, 3)", "(2, 3, 4)", {"loop_2", "loop_3", "loop_4"}),
        ("make(3)\n", "make(3)\nmake(4)\n", {"made_2", "made_3", "made_4"}),
        ("import pyarrow as pa", "import pyarrow as pa\nimport json, os", set()),
        ("import COUNT,", "import FLAG, COUNT,", set()),
        ("LIMIT = 3", '"""What this is."""\n\n# a comment\nLIMIT = 3', set()),
        ("LIMIT = 3", "OTHER = 5\nLIMIT = 3", set()),
        ('"one", type=COUNT', '"one", type=pa.int64()', {"one"}),
        ('"one", type=COUNT', '"one", unit="ones", type=COUNT', {"one"}),
        ("import COUNT", "import FLAG as COUNT", {"one", "two", "uses", "loop_2", "loop_3", "made_2", "made_3"}),
    ],
)
def test_a_hash_changes_exactly_with_what_the_signal_depends_on(before, after, changed):
    assert before in WHOLE
    old, new = hashes(file(WHOLE)), hashes(file(WHOLE.replace(before, after, 1)))
    assert {name for name in {*old, *new} if old.get(name) != new.get(name)} == changed


def test_the_order_of_functions_and_the_place_of_the_file_do_not_matter():
    moved = SignalsFile("other", "/elsewhere/other.py", IMPORTS + TWO + ONE)
    assert hashes(moved) == hashes(file(IMPORTS + ONE + TWO))


def test_a_function_behind_a_decorator_of_the_file_counts_with_it():
    decorator = (
        "import functools\ndef twice(function):\n    @functools.wraps(function)\n"
        "    def wrapper(document: Document):\n        return 2 * function(document)\n    return wrapper\n"
    )
    source = IMPORTS + decorator + ONE.replace("def one", "@twice\ndef one")
    for before, after in (("return 2 *", "return 3 *"), ("return 1\n", "return 5\n")):
        assert hashes(file(source))["one"] != hashes(file(source.replace(before, after)))["one"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("TABLE['x'] = 1", "TABLE['x'] = 2"),
        ("TABLE['x'], y = 1, 2", "TABLE['x'], y = 3, 2"),
        ("helper.limit = 1", "helper.limit = 2"),
        ("y = TABLE.setdefault('x', 1)", "y = TABLE.setdefault('x', 2)"),
    ],
)
def test_a_statement_that_changes_what_a_signal_uses_counts_though_it_binds_no_name(before, after):
    uses = (
        "TABLE = {}\ndef helper(n):\n    return n\nWHAT\n"
        '@signal("uses", type=COUNT)\ndef uses(document: Document):\n    return helper(TABLE["x"])\n'
    )
    old, new = (hashes(file(IMPORTS + ONE + uses.replace("WHAT", what))) for what in (before, after))
    assert {name for name in old if old[name] != new[name]} == {"uses"}

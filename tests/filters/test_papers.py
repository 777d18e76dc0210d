"""The rules of the papers look at columns that there are, and have the constants of docs/recipes.md."""

import re
from importlib import import_module

import pyarrow as pa
import pytest

from rpdata.decide import Rule
from rpdata.decide.conditions import Between
from rpdata.decide.edits import DropLines
from rpdata.decide.rules import Named
from rpdata.recipes import RECIPES
from rpdata.schema import DOCUMENTS
from rpdata.signals.columns import SPANS, named

PAPERS = (
    "c4", "ccnet", "datatrove", "dclm", "fineweb", "fineweb2", "gopher", "pretrainers_guide", "redpajama_v1",
    "redpajama_v2", "refinedweb", "roots",
)
# One number a language in the table, of rules that have these columns and bounds in common.
BY_LANGUAGE = {"fineweb2", "roots"}
LOWEST = {"roots.word_count", "roots.language_score"}
SHARED = {"fineweb2.duplicate_line_characters"}     # by all languages


def rules_of(paper: str) -> list[Named | DropLines]:
    """All rules and edits of a file, those inside of combinations and tuples too."""
    found = []
    for value in vars(import_module(f"rpdata.filters.{paper}")).values():
        found += [one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, Rule)]
    return [part for rule in found for part in rule.walk() if isinstance(part, (Named, DropLines))]


RULES = {(str(rule), rule.source): rule for paper in PAPERS for rule in rules_of(paper)}
KINDS = {
    pa.list_(pa.string()): {"names"}, pa.float64(): {"number", "number before edits"},
    pa.int8(): {"number"}, pa.int32(): {"number", "number before edits"}, pa.int64(): {"number"},
}


@pytest.fixture(scope="module")
def tables(repository):
    """The rows of the tables of rules: {rule: {heading: cell}}."""
    rows, heading = {}, None
    for line in (repository / "docs/recipes.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            heading = None
            continue
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if heading is None:
            heading = cells
        elif heading[0] == "Rule" and not set(line) <= set("|-"):
            name = cells[0].strip("`")
            assert name not in rows, f"{name} is in two tables"
            rows[name] = dict(zip(heading[1:], cells[1:], strict=True))
    return rows


def test_there_is_a_file_for_each_paper_and_every_file_has_rules(repository):
    files = {path.stem for path in (repository / "filters").glob("*.py")} - {"__init__"}
    assert files == set(PAPERS)
    assert all(rules_of(paper) for paper in PAPERS)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_a_rule_looks_at_columns_that_there_are_and_says_its_source(rule):
    assert rule.source
    assert rule.columns
    for name, kind in rule.columns.items():
        if name in DOCUMENTS.names:
            assert kind == "text"
        elif name in SPANS:
            assert kind == "lines"
        else:
            signal = named(name)        # KeyError if there is none
            assert kind in ({"lines", "line numbers"} if signal.per_line else KINDS[signal.type])


def test_every_rule_is_in_a_table_and_every_row_is_a_rule(tables):
    assert set(tables) == {rule.name for rule in RULES.values()} - SHARED


# What begins the names of a file's own rules; the others are another file's.
OF = {paper: {paper} for paper in PAPERS} | {"datatrove": {"gopher", "c4", "fineweb"}}


@pytest.mark.parametrize("paper", [paper for paper in PAPERS if paper not in BY_LANGUAGE])
def test_the_constants_of_a_paper_are_those_of_its_table(tables, paper):
    own = {rule.name: f"`{rule.condition}`" for rule in rules_of(paper) if rule.name.partition(".")[0] in OF[paper]}
    assert own
    assert own == {name: tables[name]["Here"] for name in own}


@pytest.mark.parametrize("paper", sorted(BY_LANGUAGE))
def test_the_constants_of_a_language_are_those_of_its_column(tables, paper):
    rows = {name: row for name, row in tables.items() if name.partition(".")[0] == paper}
    told = {
        (name, language): tuple(float(number) for number in cell.split(" to "))
        for name, row in rows.items() for language, cell in row.items() if cell and name not in SHARED
    }
    assert told == constants(RECIPES[paper])


def constants(recipe) -> dict[tuple[str, str], tuple[float, ...]]:
    """{(rule, language): its numbers} of the rules that are made for one language, or for all others."""
    found = {}
    for part in recipe.rules:
        inside = [rule for rule in part.walk() if isinstance(rule, Named)]
        if part is inside[0]:
            continue        # for all languages
        condition, said = inside[0].condition, re.search(r"\[(all but )?(.+)\]$", str(part))
        assert isinstance(condition, Between)
        bounds = [number for number in (condition.low, condition.high) if number is not None]
        if inside[0].name in LOWEST:
            bounds = bounds[:1]
        found[inside[0].name, "others" if said[1] else said[2]] = tuple(bounds)
    return found


@pytest.mark.parametrize("language", ["ar", "en", "eu", "vi", "zh", "de", "sw"])
def test_roots_asks_each_language_for_its_own_perplexity_and_the_rest_for_that_of_others(tables, language):
    cells = tables["roots.perplexity"]
    most = float(cells.get(language, cells["others"]))
    assert kept_by_roots(language, most)
    assert not kept_by_roots(language, most + 0.1)


def kept_by_roots(language, perplexity) -> bool:
    words, score = 100, 0.99        # enough in every language
    return RECIPES["roots"](
        {
            "language": language, "rps_doc_word_count": words, "ccnet_language_score": score,
            "ccnet_perplexity": perplexity,
        }
    )

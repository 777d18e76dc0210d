"""`rpdata report`: one file that says what the decisions say, and that no text can break out of."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from command import rpdata
from report.hostile import LONG, OVERRIDE, SCRIPT, SCRIPTS, hostile_dataset, hostile_recipes
from report.parsed_page import Element, parsed

from rpdata.dataset import Dataset
from rpdata.decide.waterfall import IN_ORDER
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.recipe_names import recipe_named
from rpdata.report.findings import tally_of
from rpdata.report.run import run

HERE = Resources(1, 1 << 30, None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    return hostile_dataset(folder)


@pytest.fixture(scope="module")
def names(folder: Path) -> list[str]:
    return ["gopher", f"{hostile_recipes(folder)}:none"]


@pytest.fixture(scope="module")
def page(folder: Path, out: Path, names: list[str]) -> str:
    """The page as a user makes it, of a dataset without decisions."""
    made = rpdata("report", out, "--recipes", ",".join(names), "-o", folder / "report.html", "--workers", 1, "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    content = (folder / "report.html").read_bytes()
    assert (told["documents"], told["decided"], told["bytes"]) == (9, ["gopher", "none"], len(content))
    return content.decode()


@pytest.fixture(scope="module")
def tree(page: str) -> Element:
    return parsed(page)


def test_the_page_is_well_formed_and_loads_and_runs_nothing(page, tree):
    allowed = {"class", "id", "title", "href", "dir", "lang", "scope", "abbr", "role", "tabindex", "open", "name",
               "content", "charset", "http-equiv", "d", "x", "y", "width", "height", "viewbox", "text-anchor",
               "preserveaspectratio", "focusable", "aria-label", "aria-labelledby", "aria-hidden"}
    for element in tree.walk():
        assert set(element.attributes) <= allowed, element.attributes
    names = {element.name for element in tree.walk()}
    assert not names & {"script", "img", "iframe", "object", "embed", "link", "base", "form", "input", "foreignobject"}
    ids = [element.attributes["id"] for element in tree.walk() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    targets = [element.attributes["href"] for element in tree.all("a")]
    assert targets
    assert {target.removeprefix("#") for target in targets} <= set(ids)
    (style,) = tree.all("style")
    assert not re.search(r"url\(|@import|expression", style.text)
    (policy,) = [meta for meta in tree.all("meta") if meta.attributes.get("http-equiv") == "Content-Security-Policy"]
    digest = b64encode(sha256(style.text.encode()).digest()).decode()
    assert policy.attributes["content"].startswith(f"default-src 'none'; style-src 'sha256-{digest}';")


def test_no_text_becomes_markup_or_turns_what_follows(page, tree):
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    shown = tree.text
    assert shown.count(SCRIPT) >= 4         # titles, texts: as they are, and as text
    assert all(words in shown for words in ("</style></title><!-- &lt;b&gt; ]]>", "U+202E", "U+0000", "U+001B"))
    assert all(word in shown for word in SCRIPTS.split())
    assert LONG not in shown                # cut
    assert "x" * 300 in shown
    assert "javascript:alert(document.domain)" in shown
    assert OVERRIDE not in shown
    texts = [each for each in tree.walk() if "text" in (each.attributes.get("class") or "").split()]
    assert texts
    assert all(each.attributes["dir"] == "auto" for each in texts)


def test_it_can_be_read_without_eyes_and_without_a_mouse(tree):
    (document,) = tree.all("html")
    assert document.attributes["lang"] == "en"
    assert [len(tree.all(name)) for name in ("main", "nav", "header", "footer", "h1")] == [1] * 5
    levels = [int(each.name[1]) for each in tree.all("h1", "h2", "h3", "h4", "h5")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in tree.all("table"):
        assert len(table.all("caption")) == 1
        assert table.all("caption")[0].text
        assert all(cell.attributes.get("scope") in ("row", "col") for cell in table.all("th"))
    for picture in tree.all("svg"):
        hidden = picture.attributes.get("aria-hidden") == "true"
        assert hidden or (picture.attributes["role"] == "img" and picture.all("title")[0].text)
    scrolled = [each for each in tree.walk() if each.attributes.get("class") == "scroll"]
    assert all(each.attributes["tabindex"] == "0" and each.attributes["aria-label"] for each in scrolled)


def test_waterfalls_say_what_the_decisions_say(out, names, tree):
    dataset = Dataset.open(out)
    tables = [table for table in tree.all("table") if table.attributes.get("class") == "waterfall"]
    assert len(tables) == 2
    for name, table in zip(names, tables, strict=True):
        recipe = recipe_named(name)
        told = tally_of(dataset, recipe).as_dict()
        rows = {head.text: [cell.text for cell in row.all("td")]
                for row in table.all("tr") for head in row.all("span") if head.attributes.get("class") == "rule"}
        assert len(rows) == len(recipe.steps)
        for rule in told["rules"]:
            _, in_order, _, _, *others = rows[rule["rule"]]
            assert [in_order, *others] == [
                f"{rule[column]['documents']:,}" for column in ("in_order", "alone", "unique", "abstained")
            ]
        for edit in told["edits"]:
            assert rows[edit["edit"]][1] == f"{edit['lines']} {'line' if edit['lines'] == 1 else 'lines'}"
        assert f"keeps {told['kept']['documents']} of {told['read']['documents']} documents" in tree.text
    assert tally_of(dataset, recipe_named(names[1])).whole.rules[:, IN_ORDER, 0].sum() == 9


def test_what_speaks_against_a_document_is_marked(tree):
    marked = {mark.text for mark in tree.all("mark")}
    assert {"{", "}"} <= marked                                                 # a rule about brackets
    assert "one line that is here twice, as lines are" in marked                # one about repeated n-grams
    assert SCRIPTS in {dropped.text for dropped in tree.all("del")} | marked
    assert "<b>" not in marked


def test_the_same_dataset_gives_the_same_bytes(out, names, folder, page):
    recipes = [recipe_named(name) for name in names]
    again = run(out, recipes, names, folder / "again.html", HERE)
    assert again.decided == []
    assert (folder / "again.html").read_text() == page


def test_what_cannot_be_reported_is_refused_before_any_work(out, folder, tmp_path):
    for recipes, output, told in (
        (["rpv1"], folder / "x.html", r"(?s)`rps_doc_ml_wikiref_score`.*compute-signals .* --artefacts"),
        (["gopher"], folder, "is a folder; the report is one file"),
        (["gopher"], folder / "none" / "x.html", "there is no folder"),
        ([], folder / "x.html", "--recipes gopher,c4"),
    ):
        with pytest.raises(UserError, match=told) as refused:
            run(out, [recipe_named(name) for name in recipes], recipes, output, HERE)
        assert refused.value.exit_status == UserError.exit_status
    assert not (folder / "x.html").exists()

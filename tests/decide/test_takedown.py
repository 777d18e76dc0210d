"""Lists of what has to go: whatever way an entry or a document is written, and nothing besides."""

import pickle
from pathlib import Path

import polars as pl
import pytest
from deciding import build, decided, decisions, rows_of

from rpdata.decide import Recipe, taken_down
from rpdata.decide.evaluate import decide
from rpdata.errors import UserError

URLS = """\
# asked for on Monday
http://example.org/a

HTTPS://Example.ORG/b/#top
example.org
http://müller.example/x
http://query.example?Q=1
"""
DOMAINS = "*.example.org\nhttps://www.shop.example/all\nMüller.example\n[2001:db8::1]\n"


def listed(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a", False), ("http://EXAMPLE.org/a/", False), ("http://example.org/A", True),
        ("http://example.org/a?b=1", True), ("http://example.org/b#other", False), ("http://example.org", False),
        ("http://example.org/", False), ("http://example.org/a/b", True), ("ftp://example.org/a", True), (None, None),
        ("", True), ("http://example.org:80/a", False), ("https://example.org.:443/a", False),
        ("//example.org/a", False), ("http://example.org:8080/a", True), ("http://example.org//a", True),
        ("https://xn--mller-kva.example/x", False), ("http://Müller.example/x", False),
        ("https://query.example/?Q=1", False), ("https://query.example?q=1", True),
        ("http://archive.example/http://example.org/a", True),
    ],
)
def test_urls_are_found_however_they_are_written(tmp_path, url, kept):
    agree(taken_down(urls=listed(tmp_path, "urls.txt", URLS)), "url", url, kept)


@pytest.mark.parametrize("listed_as", ["%7euser/%C3%BC?a%2fb", "~user/%c3%bc?a%2Fb", "%7Eu%73er/%c3%BC?a%2Fb"])
def test_escapes_of_a_url_are_compared_as_what_they_stand_for(tmp_path, listed_as):
    rule = taken_down(urls=listed(tmp_path, "urls.txt", f"http://example.org/{listed_as}\n"))
    for path, kept in (
        ("~user/%C3%BC?a%2Fb", False), ("%7Euser/%c3%bc?a%2fb", False), ("~user/%C3%BC?a/b", True),
        ("~user/%25C3%BC?a%2Fb", True), ("%257Euser/%C3%BC?a%2Fb", True), ("%7user/%C3%BC?a%2Fb", True),
    ):
        agree(rule, "url", f"https://example.org/{path}", kept)


def test_names_are_put_into_ascii_by_idna_2003(tmp_path):
    rule = taken_down(domains=listed(tmp_path, "domains.txt", "stra\u00dfe.example\nxn--strae-oqa.example\n"))
    for domain in ("strasse.example", "stra\u00dfe.example", "xn--strae-oqa.example"):
        agree(rule, "source_domain", domain, False)


@pytest.mark.parametrize(
    ("domain", "kept"),
    [
        ("example.org", False), ("www.example.org", False), ("a.b.EXAMPLE.org:8080", False),
        ("user@example.org.", False),
        ("notexample.org", True), ("org", True), ("example.org.evil.test", True), ("shop.example", True),
        ("de.www.shop.example", False), ("xn--mller-kva.example", False), ("müller.example", False),
        ("[2001:db8::1]:80", False), (None, None), ("", True),
    ],
)
def test_domains_are_found_with_all_their_sub_domains(tmp_path, domain, kept):
    agree(taken_down(domains=listed(tmp_path, "domains.txt", DOMAINS)), "source_domain", domain, kept)


def agree(rule, column: str, value: str | None, kept: bool | None) -> None:
    """As columns, among others and alone, and on a row."""
    for values in ([value], ["x.test", value, None, value]):
        verdicts = decide(Recipe("r", rule), pl.DataFrame({column: values}, {column: pl.String}))
        place = values.index(value)
        assert (not verdicts.failed[place, 0], bool(verdicts.abstained[place, 0])) == (kept is not False, kept is None)
    assert Recipe("r", rule, unknown="drop")({column: value}) == (kept is True)


def test_documents_of_a_list_go_and_the_list_is_a_part_of_the_recipe(tmp_path):
    root = build(tmp_path / "out").root
    gone = [row["doc_id"] for row in rows_of(root)][::7]
    path = listed(tmp_path, "ids.txt", "\n".join(gone))
    recipe = pickle.loads(pickle.dumps(Recipe("left", taken_down(doc_ids=path))))
    decided(root, recipe)
    assert [row["doc_id"] for row in decisions(root, recipe) if not row["keep"]] == gone
    moved = Recipe("left", taken_down(doc_ids=listed(tmp_path, "moved.txt", path.read_text())))
    assert moved == recipe
    longer = Recipe("left", taken_down(doc_ids=listed(tmp_path, "longer.txt", path.read_text() + "\nx")))
    assert longer.folder != recipe.folder
    assert [part.name for part in recipe.rules] == ["taken_down.doc_ids"]


def test_a_list_that_has_changed_since_is_told(tmp_path):
    rule = taken_down(urls=listed(tmp_path, "urls.txt", "a.test/1"), doc_ids=listed(tmp_path, "ids.txt", "a"))
    assert not Recipe("r", rule)({"url": "http://a.test/1", "doc_id": "b"})
    path = listed(tmp_path, "later.txt", "a.test/2")
    recipe = Recipe("r", taken_down(urls=path))
    path.write_text("a.test/3")
    from rpdata.decide.takedown import entries

    entries.cache_clear()       # as in another process
    with pytest.raises(UserError, match=r"the list .*later.txt has changed since the recipe was read"):
        recipe({"url": "http://a.test/2"})


def test_an_empty_list_keeps_everything(tmp_path):
    assert Recipe("r", taken_down(urls=listed(tmp_path, "none.txt", "# nobody asked\n")))({"url": "http://a.test"})


@pytest.mark.parametrize(
    ("data", "message"),
    [(None, r"cannot read the list .*list.txt: No such file"), (b"\xff\xfe", r"list.txt is no text in UTF-8")],
)
def test_a_list_that_cannot_be_read_is_refused(tmp_path, data, message):
    path = tmp_path / "list.txt"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UserError, match=message):
        taken_down(domains=path)
    with pytest.raises(UserError, match="wants a list"):
        taken_down()

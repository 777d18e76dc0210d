"""`rpdata show`: one document beside what was measured of it, whatever its text tries to do to a terminal."""

import gzip
import json

import pytest

from rpdata.errors import UserError
from rpdata.pages import TextPages
from rpdata.show import find_document
from rpdata.terminal_show import visible
from tests.build_dataset import PARTITIONS, Builder
from tests.command import rpdata

HOSTILE = "\x1b]0;owned\x07\x1b[31m[bold]red[/bold] [/]\r\nback\b\b\u202egnirts\u2028[link=file:///]\n• ends.\n\n\ttab"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return Builder(tmp_path_factory.mktemp("show") / "out").with_partitions(PARTITIONS)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """A crawl of three documents, one of them hostile and one empty, with a signal of the user's."""
    root = tmp_path_factory.mktemp("hostile")
    folder = root / "2023-06" / "0000"
    folder.mkdir(parents=True)
    title = "\x1b[2J[red]"
    records = [{"raw_content": HOSTILE, "title": title}, {"raw_content": ""}, {"raw_content": "One line. "}]
    records.append({"raw_content": "Our Privacy Policy\nplain"})
    lines = "".join(json.dumps({"url": "http://a.example/", **record}) + "\n" for record in records)
    (folder / "en_head.json.gz").write_bytes(gzip.compress(lines.encode()))
    assert rpdata("compute-signals", folder, "--output", root / "out").returncode == 0
    (root / "mine.py").write_text(
        "from rpdata.signals import COUNT, Document, signal\n"
        '@signal("tabs", unit="tabs", type=COUNT)\ndef tabs(document: Document):\n'
        '    return document.raw_content.count("\\t")\n'
        '@signal("line_tabs", type=COUNT, per_line=True)\ndef line_tabs(document: Document):\n'
        '    return [line.count("\\t") for line in document.lines]\n'
    )
    assert rpdata("compute-signals", root / "out", "--signals", root / "mine.py").returncode == 0
    return root / "out"


def test_every_document_is_found_with_its_text(built):
    for partition, table in built.tables["documents"].items():
        for row in range(0, len(table), 37):
            shown = find_document(built.root, f"{partition}.json.gz/{row}")
            expected = table.slice(row, 1).to_pylist()[0]
            assert "\n".join(shown.lines) == expected.pop("raw_content").removesuffix("\n")
            assert (shown.partition, shown.row) == (partition, row)
            assert shown.fields.items() >= expected.items()
            signals = built.tables["quality_signals"][partition].slice(row, 1).to_pylist()[0]
            assert {signal.name: signal.value for signal in [*shown.signals, *shown.line_signals]} == {
                name: value for name, value in signals.items() if name != "doc_id"
            }


def test_the_text_of_no_other_document_is_read(built, monkeypatch):
    read = TextPages.read
    rows = []
    monkeypatch.setattr(TextPages, "read", lambda self, group, some: rows.append(len(some)) or read(self, group, some))
    find_document(built.root, "2023-06/0000/en_head.json.gz/200")
    assert rows == [1]


@pytest.mark.parametrize(
    ("doc_id", "near"),
    [
        ("2023-06/0000/en_head.json.gz/333", "2023-06/0000/en_head.json.gz/332"),
        ("2023-06/0000/en_heat.json.gz/12", "2023-06/0000/"),
        ("2023-07/0000/en_head.json.gz/12", "2023-06/0000/"),
        ("nonsense", "2023-06/0000/de_all.json.gz/0"),
        ("", "2023-06/0000/de_all.json.gz/0"),
    ],
)
def test_an_unknown_document_offers_the_near_ones(built, doc_id, near):
    with pytest.raises(UserError, match=f"no document {doc_id!r}.*\n.*{near}"):
        find_document(built.root, doc_id)


def test_documents_that_carry_their_own_ids_are_found_in_all_partitions(repository, tmp_path):
    table = tmp_path / "table.jsonl"
    table.write_text("".join(json.dumps({"text": f"text {n}", "key": f"key/\x1b[31m{n}"}) + "\n" for n in range(3)))
    rpdata(
        "compute-signals", table, "--language", "en", "--snapshot", "books", "--id-column", "key",
        "--output", tmp_path / "out",
    )
    assert find_document(tmp_path / "out", "key/\x1b[31m2").lines == ["text 2"]
    unknown = rpdata("show", tmp_path / "out", "key/\x1b[31m7")
    assert unknown.returncode == 2
    assert "\\x1b[31m0" in unknown.stderr
    assert "\x1b" not in unknown.stderr


def test_a_hostile_text_is_shown_and_not_obeyed(dataset):
    result = rpdata("show", dataset, "2023-06/0000/en_head.json.gz/0")
    assert result.returncode == 0, result.stderr
    assert not set("\x1b\x07\x08\r\u202e\u2028") & set(result.stdout)
    for part in ("\\x1b]0;owned\\x07", "[bold]red[/bold] [/]", "\\u202egnirts", "[link=file:///]", "\\x1b[2J[red]"):
        assert part in result.stdout


def test_lines_stand_beside_their_signals_and_the_document_before_its_own(dataset):
    lines = rpdata("show", dataset, "2023-06/0000/en_head.json.gz/0").stdout.splitlines()
    head = next(line for line in lines if line.strip().startswith("line "))
    ours = ['"', "sents", "cut", "longest"]
    assert head.split() == ["line", ".", "*", "words", "caps", "digits", "js", *ours, "line_tabs", "text"]
    numbered = lines[lines.index(head) + 1 :][:5]
    assert [line.split()[0] for line in numbered] == ["1", "2", "3", "4", "5"]
    assert numbered[2].split() == ["3", ".", "*", "2", "0.00", "0.00", '"', "1", "2", "5", "0", "•", "ends."]
    table = {line.split()[0]: line.split()[1:] for line in lines if line.startswith(("tabs", "rps_doc_word_count"))}
    assert table["tabs"] == ["1", "tabs"]
    assert table["rps_doc_word_count"][1] == "words"


def test_what_hardly_any_line_has_is_a_column_only_where_one_has_it(dataset):
    lines = rpdata("show", dataset, "2023-06/0000/en_head.json.gz/3").stdout.splitlines()
    head = next(i for i, line in enumerate(lines) if line.strip().startswith("line "))
    assert lines[head].split()[11:] == ["p", "line_tabs", "text"]
    assert lines[head + 1].split()[-4:] == ["0", "Our", "Privacy", "Policy"]
    assert "p" in lines[head + 1].split()
    assert "p" not in lines[head + 2].split()


def test_an_empty_document_and_the_signals_alone(dataset):
    assert "(the text is empty)" in rpdata("show", dataset, "2023-06/0000/en_head.json.gz/1").stdout
    alone = rpdata("show", dataset, "2023-06/0000/en_head.json.gz/2", "--signals").stdout
    assert "One line" not in alone
    assert "rps_doc_word_count" in alone


def test_json_has_everything(dataset):
    shown = json.loads(rpdata("show", dataset, "2023-06/0000/en_head.json.gz/0", "--json").stdout)
    assert "\n".join(line["text"] for line in shown["lines"]) == HOSTILE
    assert shown["document"]["title"] == "\x1b[2J[red]"
    assert shown["signals"]["tabs"] == {"value": 1, "unit": "tabs"}
    assert [line["line_tabs"] for line in shown["lines"]] == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("text", ["plain", "日本語 ä €", "👩\u200d💻", "نص\u200cعربي", "soft\u00adhyphen"])
def test_what_is_harmless_is_left_as_it_is(text):
    assert visible(text) == text


def test_a_swapped_overlay_is_refused(built, tmp_path):
    root = Builder(tmp_path / "out").with_partitions({"2023-06/0000/de_all": 9, "2023-06/0000/en_head": 9}).root
    overlay = root / "quality_signals/2023-06/0000"
    (overlay / "en_head.parquet").write_bytes((overlay / "de_all.parquet").read_bytes())
    with pytest.raises(UserError, match="belongs to other documents"):
        find_document(root, "2023-06/0000/en_head.json.gz/3")
    (overlay / "en_head.parquet").unlink()
    with pytest.raises(UserError, match=r"missing.*\n.*rpdata compute-signals"):
        find_document(root, "2023-06/0000/en_head.json.gz/3")

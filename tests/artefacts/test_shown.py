"""What is shown of an artefact can be read: a line for each fact, nothing of Python, no hashes of texts."""

import json

import pytest

from rpdata.terminal_artefacts import print_artefact
from rpdata.terminal_made import lines_of


@pytest.mark.parametrize("name", ["lm.en", "classifier.palm.en", "importance.books.en", "domains.ut1"])
def test_an_artefact_is_shown_in_lines_and_without_the_hashes_of_its_texts(repository, capsys, name):
    folder = repository / "sample_data/artefacts/models" / name
    made = json.loads((folder / "artefact.json").read_text("utf-8"))["made"]
    print_artefact(str(folder), as_json=False)
    shown = capsys.readouterr().out
    assert not set("{}[]'") & set(shown)
    assert all(file["sha256"] not in shown for file in files_of(made))
    assert all(file["name"] in shown for file in files_of(made))
    print_artefact(str(folder), as_json=True)
    assert json.loads(capsys.readouterr().out)["made"] == made


def files_of(made):
    if isinstance(made, dict):
        if {"name", "sha256"} <= made.keys():
            return [made]
        made = list(made.values())
    return [file for item in made for file in files_of(item)] if isinstance(made, list) else []


def test_nested_facts_have_names_with_points_and_files_are_counted():
    files = [{"name": f"{number}.txt", "bytes": 1000, "sha256": "f" * 64} for number in range(12)]
    made = {"target": {"files": files, "texts": 8000}, "order": [0, 0, 1], "rows": [[1.5, 2], []], "pruned": False}
    assert list(lines_of(made)) == [
        "target.files: 12 file(s), 12,000 bytes: "
        "0.txt, 1.txt, 2.txt, 3.txt, 4.txt, 5.txt, 6.txt, 7.txt, 8.txt, 9.txt, and 2 more",
        "target.texts: 8,000", "order: 0, 0, 1", "rows.1: 1.5, 2", "rows.2: -", "pruned: no",
    ]
    assert list(lines_of({"held_out": {}, "nothing": None, "none": 0})) == ["held_out: -", "nothing: -", "none: 0"]

"""Artefacts as folders: whole or not there, known by what decides values."""

import json

import pytest

from rpdata.artefacts.folder import collected, load, store
from rpdata.errors import UserError
from tests.command import rpdata


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("bad\nworse\n")
    return path


def stored(collection, words, **facts):
    return store(collection, "bad_words.en", "bad_words", "en", {"words.txt": words}, facts=facts, made={"by": "hand"})


def test_what_was_stored_is_found_with_its_identity(tmp_path, words):
    made = stored(tmp_path / "models", words)
    found = collected(tmp_path / "models")
    assert list(found) == ["bad_words.en"]
    assert found["bad_words.en"] == made
    assert found["bad_words.en"].sha256 == made.sha256
    assert found["bad_words.en"].file("words.txt").read_text() == "bad\nworse\n"
    assert collected(tmp_path / "models" / "bad_words.en") == found


def test_the_identity_is_of_files_and_facts_and_not_of_how_they_were_made(tmp_path, words):
    first = stored(tmp_path / "a", words)
    described = tmp_path / "a" / "bad_words.en" / "artefact.json"
    told = json.loads(described.read_text())
    described.write_text(json.dumps({**told, "made": {"by": "somebody else"}}))
    assert load(described.parent).sha256 == first.sha256
    assert stored(tmp_path / "b", words, folded=True).sha256 != first.sha256
    words.write_text("bad\n")
    assert stored(tmp_path / "c", words).sha256 != first.sha256


def test_the_same_again_changes_nothing_and_another_of_the_name_is_refused(tmp_path, words):
    first = stored(tmp_path, words)
    assert stored(tmp_path, words) == first
    words.write_text("other\n")
    with pytest.raises(UserError, match=r"another bad_words\.en"):
        stored(tmp_path, words)
    assert load(first.folder) == first
    assert not list(tmp_path.glob(".*"))


def test_nothing_is_left_behind_where_a_file_cannot_be_read(tmp_path):
    with pytest.raises(UserError, match="missing"):
        stored(tmp_path / "models", tmp_path / "missing")
    assert not list((tmp_path / "models").iterdir())


def test_a_file_that_changed_or_went_is_told(tmp_path, words):
    made = stored(tmp_path, words)
    (made.folder / "words.txt").write_text("replaced")
    with pytest.raises(UserError, match=r"words\.txt is damaged or was replaced"):
        made.verify()
    (made.folder / "words.txt").unlink()
    with pytest.raises(UserError, match="cannot be read"):
        made.file("words.txt")
    with pytest.raises(UserError, match=r"has no model\.bin"):
        made.file("model.bin")


@pytest.mark.parametrize(
    ("name", "kind", "language"),
    [("lm.de", "lm", "fr"), ("../x", "lm", None), ("bad_words.EN", "bad_words", "EN"), ("x.en", "what", "en")],
)
def test_names_say_kind_and_language(tmp_path, words, name, kind, language):
    with pytest.raises(UserError, match=r"is no (name|language)"):
        store(tmp_path / "models", name, kind, language, {"words.txt": words}, facts={}, made={})


@pytest.mark.parametrize("damage", ["{", '{"format": 9}', '{"format": 1}', "[]",
                                    '{"format": 1, "name": "lm.de", "kind": "lm", "language": "de", '
                                    '"files": {"../../x": "0"}, "facts": {}, "made": {}}'])
def test_a_damaged_description_is_told(tmp_path, words, damage):
    made = stored(tmp_path, words)
    (made.folder / "artefact.json").write_text(damage)
    with pytest.raises(UserError, match=r"artefact\.json"):
        collected(tmp_path)


def test_a_folder_without_artefacts_says_how_to_import(tmp_path):
    with pytest.raises(UserError, match="rpdata artefacts import"):
        collected(tmp_path)
    with pytest.raises(UserError, match="none of that name"):
        collected(tmp_path / "nowhere")


def test_a_renamed_artefact_is_refused(tmp_path, words):
    stored(tmp_path, words).folder.rename(tmp_path / "bad_words.de")
    with pytest.raises(UserError, match=r"says that it is bad_words\.en"):
        collected(tmp_path)


def test_the_verbs_list_show_and_verify_a_collection_and_what_is_in_the_cache(tmp_path, words, monkeypatch):
    monkeypatch.setenv("RPDATA_HOME", str(tmp_path / "home"))
    made = stored(tmp_path / "models", words)
    stored(tmp_path / "home" / "collection", words)
    for listed in (rpdata("artefacts", "list", tmp_path / "models"), rpdata("artefacts", "list")):
        assert made.sha256[:12] in listed.stdout, listed.stderr
    assert "by: hand" in rpdata("artefacts", "show", "bad_words.en").stdout
    assert json.loads(rpdata("artefacts", "show", made.folder, "--json").stdout)["files"] == made.files
    assert rpdata("artefacts", "verify", tmp_path / "models").returncode == 0
    (made.folder / "words.txt").write_text("x")
    found = rpdata("artefacts", "verify", tmp_path / "models")
    assert found.returncode == 3
    assert "is damaged or was replaced" in found.stdout
    assert rpdata("artefacts", "verify").returncode == 0

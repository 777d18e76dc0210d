"""The manifest: one plan and one set of options for a dataset."""

import json
from pathlib import Path

import pytest
from build_dataset import unit

from rpdata.engine.plan import Input, Unit
from rpdata.errors import UserError
from rpdata.manifest import Manifest
from rpdata.schema import FORMAT_VERSION


def wet_unit(shard: int) -> Unit:
    names = [f"{shard}-{number}.wet.gz" for number in "ab"]
    return Unit("2026-34", f"{shard:04d}", "en_all", tuple(Input(f"/crawl/{name}", name, "wet", 5) for name in names))


def test_a_manifest_comes_back_as_it_was_saved_and_is_the_same_bytes(tmp_path: Path) -> None:
    units = [unit("2023-06/0000/de_head"), unit("2023-06/0000/en_head"), wet_unit(0), wet_unit(9999), wet_unit(10000)]
    manifest = Manifest(units, {"documents": {"min_chars": 300, "language": "en"}})
    manifest.save(tmp_path)
    assert Manifest.load(tmp_path) == manifest
    saved = (tmp_path / "rpdata.json").read_bytes()
    Manifest.load(tmp_path).save(tmp_path)
    assert (tmp_path / "rpdata.json").read_bytes() == saved
    assert [path.name for path in tmp_path.iterdir()] == ["rpdata.json"]


def test_another_format_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    Manifest().save(tmp_path)
    fields = json.loads((tmp_path / "rpdata.json").read_text())
    (tmp_path / "rpdata.json").write_text(json.dumps({**fields, "format_version": FORMAT_VERSION + 1}))
    message = rf"format version {FORMAT_VERSION + 1}; this .*version {FORMAT_VERSION}\.\nUse the rpdata that wrote it"
    with pytest.raises(UserError, match=message):
        Manifest.load(tmp_path)
    with pytest.raises(UserError, match="format version"):
        Manifest.load_or_new(tmp_path)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format_version": 1}', '{"format_version": 1, "plan": []}'])
def test_a_damaged_manifest_is_named(tmp_path: Path, damage: str) -> None:
    (tmp_path / "rpdata.json").write_text(damage)
    with pytest.raises(UserError, match=r"rpdata\.json cannot be read"):
        Manifest.load(tmp_path)


def test_a_folder_of_other_things_is_not_taken_for_an_output(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(UserError, match=r"is not empty \(thesis.tex\) and not a dataset"):
        Manifest.load_or_new(tmp_path)
    with pytest.raises(UserError, match="is a file"):
        Manifest.load_or_new(tmp_path / "thesis.tex")


def test_a_new_or_empty_folder_and_one_with_only_logs_begin_a_dataset(tmp_path: Path) -> None:
    assert Manifest.load_or_new(tmp_path / "new") == Manifest()
    (tmp_path / "logs").mkdir()
    assert Manifest.load_or_new(tmp_path) == Manifest()


def test_other_options_for_what_exists_are_refused_with_both_values_and_the_way_out(tmp_path: Path) -> None:
    manifest = Manifest()
    reason = "Text is written once. Annotate into a new folder: --output"
    manifest.agree("documents", {"min_chars": 300, "id_column": None}, tmp_path, reason)
    manifest.agree("documents", {"id_column": None, "min_chars": 300}, tmp_path, reason)
    with pytest.raises(UserError) as refused:
        manifest.agree("documents", {"min_chars": 200, "id_column": None}, tmp_path, reason)
    assert str(refused.value) == (
        f"cannot use --min-chars 200 on {tmp_path}: its documents were made with --min-chars 300.\n{reason}"
    )
    with pytest.raises(UserError, match=r"--id-column url on .* with --id-column \(not given\)"):
        manifest.agree("documents", {"min_chars": 300, "id_column": "url"}, tmp_path, reason)
    assert manifest.configurations == {"documents": {"min_chars": 300, "id_column": None}}


def test_a_step_that_may_be_done_again_takes_its_new_options(tmp_path: Path) -> None:
    manifest = Manifest()
    manifest.replace("quality_signals", {"code": "a"})
    manifest.replace("quality_signals", {"code": "b"})
    assert manifest.configurations == {"quality_signals": {"code": "b"}}


def test_a_folder_that_is_no_dataset_names_those_that_may_be_meant(tmp_path: Path) -> None:
    Manifest().save(tmp_path / "out")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "book.txt").touch()
    (tmp_path / "empty").mkdir()
    said = {
        "ou": f"no such folder. Did you mean {tmp_path}/out?",
        "": f"has no rpdata.json. Did you mean {tmp_path}/out?",
        "texts": "has no rpdata.json.\nMake one: rpdata compute-signals INPUT... --output NEW_FOLDER",
        "empty": f"has no rpdata.json.\nMake one: rpdata compute-signals INPUT... --output {tmp_path}/empty",
        "texts/book.txt": "it is a file.\nMake one: rpdata compute-signals INPUT... --output NEW_FOLDER",
        "out/documents": f"lies in a dataset, and is none itself. Name the dataset: {tmp_path}/out",
    }
    for name, message in said.items():
        with pytest.raises(UserError) as refused:
            Manifest.load(tmp_path / name)
        assert str(refused.value).endswith(message)

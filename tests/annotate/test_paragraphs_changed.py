"""Paragraph deduplication where inputs, hashes or plans changed on the way."""

import gzip
import shutil
from contextlib import nullcontext

import numpy as np
import pytest

from rpdata.annotate.forecast import forecast
from rpdata.annotate.paragraph_files import earlier_hashes
from rpdata.annotate.paragraph_plan import with_groups
from rpdata.annotate.paragraphs import hash_unit, merge_part
from rpdata.annotate.paragraphs_run import find_duplicates
from rpdata.annotate.refresh import refresh
from rpdata.annotate.run import plan_units
from rpdata.annotate.unit import annotate_unit
from rpdata.engine.resources import Resources
from rpdata.errors import CannotFinish, UserError
from rpdata.sources import cut, cut_and_count, discover
from tests.command import contents, rpdata
from tests.paragraph_crawl import (
    CRAWL,
    OPTIONS,
    WithoutOneUnit,
    both_passes,
    first_pass,
    kept_lines,
    settings_for,
    write_crawl,
)


@pytest.fixture
def files(tmp_path):
    return sorted(write_crawl(tmp_path / "crawl", CRAWL).iterdir())


def replaced_by_one_of_its_size(file, old, new):
    """Other lines in as many bytes."""
    text = gzip.decompress(file.read_bytes())
    assert old in text
    assert len(old) == len(new)
    file.write_bytes(gzip.compress(text.replace(old, new), 0, mtime=0))


def test_what_either_pass_left_out_is_told_and_neighbours_are_edited_by_new_lines(files, tmp_path):
    root, forth = tmp_path / "out", files[3]
    replaced_by_one_of_its_size(forth, b"Eight", b"Eight")
    units, settings = first_pass(files, settings_for(root, "group:2"))
    annotate_unit(units[2], settings)
    (root / "work" / "paragraphs" / "2026-34" / "0000.json").unlink()
    files[0].unlink()
    replaced_by_one_of_its_size(forth, b"Eight", b"Three")
    command = ("--paragraph-dedup", "group:2", "--output", root, "--workers", 1)
    result = rpdata("compute-signals", files[1], forth, *OPTIONS, *command)
    assert result.returncode == 1
    assert "unit 2026-34/0000" in result.stderr
    assert "unit 2026-34/0003" in result.stderr
    causes = (root / "errors" / "unfinished.jsonl").read_text()
    assert "2026-34/0000" in causes
    assert "2026-34/0003" in causes

    (root / "work" / "paragraphs" / "2026-34" / "0003.json").unlink()
    assert "Three" in kept_lines(root)["2026-34/2.warc.wet.gz/1"]["raw_content"]
    result = rpdata("compute-signals", forth, *OPTIONS, *command)
    assert result.returncode == 0, result.stderr
    assert "2026-34/2.warc.wet.gz/1" not in kept_lines(root)       # "Three" is in both shards of the group now


class WithoutOneUnitAndTheDisk(WithoutOneUnit):
    """Then the disk is full when duplicates are written."""

    def run(self, task, items):
        if getattr(task, "func", None) is merge_part:
            raise CannotFinish("the disk is full")
        yield from super().run(task, items)


def test_what_the_first_pass_left_out_is_told_if_duplicates_cannot_be_found_either(files, tmp_path, monkeypatch):
    cluster = WithoutOneUnitAndTheDisk()
    monkeypatch.setattr("rpdata.annotate.paragraphs_run.start", lambda resources: nullcontext(cluster))
    settings = settings_for(tmp_path / "out", "group:2")
    manifest, units = plan_units(discover([str(file) for file in files], "2026-34"), settings, 1, split=cut)
    with pytest.raises(CannotFinish, match=r"(?s)ended their worker: 2026-34/0001.*the disk is full") as error:
        find_duplicates(units, manifest, with_groups(settings, manifest), Resources(1), True, True)
    assert set(error.value.causes) == {"2026-34/0000", "2026-34/0001"}


def test_hashes_that_are_damaged_are_not_merged(files, tmp_path):
    first_pass(files, settings_for(tmp_path / "out", "snapshot"))
    path = tmp_path / "out" / "work" / "paragraphs" / "2026-34" / "0002.npy"
    records = np.load(path)
    records["k"][0] ^= 1
    np.save(path, records)
    (tmp_path / "out" / "work" / "paragraphs" / "2026-34" / "0000-0003" / "group.json").unlink()
    with pytest.raises(UserError, match=r"0002\.npy is not the file of hashes that was written"):
        first_pass(files, settings_for(tmp_path / "out", "snapshot"))


def test_hashes_of_a_plan_that_was_given_up_are_not_those_of_the_dataset(files, tmp_path):
    first_pass(files[:2], settings_for(tmp_path / "out", "shard"))
    settings = settings_for(tmp_path / "out", "off")
    manifest, units = plan_units(discover([str(files[3])], "2026-34"), settings, 1, split=cut)
    manifest.save(tmp_path / "out")
    annotate_unit(units[0], settings)
    with pytest.raises(UserError, match="the hashes of its unit 2026-34/0000 are not in"):
        earlier_hashes(tmp_path / "out")


def test_without_the_hashes_and_the_inputs_signals_are_still_brought_up_to_date(files, tmp_path):
    root = tmp_path / "out"
    made = rpdata("compute-signals", *files, *OPTIONS, "--paragraph-dedup", "group:2", "--output", root)
    assert made.returncode == 0, made.stderr
    before = contents(root)
    shutil.rmtree(root / "work")
    for file in files:
        file.unlink()
    (root / "quality_signals" / "2026-34" / "0002" / "en_all.parquet").unlink()
    result = rpdata("compute-signals", root)
    assert result.returncode == 0, result.stderr
    assert contents(root) == before


def test_where_nothing_tells_of_the_hashes_they_are_what_is_missing(files, tmp_path):
    both_passes(files, settings_for(tmp_path / "out", "group:2"))       # the manifest of before the second pass
    shutil.rmtree(tmp_path / "out" / "work" / "paragraphs" / "2026-34")
    with pytest.raises(UserError, match=r"its group 2026-34/0000-0001 are missing in .*work/paragraphs"):
        refresh(tmp_path / "out", {}, resources=Resources(1))


def test_a_dry_run_knows_the_pieces_of_a_table_that_are_hashed(tmp_path, monkeypatch):
    monkeypatch.setattr("rpdata.sources.pieces.PIECE_BYTES", 300)
    table = tmp_path / "table.jsonl"
    table.write_text("".join(f'{{"text": "One line of {number}"}}\n' for number in range(40)))
    settings = settings_for(tmp_path / "out", "group:2")
    manifest, units = plan_units(discover([str(table)], "2026-34"), settings, None, split=cut_and_count)
    manifest.save(tmp_path / "out")
    settings = with_groups(settings, manifest)
    for unit in units[1:]:
        hash_unit(unit, settings)
    asked = {"snapshot": "2026-34", "files_per_shard": None, "resources": Resources(1)}
    plan = forecast([str(table)], settings_for(tmp_path / "out", "group:2"), **asked)
    assert len(units) > 2
    assert (plan.units, plan.units_to_hash) == (len(units), 1)

"""Paragraph deduplication where inputs, hashes or plans changed on the way."""

import gzip
import time

import numpy as np
import pytest

from rpdata.annotate.paragraph_files import earlier_hashes
from rpdata.annotate.paragraph_groups import ParagraphDedup, first_shards, groups_of
from rpdata.annotate.run import plan_units
from rpdata.annotate.unit import annotate_unit
from rpdata.engine.plan import Input, Unit
from rpdata.errors import UserError
from rpdata.sources import cut, discover
from tests.annotate.test_paragraphs_run import (
    CRAWL,
    OPTIONS,
    first_pass,
    kept_lines,
    settings_for,
    write_crawl,
)
from tests.command import rpdata


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


def test_groups_of_many_shards_are_found_in_a_moment():
    held = (Input("/crawl/0.warc.wet.gz", "0.warc.wet.gz", "wet", 1),)
    units = [Unit("2026-34", f"{i:04d}", "en_all", held) for i in range(40_000)]
    started = time.process_time()
    groups = groups_of(units, first_shards(units, set(), {}, ParagraphDedup(1)))
    assert len(groups) == len(units)
    assert time.process_time() - started < 2        # each looked up among all: 5 s

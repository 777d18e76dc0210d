"""`--paragraphs-against`: what becomes of a dataset that was begun when the earlier one does not stay as it was."""

import shutil
from dataclasses import replace

import pytest

from rpdata.annotate.paragraph_groups import ParagraphDedup
from rpdata.annotate.paragraphs_against import with_earlier
from rpdata.annotate.unit import annotate_unit
from tests.command import rpdata
from tests.paragraph_crawl import (
    CRAWL,
    OPTIONS,
    both_passes,
    first_pass,
    kept_lines,
    settings_for,
    write_crawl,
)


@pytest.fixture
def files(tmp_path):
    return sorted(write_crawl(tmp_path / "crawl", CRAWL).iterdir())


@pytest.fixture
def against(files, tmp_path):
    """An earlier dataset, and one that was begun against it: its duplicates are found, one of two units is written."""
    earlier, later = tmp_path / "earlier", tmp_path / "later"
    both_passes(files[:1], settings_for(earlier, "shard"))
    asked = with_earlier(ParagraphDedup(1), [earlier], later)
    settings = replace(settings_for(later, "off"), paragraphs=asked)
    both_passes(files[2:], replace(settings, output=tmp_path / "whole"))
    units, settings = first_pass(files[2:], settings)
    annotate_unit(units[0], settings)
    return earlier, later


def go_on(files, later, *folders):
    more = [part for folder in folders for part in ("--paragraphs-against", folder)]
    return rpdata(
        "compute-signals", *files[2:], *OPTIONS, "--paragraph-dedup", "shard", *more, "--output", later, "--workers", 1
    )


def test_a_dataset_goes_on_as_it_began_when_the_earlier_one_has_grown(files, against, tmp_path):
    earlier, later = against
    both_passes(files[:2], settings_for(earlier, "shard"))
    shutil.rmtree(later / "work" / "paragraphs" / "2026-34" / "0001-0001")
    result = go_on(files, later, earlier)
    assert result.returncode == 0, result.stderr
    assert kept_lines(later) == kept_lines(tmp_path / "whole")


def test_an_earlier_dataset_that_is_gone_is_missed_only_where_duplicates_are_to_be_found(files, against, tmp_path):
    earlier, later = against
    earlier.rename(tmp_path / "gone")
    duplicates = later / "work" / "paragraphs" / "2026-34" / "0001-0001"
    duplicates.rename(tmp_path / "duplicates")
    result = go_on(files, later, earlier)
    assert result.returncode == 1
    assert f"1 of the 1 files of hashes that {later} began with are not in {earlier}" in result.stderr
    assert "2026-34/0001" in (later / "errors" / "unfinished.jsonl").read_text()
    (tmp_path / "duplicates").rename(duplicates)
    result = go_on(files, later, earlier)
    assert result.returncode == 0, result.stderr
    assert kept_lines(later) == kept_lines(tmp_path / "whole")


def test_other_earlier_datasets_are_refused_by_their_folders(files, against, tmp_path):
    earlier, later = against
    other = tmp_path / "other"
    both_passes(files[1:2], settings_for(other, "shard"))
    for folders, named in {(): "(not given)", (earlier, other): str(other), (tmp_path / "none",): "none"}.items():
        result = go_on(files, later, *folders)
        assert result.returncode == 2
        assert f"{named} on {later}: its documents were made with --paragraphs-against {earlier}.\n" in result.stderr

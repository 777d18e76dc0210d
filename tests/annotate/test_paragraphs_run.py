"""`compute-signals --paragraph-dedup`: the lines that cc_net's rule takes out, whatever happens on the way."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from hashlib import sha256

import pyarrow.parquet as pq
import pytest

from rpdata.annotate.forecast import forecast
from rpdata.annotate.paragraph_edit import edited
from rpdata.annotate.paragraph_files import earlier_hashes, removed_in
from rpdata.annotate.paragraph_groups import ParagraphDedup
from rpdata.annotate.paragraph_plan import editable, with_groups
from rpdata.annotate.paragraphs_run import find_duplicates
from rpdata.annotate.refresh import settings_of
from rpdata.annotate.run import plan_units
from rpdata.annotate.settings import Settings
from rpdata.annotate.unit import annotate_unit, missing_steps
from rpdata.engine.killpoint import VARIABLE
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.ledger import Ledger, ReadReport
from rpdata.manifest import Manifest
from rpdata.report.views import write_views
from rpdata.sources import ReadOptions, cut, discover, read
from tests.command import contents, rpdata
from tests.crawls import PATIENT
from tests.dedup import ccnet_rule
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

MODES = ["shard", "group:2", "snapshot"]

@pytest.fixture(scope="module")
def crawl(tmp_path_factory):
    return write_crawl(tmp_path_factory.mktemp("crawl") / "crawl", CRAWL)


def groups_in(shards, mode):
    size = {"shard": 1, "group:2": 2, "snapshot": len(shards)}[mode]
    return [shards[i : i + size] for i in range(0, len(shards), size)]


@pytest.mark.parametrize("keep_first", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_documents_keep_what_cc_net_keeps_and_say_what_they_were(crawl, tmp_path, mode, keep_first):
    both_passes(sorted(crawl.iterdir()), settings_for(tmp_path, mode, keep_first))
    written = kept_lines(tmp_path)
    shards = [[ccnet_rule.document_of("\n".join(lines)) for lines in shard] for shard in CRAWL]
    expected = [kept for group in groups_in(shards, mode) for kept in ccnet_rule.deduplicated(group, keep_first)]
    seen = set()
    for number, (shard, keeps) in enumerate(zip(CRAWL, expected, strict=True)):
        for row, (lines, kept) in enumerate(zip(shard, keeps, strict=True)):
            doc_id = f"2026-34/{number}.warc.wet.gz/{row}"
            if not kept:
                assert doc_id not in written
                continue
            seen.add(doc_id)
            document = written[doc_id]
            assert document["line_ids"] == kept
            assert document["raw_content"] == "\n".join(lines[i] for i in kept)
            assert document["nlines"] == len(kept)
            assert document["length"] == len(document["raw_content"])
            assert document["original_nlines"] == len(lines)
            assert document["original_length"] == len("\n".join(["Title", *lines]).encode())
    assert seen == set(written)


def test_dropped_documents_are_in_the_ledger_and_what_went_is_counted_by_domain(crawl, tmp_path):
    units, _ = both_passes(sorted(crawl.iterdir()), settings_for(tmp_path, "snapshot"))
    entries = list(Ledger(tmp_path).entries("documents"))
    assert all(entry.balances() for entry in entries)
    dropped = sum(entry.dropped.get("paragraph_duplicates", 0) for entry in entries)
    assert dropped == sum(map(len, CRAWL)) - len(kept_lines(tmp_path)) > 0
    rows = [
        row for unit in units
        for row in pq.read_table(tmp_path / "work" / "paragraphs" / f"{unit.name}.removed.parquet").to_pylist()
    ]
    assert sum(row["dropped_documents"] for row in rows) == dropped
    assert sum(row["documents"] for row in rows) == sum(map(len, CRAWL))
    kept = sum(len(document["line_ids"]) for document in kept_lines(tmp_path).values())
    assert sum(row["lines"] - row["removed_lines"] for row in rows) == kept
    assert {row["source_domain"] for row in rows} == {"site0.example", "site1.example"}


@pytest.fixture(scope="module")
def dev_shards(shared):
    """The WET files, and the hashes of the lines of their documents, slowly."""
    files = sorted((shared / "data" / "shards").glob("*.warc.wet.gz"))
    if not files:
        pytest.skip("needs the crawl in data/shards of the reference data")
    settings = Settings(output=files[0], read=ReadOptions(language="en"))
    _, units = plan_units(discover([str(file) for file in files], "2026-34"), settings, 1, split=cut)
    shards = [
        [
            ccnet_rule.document_of(text)
            for batch in read(unit, settings.for_unit(unit), ReadReport())
            for text in batch["raw_content"].to_pylist()
        ]
        for unit in units
    ]
    return files, shards


@pytest.mark.parametrize("mode", MODES)
def test_a_crawl_keeps_the_lines_that_a_direct_reading_of_the_rule_keeps(dev_shards, tmp_path, mode):
    files, shards = dev_shards
    for keep_first in (False, True):
        root = tmp_path / str(keep_first)
        units, settings = first_pass(files, settings_for(root, mode, keep_first, min_chars=300))
        expected = [kept for group in groups_in(shards, mode) for kept in ccnet_rule.deduplicated(group, keep_first)]
        for unit, keeps in zip(units, expected, strict=True):
            report = ReadReport()
            batches = edited(unit, settings, read(unit, settings.for_unit(unit), report), report)
            ids = [row for batch in batches for row in batch["line_ids"].to_pylist()]
            assert ids == [kept for kept in keeps if kept]
            assert report.dropped["paragraph_duplicates"] == keeps.count([])


def work_files(root):
    """The hashes and the duplicates, too."""
    return contents(root) | {
        str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest()
        for path in (root / "work").rglob("*") if path.is_file()
    }



def test_the_bytes_do_not_depend_on_the_number_of_workers(crawl, tmp_path):
    result = rpdata(
        "compute-signals", crawl, *OPTIONS, "--paragraph-dedup", "group:2", "--workers", 4,
        "--output", tmp_path / "four",
    )
    assert result.returncode == 0, result.stderr
    both_passes(sorted(crawl.iterdir()), settings_for(tmp_path / "one", "group:2"))
    one = work_files(tmp_path / "one")
    assert {name.split("/")[0] for name in one} == {"documents", "quality_signals", "minhash", "ledger", "work"}
    assert one.items() <= work_files(tmp_path / "four").items()


KILLED = """
import sys
from pathlib import Path
from tests.paragraph_crawl import (
    both_passes,
    settings_for,
)

both_passes(sorted(Path(sys.argv[1]).iterdir()), settings_for(Path(sys.argv[2]), "group:2"))
"""
# In `test_commit` are all points of a commit.
FIRST_PASS_POINTS = ("hashes accounted for", *(("lines hashed", "one file renamed", "part merged") if PATIENT else ()))
SECOND_PASS_POINTS = ("entries withdrawn", *(("files open", "one entry written") if PATIENT else ()))


@pytest.mark.parametrize("begun", [False, True])
def test_killed_at_any_point_of_either_pass_it_is_continued_to_the_same_bytes(crawl, repository, tmp_path, begun):
    files = sorted(crawl.iterdir())
    both_passes(files, settings_for(tmp_path / "whole", "group:2"))
    for number, point in enumerate(SECOND_PASS_POINTS if begun else FIRST_PASS_POINTS):
        root = tmp_path / f"torn{number}"
        if begun:
            first_pass(files, settings_for(root, "group:2"))
        run = [sys.executable, "-c", KILLED, crawl, root]
        killed = subprocess.run(run, cwd=repository, env={**os.environ, VARIABLE: point, "PYTHONPATH": "."})
        assert killed.returncode == -signal.SIGKILL, point
        both_passes(files, settings_for(root, "group:2"))
        left = {name: data for name, data in work_files(root).items() if name.endswith(".tmp")}
        assert work_files(root) == work_files(tmp_path / "whole") | left, point


def refused(files, settings):
    with pytest.raises(UserError) as error:
        plan_units(discover([str(file) for file in files], "2026-34"), settings, 1, split=cut)
    return str(error.value)


def test_text_that_is_written_is_not_edited_otherwise(crawl, tmp_path):
    files = sorted(crawl.iterdir())
    both_passes(files, settings_for(tmp_path / "in", "group:2"))
    others = {("off", False): "off", ("shard", False): "shard", ("group:2", True): "group:2 --keep-first"}
    for (mode, keep_first), named in others.items():
        told = refused(files, settings_for(tmp_path / "in", mode, keep_first))
        assert f"cannot use --paragraph-dedup {named}" in told
        assert "were made with --paragraph-dedup group:2." in told
        assert "--output" in told
    result = rpdata("compute-signals", *files, *OPTIONS, "--output", tmp_path / "in", "--paragraph-dedup", "snapshot")
    assert result.returncode == 2
    assert "text is written once" in result.stderr


def test_documents_that_were_written_whole_stay_whole(crawl, tmp_path):
    files = sorted(crawl.iterdir())
    settings = settings_for(tmp_path, "off")
    manifest, units = plan_units(discover([str(file) for file in files], "2026-34"), settings, 1, split=cut)
    manifest.save(tmp_path)
    annotate_unit(units[0], settings)
    assert "were made with --paragraph-dedup off." in refused(files, settings_for(tmp_path, "shard"))
    assert all(row["line_ids"] is None for row in kept_lines(tmp_path).values())


def test_what_cc_net_has_deduplicated_is_refused(repository, tmp_path):
    files = sorted((repository / "sample_data" / "cc_net").rglob("en_*"))
    assert "cc_net has taken the duplicates out" in refused(files, Settings(tmp_path, paragraphs=ParagraphDedup(1)))


@pytest.mark.parametrize("typed", ["group", "group:0", "group:-1", "group:x", "files", ""])
def test_a_mode_that_is_none_is_refused_with_those_that_are(typed):
    with pytest.raises(UserError, match="Write off, shard, group:N"):
        ParagraphDedup.parse(typed, False)


def test_keep_first_alone_is_refused():
    with pytest.raises(UserError, match="give --paragraph-dedup too"):
        ParagraphDedup.parse("off", True)


def test_shards_that_come_later_begin_a_new_group_and_change_nothing(crawl, tmp_path):
    files = sorted(crawl.iterdir())
    settings = settings_for(tmp_path, "group:2")
    both_passes(files[:3], settings)
    before = work_files(tmp_path)
    units, grouped = both_passes(files, settings)
    assert [grouped.groups[unit.name] for unit in units] == [
        "2026-34/0000-0001", "2026-34/0000-0001", "2026-34/0002-0002", "2026-34/0003-0003",
    ]
    assert before.items() <= work_files(tmp_path).items()
    assert kept_lines(tmp_path)["2026-34/3.warc.wet.gz/0"]["line_ids"] == [0, 1, 2]     # "Seven" is in a group before


def test_a_snapshot_that_was_deduplicated_as_a_whole_takes_no_more(crawl, tmp_path):
    files = sorted(crawl.iterdir())
    both_passes(files[:3], settings_for(tmp_path, "snapshot"))
    told = refused(files, settings_for(tmp_path, "snapshot"))
    assert f"cannot add {files[3]} to snapshot 2026-34" in told
    assert "--snapshot" in told


def test_lines_of_an_earlier_dataset_go_too(crawl, tmp_path):
    files = sorted(crawl.iterdir())
    both_passes(files[:2], settings_for(tmp_path / "earlier", "shard"))
    shards = [[ccnet_rule.document_of("\n".join(lines)) for lines in shard] for shard in CRAWL]
    for keep_first in (False, True):
        root = tmp_path / f"later-{keep_first}"
        asked = ParagraphDedup(1, keep_first, earlier_hashes(tmp_path / "earlier"))
        both_passes(files[2:], replace(settings_for(root, "off"), paragraphs=asked))
        expected = [
            kept
            for shard in shards[2:]
            for kept in ccnet_rule.deduplicated([shard], keep_first, earlier=shards[:2])[0]
        ]
        written = [row["line_ids"] for row in kept_lines(root).values()]
        assert written == [kept for kept in expected if kept]
        assert "--paragraphs-against (not given)" in refused(files[2:], settings_for(root, "shard", keep_first))


def test_an_earlier_dataset_without_hashes_is_refused(crawl, tmp_path):
    files = sorted(crawl.iterdir())
    first_pass(files, settings_for(tmp_path, "shard"))
    next((tmp_path / "work" / "paragraphs").rglob("0002.npy")).unlink()
    with pytest.raises(UserError, match="the hashes of its unit 2026-34/0002 are not in"):
        earlier_hashes(tmp_path)


def test_an_input_that_changes_between_the_passes_is_not_edited_by_its_old_hashes(tmp_path):
    crawl = write_crawl(tmp_path / "crawl", CRAWL)
    files = sorted(crawl.iterdir())
    units, settings = first_pass(files, settings_for(tmp_path / "out", "snapshot"))
    changed = files[0].read_bytes()
    files[0].write_bytes(changed[:4] + bytes([changed[4] ^ 1]) + changed[5:])       # a time in a gzip header
    with pytest.raises(UserError, match="changed between the two passes"):
        annotate_unit(units[0], settings)
    assert not kept_lines(tmp_path / "out")


def test_a_dry_run_shows_both_passes(crawl, tmp_path):
    root = tmp_path / "out"
    command = ("compute-signals", crawl, *OPTIONS, "--output", root, "--paragraph-dedup", "group:2")
    shown = rpdata(*command, "--dry-run").stdout
    assert re.search(r"first pass, to hash lines +4 units", shown)
    assert re.search(r"second pass, to edit and annotate +4 units", shown)
    assert re.search(r"work/ +about", shown)
    assert not root.exists()
    first_pass(sorted(crawl.iterdir()), settings_for(root, "group:2"))
    asked = {"snapshot": "2026-34", "files_per_shard": 1, "resources": Resources(1)}
    plan = forecast([str(crawl)], settings_for(root, "group:2"), **asked)
    assert (plan.units_done_before, plan.units_to_hash) == (0, 0)
    assert forecast([str(crawl)], settings_for(root, "off"), **asked).units_to_hash is None


def test_what_went_is_printed(crawl, tmp_path):
    units, _ = both_passes(sorted(crawl.iterdir()), settings_for(tmp_path, "group:2", keep_first=True))
    told = json.loads(rpdata("paragraphs", tmp_path, "--json").stdout)
    assert told["total"]["documents"] == sum(map(len, CRAWL))
    assert told["total"]["removed_lines"] == sum(row["removed_lines"] for row in told["domains"]) > 0
    assert {row["source_domain"] for row in told["domains"]} == {"site0.example", "site1.example"}
    assert removed_in(tmp_path, units) == (told["total"]["removed_lines"], told["total"]["removed_bytes"])
    write_views(tmp_path)
    assert "`--paragraph-dedup group:2 --keep-first`" in (tmp_path / "README.md").read_text()


def test_overlays_are_brought_up_to_date_without_inputs(crawl, tmp_path):
    both_passes(sorted(crawl.iterdir()), settings_for(tmp_path, "group:2", keep_first=True))
    before = contents(tmp_path)
    (tmp_path / "minhash" / "2026-34" / "0002" / "en_all.parquet").unlink()
    manifest = Manifest.load(tmp_path)
    settings = settings_of(manifest, tmp_path, {})["wet"]
    assert [missing_steps(unit, settings) for unit in manifest.units] == [[], [], ["minhash"], []]
    annotate_unit(manifest.units[2], settings)
    assert contents(tmp_path) == before


def test_only_the_group_of_a_unit_that_is_lost_waits(crawl, tmp_path, monkeypatch):
    monkeypatch.setattr("rpdata.annotate.paragraphs_run.start", lambda resources: nullcontext(WithoutOneUnit()))
    settings = settings_for(tmp_path, "group:2")
    manifest, units = plan_units(discover([str(crawl)], "2026-34"), settings, 1, split=cut)
    settings, error = find_duplicates(units, manifest, with_groups(settings, manifest), Resources(1), True, True)
    assert editable(units, settings) == units[2:]
    assert "1 other unit waits" in str(error)
    assert error.causes == {
        "2026-34/0000": "it waits for the lines of 2026-34/0001, which is in its group",
        "2026-34/0001": "it ended its worker",
    }
    _, settings = first_pass(sorted(crawl.iterdir()), settings_for(tmp_path, "group:2"))
    assert editable(units, settings) == units

"""--dry-run tells what a run would do, in seconds for 90,000 files, and leaves no trace."""

import json
import os
import time

import pytest

from rpdata.annotate import Settings
from rpdata.annotate.forecast import forecast
from rpdata.engine.plan import BYTES_PER_SHARD
from rpdata.engine.resources import LEAST_MEMORY, Resources
from rpdata.sources import ReadOptions
from tests.command import rpdata

FILES = 90_000          # about what a snapshot of Common Crawl has
FILE_BYTES = 70 << 20
LINKS = 30_000          # of one file: some filesystems end at 65,000
SECONDS = 60            # on a machine that is busy with other things; 6 on an idle one


def test_ninety_thousand_files_are_planned_in_seconds(tmp_path):
    crawl = tmp_path / "CC-MAIN-2026-34"
    crawl.mkdir()
    for first in range(0, FILES, LINKS):
        original = crawl / f"CC-MAIN-{first:06d}.warc.wet.gz"
        original.touch()
        os.truncate(original, FILE_BYTES)       # nothing is on disk
        for number in range(first + 1, first + LINKS):
            os.link(original, crawl / f"CC-MAIN-{number:06d}.warc.wet.gz")
    listing = tmp_path / "wet.paths"
    listing.write_text("".join(f"{path.relative_to(tmp_path)}\n" for path in crawl.iterdir()))
    started = time.monotonic()
    plan = forecast(
        [f"@{listing}"], Settings(tmp_path / "out", ReadOptions(language="en")), resources=Resources(64)
    )
    assert time.monotonic() - started < SECONDS
    assert plan.formats == {"wet": {"files": FILES, "bytes": FILES * FILE_BYTES}}
    assert plan.units == plan.snapshots["2026-34"]["shards"] == -(-FILES // (BYTES_PER_SHARD // FILE_BYTES))
    assert plan.input_bytes == FILES * FILE_BYTES
    assert plan.memory_bytes == 64 * LEAST_MEMORY
    assert not plan.fits
    assert not (tmp_path / "out").exists()


def test_it_shows_what_the_run_then_does(repository, tmp_path):
    output = tmp_path / "out"
    crawl = sorted((repository / "sample_data" / "cc_net").rglob("en_*"))
    command = ("compute-signals", *crawl, "--output", output)
    before = json.loads(rpdata(*command, "--dry-run", "--json").stdout)
    assert not output.exists()
    summary = json.loads(rpdata(*command, "--json").stdout)
    assert before["units"] == summary["units"] == 3
    assert before["units_done_before"] == 0
    assert before["text_bytes"] == pytest.approx(summary["annotated_text_bytes"], rel=0.5)
    written = {path: path.stat().st_mtime_ns for path in output.rglob("*")}
    after = json.loads(rpdata(*command, "--dry-run", "--json").stdout)
    assert (after["units_done_before"], after["input_bytes"], after["seconds"]) == (3, 0, 0)
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*")} == written


def test_a_model_that_is_not_here_is_told_and_the_plan_shown(repository, tmp_path):
    wet = sorted((repository / "sample_data" / "wet").glob("*.gz"))
    result = rpdata(
        "compute-signals", *wet, "--snapshot", "2026-34", "--output", tmp_path / "out", "--dry-run",
        RPDATA_HOME=str(tmp_path / "home"),
    )
    assert result.returncode == 2
    assert "rpdata artefacts pull lid.176" in result.stdout
    assert "units to do" in result.stdout
    assert "without --dry-run" not in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_what_a_run_would_refuse_is_refused(repository, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    crawl = repository / "sample_data" / "cc_net"
    result = rpdata("compute-signals", crawl, "--output", tmp_path / "out", "--dry-run")
    assert result.returncode == 2
    assert "not empty" in result.stderr


def test_paragraph_deduplication_is_planned_too(tmp_path):
    (tmp_path / "t.jsonl").write_text('{"text": "one line"}\n')
    given = ("compute-signals", tmp_path / "t.jsonl", "--snapshot", "s", "--language", "en", "--paragraph-dedup",
             "shard", "--output", tmp_path / "out")
    result = rpdata(*given, "--dry-run", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["units"] == 1

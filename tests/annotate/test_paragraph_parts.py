"""Groups of many shards: what a task takes with it, and what a unit reads of the others."""

import dataclasses
import pickle
import shutil
import time
from contextlib import nullcontext

import numpy as np
import pytest

from rpdata.annotate import paragraphs_run
from rpdata.annotate.paragraph_groups import ParagraphDedup, first_shards, groups_of
from rpdata.annotate.paragraph_parts import merged, note_group, slices_of
from rpdata.annotate.paragraph_plan import groups_in
from rpdata.annotate.paragraphs import MergeTask, merge_part
from rpdata.annotate.refresh import refresh
from rpdata.annotate.run import run
from rpdata.dedup.paragraph_hashes import RECORD, HashFile, ranges
from rpdata.dedup.paragraph_merge import Part
from rpdata.engine.plan import Input, Unit
from rpdata.engine.resources import Resources
from rpdata.errors import CannotFinish
from rpdata.manifest import Manifest
from tests.paragraph_crawl import (
    CRAWL,
    Here,
    first_pass,
    settings_for,
    write_crawl,
)


@pytest.fixture
def files(tmp_path):
    return sorted(write_crawl(tmp_path / "crawl", CRAWL).iterdir())


def test_groups_of_many_shards_are_found_in_a_moment():
    held = (Input("/crawl/0.warc.wet.gz", "0.warc.wet.gz", "wet", 1),)
    units = [Unit("2026-34", f"{i:04d}", "en_all", held) for i in range(40_000)]
    started = time.process_time()
    groups = groups_of(units, first_shards(units, set(), {}, ParagraphDedup(1)))
    assert len(groups) == len(units)
    assert time.process_time() - started < 2        # each looked up among all: 5 s


class Weighing(Here):
    """Keeps what would travel to workers."""

    dashboard = None

    def __init__(self):
        self.sent = []

    def on_progress(self, handler):
        pass

    def run(self, task, items):
        for name, item in items:
            self.sent.append(pickle.dumps((task, item)))
            yield name, task(item)


def test_a_task_knows_of_its_own_group_alone(files, tmp_path, monkeypatch):
    cluster = Weighing()
    for module in ("paragraphs_run", "work"):
        monkeypatch.setattr(f"rpdata.annotate.{module}.start", lambda resources: nullcontext(cluster))
    asked = {"snapshot": "2026-34", "files_per_shard": 1, "resources": Resources(1)}
    run([str(file) for file in files], settings_for(tmp_path / "out", "group:2"), **asked)
    groups = (b"2026-34/0000-0001", b"2026-34/0002-0003")
    assert {tuple(group in sent for group in groups) for sent in cluster.sent} == {
        (False, False), (True, False), (False, True),
    }
    shutil.rmtree(tmp_path / "out" / "quality_signals" / "2026-34")
    cluster.sent.clear()
    refresh(tmp_path / "out", {}, resources=Resources(1))
    assert len(cluster.sent) == len(files)
    assert all(sum(group in sent for group in groups) == 1 for sent in cluster.sent)


def test_a_unit_finds_its_duplicates_without_reading_where_those_of_others_are(tmp_path):
    path = tmp_path / "hashes.npy"
    np.save(path, np.array([(number << 60, 1) for number in range(16)], RECORD))
    seconds = {}
    for number in (20, 1_000):
        group, files = f"2026-34/{number}", [path] * number
        settings = settings_for(tmp_path, "snapshot")
        parts = list(ranges([HashFile(file) for file in files], 4 * number))
        for place, hashes in enumerate(parts):
            merge_part(MergeTask(group, "content", place, Part((), tuple(files), hashes)), settings)
        held = (Input("/crawl/0.warc.wet.gz", "0.warc.wet.gz", "wet", 1),)
        units = [Unit("2026-34", f"{i:04d}", "en_all", held) for i in range(number)]
        note_group(tmp_path, group, "content", units, len(parts))
        started = time.process_time()
        found = [list(slices_of(tmp_path, group, "content", units[-1])) for _ in range(20)]
        seconds[number] = time.process_time() - started
        assert all(found[0] == each for each in found)
        assert [(part.start, part.stop) for part in found[0]] == [(4 * number - 4, 4 * number)] * 4
    assert seconds[1_000] < 5 * seconds[20]         # 40 times, if it reads of all


class InTurn(Here):
    """Notes when a task is taken and when it is done."""

    def __init__(self):
        self.told = []

    def run(self, task, items):
        for name, item in items:
            self.told.append("done")
            yield name, task(item)


def test_parts_are_merged_as_they_are_found(files, tmp_path, monkeypatch):
    _, settings = first_pass(files, settings_for(tmp_path / "out", "shard"))
    for path in (tmp_path / "out").rglob("group.json"):
        path.unlink()
    cluster = InTurn()

    def parts_told(group, settings, parts_of=paragraphs_run.parts_of):
        for task in parts_of(group, settings):
            cluster.told.append("found")
            yield task

    monkeypatch.setattr(paragraphs_run, "parts_of", parts_told)
    paragraphs_run.merge(groups_in(Manifest.load(tmp_path / "out")), settings, cluster)
    assert cluster.told[-8:] == ["found", "done"] * 4


def test_parts_that_were_begun_for_other_lines_are_not_taken_for_the_old_ones(files, tmp_path):
    root, name = tmp_path / "out", "2026-34/0000-0003"
    _, settings = first_pass(files, settings_for(root, "snapshot"))
    (group,) = groups_in(Manifest.load(root))
    assert merged(root, name, settings.contents[name])
    other = dataclasses.replace(settings, contents={name: "of other lines"})

    class Stopped(Here):
        def run(self, task, items):
            yield from super().run(task, items)
            if getattr(task, "func", None) is merge_part:
                raise CannotFinish("stopped")

    with pytest.raises(CannotFinish, match="stopped"):
        paragraphs_run.merge([group], other, Stopped())
    assert merged(root, name, settings.contents[name]) is None

"""A plan says beforehand what a deduplication takes, and refuses what cannot end well."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from rpdata.dedup.costs import Workload
from rpdata.dedup.index.segments import SEGMENT_DOCUMENTS, KeysTask, make_keys
from rpdata.dedup.own_index import own_index
from rpdata.dedup.plan import plan, planned, refuse_what_cannot_end
from rpdata.dedup.settings import DedupSettings
from rpdata.dedup.stages import Stages
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.terminal_plan import print_plan
from tests.benchmarks.dedup_scale import DOCUMENT, document
from tests.dedup.annotated import annotated, stages_here
from tests.dedup.found_here import found_here
from tests.dedup.planted import Counts, plant

GIB = 1 << 30
USUAL = DedupSettings()
ALL = DedupSettings("text", (0.7, 0.8, 0.9))
DOCUMENTS = 20_000_000_000
CRAWL = Workload(DOCUMENTS, DOCUMENTS, DOCUMENTS, 500_000, SEGMENT_DOCUMENTS, 50 * 10**12, 100 * 10**12)


@pytest.fixture
def dataset(tmp_path):
    texts = plant(Counts(unrelated=28, edited=12, templates=2, quotations=0, translations=0, chains=0)).texts
    shards = {"2023-06/0000/en_head": texts[:70], "2023-06/0001/en_head": texts[70:]}
    return annotated(tmp_path / "out", tmp_path / "crawl", shards)


def crawl(settings=USUAL, memory=64 * 8 * GIB, workers=64, **more):
    return planned(CRAWL, settings, Resources(workers, memory), dataset="crawl", **more)


def test_the_keys_take_exactly_the_disk_that_the_plan_says(dataset):
    said = {stage.name: stage.written for stage in plan(dataset, ALL, Resources(1)).stages if stage.kept}
    (segment,) = own_index(dataset).segments
    grouped = ["keys", "rows"]
    for part, name, arrays in (
        ("ids", "keys, ids", ["ids"]), ("exact-text", "keys, text", grouped), ("keys-0.7", "keys, 0.7", grouped),
        ("keys-0.9", "keys, 0.9", grouped),
    ):
        make_keys(KeysTask(segment, part))
        assert sum(segment.arrays(part)[each].nbytes for each in arrays) == said[name]


def test_the_disk_that_a_run_takes_is_about_what_the_plan_says(dataset):
    settings = DedupSettings("text", (0.8,), "jaccard")
    said = plan(dataset, settings, Resources(1)).disk_bytes
    found_here(dataset, settings, stages_here())
    index = dataset / "index"
    taken = sum(np.load(path, mmap_mode="r").nbytes for path in index.rglob("*.npy") if path.stem != "offsets")
    assert said / 3 < taken < 3 * said


def test_the_plan_calls_stages_as_the_run_does(dataset, monkeypatch):
    settings = DedupSettings("text", (0.8,), "jaccard")
    said = {stage.name.replace(",", "").split(" ")[0] for stage in plan(dataset, settings, Resources(1)).stages}
    stages = stages_here()
    called = []
    monkeypatch.setattr(stages, "run", lambda name, *work: (called.append(name), Stages.run(stages, name, *work)))
    found_here(dataset, settings, stages)
    assert set(called) - said <= {"preference", "chosen"}       # which take next to nothing
    assert said - set(called) == {"clusters", "tallies", "marks"}       # the last two come after what is found here


def test_the_workers_of_an_existing_cluster_are_not_refused_for_their_memory():
    unknown = planned(CRAWL, USUAL, Resources(4, scheduler="tcp://there:8786"), dataset="crawl")
    assert unknown.worker_memory is None
    assert unknown.obstacle is None


def test_keys_that_are_there_are_not_made_again(dataset):
    before = plan(dataset, USUAL, Resources(1))
    assert (before.documents, before.new) == (100, 100)
    for part in ("ids", "keys-0.8", "exact-text"):
        make_keys(KeysTask(own_index(dataset).segments[0], part))
    after = plan(dataset, USUAL, Resources(1))
    assert (after.documents, after.new) == (100, 0)
    assert after.core_seconds < before.core_seconds
    assert plan(dataset, ALL, Resources(1)).new == 100


def test_a_plan_writes_nothing(dataset):
    before = sorted(path for path in dataset.rglob("*"))
    plan(dataset, ALL, Resources(2))
    assert sorted(path for path in dataset.rglob("*")) == before


def test_more_is_asked_more_is_taken():
    least = crawl(DedupSettings("none", (0.8,), "none"))
    some = crawl(DedupSettings("none", (0.8,), "signature"))
    most = crawl(DedupSettings("none", (0.8,), "jaccard"))
    all_of_it = crawl(ALL)
    for name in ("core_seconds", "disk_bytes", "read_bytes", "written_bytes"):
        values = [getattr(each, name) for each in (least, some, most, all_of_it)]
        assert values == sorted(values)
        assert len(set(values)) == 4


def test_twice_the_workers_take_half_the_time_where_clusters_are_found_through_files():
    hours = [crawl(memory=workers * 8 * GIB, workers=workers).seconds for workers in (8, 16, 512)]
    assert hours[0] == pytest.approx(2 * hours[1], rel=0.05)
    assert hours[1] / hours[2] > 20


def test_clusters_that_do_not_fit_a_worker_are_found_through_files():
    assert not crawl().in_memory
    small = replace(CRAWL, documents=10_000_000, unkeyed=10_000_000, marked=10_000_000)
    assert planned(small, USUAL, Resources(2, 8 * GIB), dataset="small").in_memory


def test_too_little_memory_is_refused_with_what_is_needed():
    short = crawl(memory=64 * 2 * GIB)
    assert short.needed_memory > short.worker_memory
    with pytest.raises(UserError, match=r"a worker needs [\d.]+ GB of memory to compare 20,000,000,000 documents"):
        refuse_what_cannot_end(short)
    refuse_what_cannot_end(crawl())


@pytest.mark.parametrize("documents", [10**6, 10**8])
def test_a_gigabyte_for_each_worker_is_enough_for_a_hundred_million_documents(documents):
    work = replace(CRAWL, documents=documents, unkeyed=documents, marked=documents, partitions=documents // 20_000)
    for verify in ("jaccard", "signature", "none"):
        settings = DedupSettings("text", (0.7,), verify)
        assert planned(work, settings, Resources(2, 2 * GIB), dataset="d").obstacle is None


def test_a_partition_of_very_many_documents_needs_more_memory():
    work = replace(CRAWL, documents=10**7, unkeyed=10**7, marked=10**7, largest_segment=10**7, partitions=1)
    assert "a worker needs" in planned(work, USUAL, Resources(2, 4 * GIB), dataset="d").obstacle


def test_too_little_disk_is_refused_with_what_is_needed(dataset, monkeypatch):
    enough = crawl(free_bytes=10**18)
    refuse_what_cannot_end(enough)
    with pytest.raises(UserError, match=r"crawl needs about [\d,.]+ GB of disk .* 1\.0 GB are free"):
        refuse_what_cannot_end(crawl(free_bytes=10**9))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 100, 0))
    assert "0 MB are free" in plan(dataset, ALL, Resources(1)).obstacle


def test_the_plan_is_printed_for_people_and_for_programs(dataset, capsys):
    found = plan(dataset, ALL, Resources(2, 4 * GIB))
    print_plan(found, as_json=False)
    printed = capsys.readouterr().out
    assert all(stage.name in printed for stage in found.stages)
    assert "100, 100 of them new" in printed
    print_plan(found, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["settings"]["fuzzy"] == [0.7, 0.8, 0.9]
    assert told["obstacle"] is None
    assert sum(stage["written"] for stage in told["stages"]) == told["disk_bytes"]


def test_the_page_about_large_crawls_is_what_its_command_writes():
    assert DOCUMENT.read_text() == document(), "python -m tests.benchmarks.dedup_scale"


def test_a_dataset_that_is_not_finished_is_refused_as_the_run_would_refuse_it(tmp_path):
    with pytest.raises(UserError, match="not a dataset"):
        plan(tmp_path, ALL, Resources(1))

"""The safety report: what would go, of what, and when nothing is marked."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from clusters_by_hand import ROWS, STARTS, TOTAL, build, cluster, level, tasks_of

from rpdata.dedup import safety
from rpdata.dedup.large_clusters import CHARACTERS, SAMPLES
from rpdata.dedup.tallies import DOMAIN, LANGUAGE, SNAPSHOT, Tallies, tally_unit
from rpdata.errors import Refused


def located(root: Path, numbers: np.ndarray) -> list[tuple[Path, str, int]]:
    return [next((root, part, int(number) - start) for part, start in reversed(STARTS.items()) if start <= number)
            for number in numbers]


def tallied(root: Path, levels: list, folder: Path) -> Tallies:
    tasks = tasks_of(root, levels)
    for task in tasks:
        tally_unit(task, folder)
    return Tallies(folder, [task.unit for task in tasks], levels)


def report_of(root: Path, levels: list, folder: Path) -> safety.SafetyReport:
    return safety.report_of(tallied(root, levels, folder), levels, TOTAL, lambda numbers: located(root, numbers))


def test_removals_are_counted_by_domain_language_and_snapshot(tmp_path):
    domains = [None if number % 7 == 0 else f"d{number % 5}.example" for number in range(TOTAL)]
    build(tmp_path / "out", domains)
    clusters = [cluster(*range(start, start + 4)) for start in range(3, TOTAL - 10, 17)]
    copies = [cluster(1, 2), cluster(5, 300)]
    levels = [level(tmp_path / "work", "exact", copies), level(tmp_path / "work", "0.8", clusters)]
    tallies = tallied(tmp_path / "out", levels, tmp_path / "tallies")
    places = [(part, row) for part in ROWS for row in range(ROWS[part])]
    names = {
        DOMAIN: domains,
        LANGUAGE: [part.rpartition("/")[2][:2] for part, _ in places],
        SNAPSHOT: [part.partition("/")[0] for part, _ in places],
    }
    assert tallies.documents() == TOTAL
    for found, expected in zip(levels, (copies, clusters), strict=True):
        gone = [member.number for members in expected for member in members if not member.keep]
        assert tallies.removed(found) == len(gone)
        for key, of in names.items():
            there, lost = Counter(of), Counter(of[number] for number in gone)
            assert {(loss.name, loss.documents, loss.removed) for loss in tallies.losses(key, found)} == {
                (name, there[name], count) for name, count in lost.items()
            }
            assert tallies.losing(key, found) == len(lost)
            order = [loss.removed for loss in tallies.losses(key, found)]
            assert order == sorted(order, reverse=True)


def test_the_largest_clusters_are_shown_with_texts(tmp_path):
    build(tmp_path / "out")
    clusters = [cluster(*range(start, start + size)) for start, size in ((0, 3), (10, 40), (100, 5), (200, 40))]
    clusters += [cluster(number, number + 1) for number in range(250, 280, 2)]
    levels = [level(tmp_path / "work", "0.8", clusters, tasks=3)]
    (found,) = report_of(tmp_path / "out", levels, tmp_path / "tallies").levels
    sizes = [(shown.first, shown.documents) for shown in found.clusters]
    assert sizes[:5] == [(10, 40), (200, 40), (100, 5), (0, 3), (250, 2)]
    assert len(sizes) == 10
    table = pq.read_table(tmp_path / "out/documents/2023-06/0000/de_all.parquet")
    samples = found.clusters[0].samples
    assert [sample.doc_id for sample in samples] == [table["doc_id"][row].as_py() for row in (10, 29, 49)]
    assert len(samples) == SAMPLES
    for sample, row in zip(samples, (10, 29, 49), strict=True):
        line = table["raw_content"][row].as_py().lstrip().split("\n")[0]
        assert sample.first_line == (line if len(line) <= CHARACTERS else f"{line[:CHARACTERS - 1]}\u2026")
    assert found.clusters_in_all == len(clusters)


def test_the_report_does_not_depend_on_tasks(tmp_path):
    build(tmp_path / "out", [f"{number % 4}.example" for number in range(TOTAL)])
    clusters = [cluster(*range(start, start + 6)) for start in range(0, 300, 6)]
    for tasks in (1, 5):
        levels = [level(tmp_path / f"work{tasks}", "0.8", clusters, tasks)]
        report = report_of(tmp_path / "out", levels, tmp_path / f"tallies{tasks}")
        safety.write_report(tmp_path / f"{tasks}", report)
    assert (tmp_path / "1" / safety.FILE).read_bytes() == (tmp_path / "5" / safety.FILE).read_bytes()
    assert json.loads((tmp_path / "1" / safety.FILE).read_bytes())["levels"][0]["removed"] == 250


@pytest.mark.parametrize(
    ("size", "refused"),
    [(10, False), (11, True)],      # of 310 documents: more than one in a hundred, but 10 are still a handful
)
def test_a_cluster_that_is_too_large_is_refused(tmp_path, size, refused):
    build(tmp_path / "out")
    levels = [level(tmp_path / "work", "0.8", [cluster(*range(20, 20 + size))])]
    report = report_of(tmp_path / "out", levels, tmp_path / "tallies")
    assert bool(report.dangers) == refused
    if refused:
        with pytest.raises(Refused, match=f"(?s)one cluster has {size} of {TOTAL} documents, such as .*/20.*"
                                          "out/index/safety.json.*--allow-large-clusters"):
            safety.refuse(report, "out/")
    else:
        safety.refuse(report, "out/")


@pytest.mark.parametrize(("gone", "refused"), [(99, False), (100, True)])
def test_a_domain_that_vanishes_is_refused(tmp_path, monkeypatch, gone, refused):
    """With a bound of 99 documents, as the rule's 1,000 would take a dataset of that size."""
    monkeypatch.setattr(safety, "DOMAIN_DOCUMENTS", 99)
    build(tmp_path / "out", ["small.example"] * 50 + ["large.example"] * 100 + [None] * (TOTAL - 150))
    clusters = [cluster(200 + number, 50 + number, kept=[200 + number]) for number in range(gone)]
    clusters += [cluster(160 + number, number, kept=[160 + number]) for number in range(40)]
    levels = [level(tmp_path / "work", "0.8", clusters)]
    report = report_of(tmp_path / "out", levels, tmp_path / "tallies")
    expected = ["similarity 0.8: large.example would lose 100 of its 100 documents"]
    assert report.dangers == (expected if refused else [])


def test_a_tally_that_is_there_is_not_counted_again(tmp_path):
    build(tmp_path / "out")
    levels = [level(tmp_path / "work", "0.8", [cluster(1, 2)])]
    before = tallied(tmp_path / "out", levels, tmp_path / "tallies").removed(levels[0])
    (tmp_path / "out" / "documents" / "2023-06/0000/de_all.parquet").unlink()
    assert tallied(tmp_path / "out", levels, tmp_path / "tallies").removed(levels[0]) == before == 1

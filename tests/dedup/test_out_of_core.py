"""Where the clusters of a dataset do not fit the memory of a worker, a run goes through files and marks the same."""

import shutil
from contextlib import contextmanager

from rpdata.dedup import run as runs
from rpdata.dedup.clusters.components import fits
from rpdata.dedup.plan import TASK_SHARE
from rpdata.dedup.run import run
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.resources import Resources
from tests.dedup.annotated import Here, annotated, marks
from tests.dedup.planted import Counts, plant

PARTITIONS = ("2022-49/0000/en_head", "2023-06/0000/en_head")


class Small(Here):
    memory = 8 << 10        # of which a task has a part


def test_clusters_found_through_files_are_marked_as_those_found_in_memory(tmp_path, monkeypatch):
    texts = plant(Counts(unrelated=10, edited=20, templates=2, quotations=2, translations=2, chains=8), seed=5).texts
    parts = {name: texts[number::len(PARTITIONS)] for number, name in enumerate(PARTITIONS)}
    roots = [annotated(tmp_path / "large", tmp_path / "crawl", parts), tmp_path / "small"]
    shutil.copytree(*roots)
    assert fits(len(texts), Here.memory // TASK_SHARE)
    assert not fits(len(texts), Small.memory // TASK_SHARE)
    for root, kind in zip(roots, (Here, Small), strict=True):
        @contextmanager
        def started(resources, kind=kind):
            yield kind()

        monkeypatch.setattr(runs, "start", started)
        run(root, DedupSettings(fuzzy=(0.7,)), Resources(workers=1), allow_large_clusters=True)
    large, small = map(marks, roots)
    assert large == small
    assert sum(not row["keep_sim0.7"] for row in large) > 20

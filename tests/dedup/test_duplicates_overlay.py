"""The overlay `duplicates/`: aligned with the documents, naming them by id_int, the same however it was computed."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from clusters_by_hand import IDS, ROWS, TOTAL, build, cluster, level, mark, tasks_of
from command import contents

from rpdata.dataset import Dataset
from rpdata.dedup.duplicates_columns import configuration, schema_of
from rpdata.dedup.duplicates_overlay import is_marked, mark_unit
from rpdata.dedup.settings import DedupSettings
from rpdata.errors import UserError


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    build(tmp_path / "out")
    return tmp_path / "out"


def some_clusters(seed: int, count: int = 40) -> list:
    """Clusters of two to five documents anywhere in the dataset, none in two of them."""
    rng = np.random.default_rng(seed)
    numbers = rng.permutation(TOTAL)
    sizes = rng.integers(2, 6, count)
    ends = np.cumsum(sizes)
    return [
        cluster(*map(int, numbers[end - size:end]), kept=[int(rng.choice(numbers[end - size:end]))])
        for end, size in zip(ends, sizes, strict=True)
    ]


def rows_of(root: Path) -> list[dict]:
    return [row for part in ROWS for row in pq.read_table(root / "duplicates" / f"{part}.parquet").to_pylist()]


def test_every_document_names_its_clusters(dataset, tmp_path):
    copies, similar = some_clusters(1), some_clusters(2)
    mark(dataset, [level(tmp_path / "work", "exact", copies), level(tmp_path / "work", "0.8", similar)])
    groups = {member.number: (members, member) for members in copies for member in members}
    clusters = {member.number: (members, member) for members in similar for member in members}
    rows = rows_of(dataset)
    assert len(rows) == TOTAL
    documents = [row for part in ROWS for row in pq.read_table(dataset / f"documents/{part}.parquet").to_pylist()]
    for number, (row, document) in enumerate(zip(rows, documents, strict=True)):
        assert row.pop("doc_id") == document["doc_id"]
        group, copy = groups.get(number, ([], None))
        members, member = clusters.get(number, ([], None))
        assert row == {
            "exact_group": IDS[group[0].number if group else number],
            "exact_keep": copy is None or copy.keep,
            "cluster_id_sim0.8": IDS[members[0].number if members else number],
            "cluster_size_sim0.8": len(members) or 1,
            "keep_sim0.8": member is None or member.keep,
            "jaccard_to_kept_sim0.8": None if member is None or member.keep else 0.9,
        }


def test_the_overlay_is_aligned_with_the_documents_and_known_to_the_ledger(dataset, tmp_path):
    mark(dataset, [level(tmp_path / "work", "0.7", some_clusters(3)), level(tmp_path / "work", "0.9", [])])
    opened = Dataset.open(dataset)      # checks rows and doc_ids of every file
    assert list(opened.overlays["duplicates"]) == sorted(ROWS)
    for part in ROWS:
        sizes = [
            [file.row_group(group).num_rows for group in range(file.num_row_groups)]
            for file in (pq.read_metadata(dataset / f"{step}/{part}.parquet") for step in ("documents", "duplicates"))
        ]
        assert sizes[0] == sizes[1]
    (status,) = [step for step in opened.status().steps if step.step == "duplicates"]
    assert (status.done, status.missing, status.written, status.balances) == (len(ROWS), [], TOTAL, True)


def test_the_bytes_do_not_depend_on_tasks_or_on_the_order_of_units(dataset, tmp_path):
    clusters = some_clusters(4)
    mark(dataset, [level(tmp_path / "one", "0.8", clusters, tasks=1)])
    whole = digest(dataset)
    build(tmp_path / "other")
    levels = [level(tmp_path / "many", "0.8", clusters, tasks=7)]
    for task in reversed(tasks_of(tmp_path / "other", levels)):
        mark_unit(task)
    assert digest(tmp_path / "other") == whole


def digest(root: Path) -> dict[str, bytes]:
    files = [path for step in ("duplicates", "ledger/duplicates") for path in (root / step).rglob("*.*")]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_a_unit_that_is_marked_is_left_alone_until_the_state_changes(dataset, tmp_path):
    levels = [level(tmp_path / "work", "0.8", some_clusters(5))]
    mark(dataset, levels)
    before = contents(dataset)
    times = {path: path.stat().st_mtime_ns for path in (dataset / "duplicates").rglob("*.parquet")}
    mark(dataset, levels)
    assert contents(dataset) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
    changed = tasks_of(dataset, [level(tmp_path / "again", "0.8", [])], "s2")
    assert not any(is_marked(task) for task in changed)
    for task in changed:
        mark_unit(task)
    assert all(row["keep_sim0.8"] for row in rows_of(dataset))


def test_two_states_beside_each_other_are_a_disagreement(dataset, tmp_path):
    levels = [level(tmp_path / "work", "0.8", some_clusters(6))]
    mark(dataset, levels)
    mark_unit(tasks_of(dataset, levels, "s2")[0])
    with pytest.raises(UserError, match=f"another version of `cluster_id_sim0.8`.*run rpdata dedup {dataset}"):
        Dataset.open(dataset).scan(["duplicates"])


def test_documents_that_are_not_those_that_were_compared_are_refused(dataset, tmp_path):
    (task, *_) = tasks_of(dataset, [level(tmp_path / "work", "0.8", [])])
    del task.starts[task.unit]
    with pytest.raises(UserError, match="have changed since they were compared"):
        mark_unit(task)


@pytest.mark.parametrize(
    ("exact", "fuzzy", "verify", "about"),
    [
        ("text", "0.8", "jaccard", "copies (text) and near-duplicates (Jaccard similarity 0.8, verified by jaccard)"),
        ("none", "0.7,1.0", "none", "near-duplicates (Jaccard similarity 0.7, 1.0, not verified)"),
        ("payload", "none", "jaccard", "copies (payload);"),
    ],
)
def test_the_manifest_describes_every_column(exact, fuzzy, verify, about):
    settings = DedupSettings.parse(exact, fuzzy, verify, "longest")
    told = configuration(settings, "s1")
    assert about in told["about"]
    levels = [*([] if exact == "none" else ["exact"]), *map(str, settings.fuzzy)]
    assert list(told["signals"]) == schema_of(levels).names[1:]

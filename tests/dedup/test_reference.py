"""`--reference` finds what RedPajama-V2's own programs found, and writes what they wrote."""

import gzip
import json
from collections import Counter

import pyarrow.parquet as pq
import pytest
from command import rpdata

from rpdata.dedup.reference import reference
from rpdata.engine.resources import Resources

FINISHED_WITH_FAILURES = 3
THRESHOLDS = (0.7, 0.8, 0.9, 1.0)


@pytest.fixture(scope="module")
def annotated(shared, tmp_path_factory):
    """The documents that the reference was run on."""
    root = tmp_path_factory.mktemp("reference") / "out"
    done = rpdata("compute-signals", shared / "golden" / "lsh" / "input", "--output", root, "--quiet")
    assert done.returncode == FINISHED_WITH_FAILURES, done.stderr       # of records without text
    return root


@pytest.fixture(scope="module")
def summary(annotated):
    return reference(annotated, THRESHOLDS, Resources(2))


@pytest.fixture(scope="module")
def golden(shared):
    return json.loads((shared / "golden" / "lsh" / "e2e_golden_clusters.json").read_bytes())


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_clusters_are_those_of_the_reference(annotated, summary, golden, threshold):
    folder = annotated / "reference" / f"clusters_sim{threshold}"
    rows = [row for path in folder.rglob("*.clusters.parquet") for row in pq.read_table(path).to_pylist()]
    assert sorted([row["id"], row["cluster_id"]] for row in rows) == golden[str(threshold)]
    sizes = Counter(row["cluster_id"] for row in rows)
    expected = {"documents": len(rows), "clusters": len(sizes), "largest": max(sizes.values())}
    assert summary.clusters[str(threshold)] == expected
    assert all(row["id"].startswith(row["shard_id"] + "/") for row in rows)


def has_text(shared, doc_id):
    """Three records of the input are broken; to the reference's filter they are copies of each other."""
    file, _, line = doc_id.rpartition("/")
    records = gzip.decompress((shared / "golden" / "lsh" / "input" / file).read_bytes()).splitlines()
    return "raw_content" in json.loads(records[int(line)])


def test_copies_are_those_of_the_reference(shared, annotated, summary, golden):
    for snapshot in ("2022-49", "2023-06"):
        table = pq.read_table(annotated / "reference" / "duplicates" / f"duplicates-{snapshot}.parquet")
        expected = [doc_id for doc_id in golden[f"bloom {snapshot}.parquet"] if has_text(shared, doc_id)]
        assert sorted(table["doc_id"].to_pylist()) == expected
        assert summary.copies[snapshot] == len(table)

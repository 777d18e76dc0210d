"""`--reference` finds what RedPajama-V2's own programs found, and writes what they wrote."""

import gzip
import json
import shutil
from collections import Counter
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rpdata.dedup import reference as references
from rpdata.dedup.reference import reference
from rpdata.engine.resources import Resources
from rpdata.manifest import Manifest
from rpdata.schema import MINHASH
from tests.build_dataset import Builder, documents
from tests.command import rpdata
from tests.dedup.annotated import here

FINISHED_WITH_FAILURES = 3
SIGKILL = -9
ONE = Resources(1)
THRESHOLDS = (0.7, 0.8, 0.9, 1.0)


@pytest.fixture(scope="module")
def annotated(shared, tmp_path_factory):
    """The documents that the reference was run on."""
    root = tmp_path_factory.mktemp("reference") / "out"
    done = rpdata("compute-signals", shared / "golden" / "lsh" / "input", "--output", root, "--quiet",
                  "--workers", 1)
    assert done.returncode == FINISHED_WITH_FAILURES, done.stderr       # of records without text
    return root


@pytest.fixture(scope="module", autouse=True)
def in_this_process():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(references, "start", here)
        yield


@pytest.fixture(scope="module")
def summary(annotated, in_this_process):
    return reference(annotated, THRESHOLDS, ONE)


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


def test_files_have_the_schemas_that_the_reference_writes(annotated, summary):
    clusters = pq.read_schema(annotated / "reference" / "clusters_sim0.8" / "2022-49/0000/en_head.clusters.parquet")
    assert {field.name: str(field.type) for field in clusters} == {
        "id": "large_string", "id_int": "uint64", "cluster_id": "uint64", "shard_id": "large_string",
    }
    table = pq.read_table(annotated / "reference" / "duplicates" / "duplicates-2022-49.parquet")
    assert {field.name: str(field.type) for field in table.schema} == dict.fromkeys(
        ("shard_id", "doc_id", "digest"), "string"
    )
    assert not any(digest.startswith("sha1:") for digest in table["digest"].to_pylist())


# For each document of a partition its signature (a letter for each eight values; None: too short) and its digest.
PLACES = {
    "2022-05/0000/en_head": [("a" * 16, "X"), ("b" * 16, "Y"), (None, None), ("c" * 16, "Z")],
    "2023-14/0000/de_all": [("a" * 8 + "d" * 8, "Y"), (None, None), ("e" * 16, "Y")],
    "2023-14/0000/en_tail": [("b" * 16, "Z"), ("c" * 16, "X")],
    "2023-14/0001/de_all": [("d" * 16, "Y"), ("f" * 16, "X"), ("e" * 8 + "b" * 8, None)],
}


@pytest.fixture
def dataset(tmp_path):
    """Documents of which some share bands and digests."""
    builder = Builder(tmp_path / "out").with_partitions({place: len(rows) for place, rows in PLACES.items()})
    manifest = Manifest.load(builder.root)
    manifest.replace("minhash", {"minhash_hash": "sha1"})
    manifest.save(builder.root)
    number = 100
    for place, rows in PLACES.items():
        table = documents(place, len(rows))
        digests = pa.array([digest and f"sha1:{digest}" for _, digest in rows], pa.string())
        table = table.set_column(table.schema.get_field_index("digest"), "digest", digests)
        builder.write("documents", place, table)
        signatures = [letters and b"".join(letter.encode() * 32 for letter in letters) for letters, _ in rows]
        ids = pa.array(range(number, number - len(rows), -1), pa.uint64())
        number -= len(rows)
        arrays = [table["doc_id"], ids, pa.array(signatures, pa.binary())]
        builder.write("minhash", place, pa.table(arrays, schema=MINHASH))
    return builder.root


def files_of(root):
    """The folder of the reference, by the hashes of its files."""
    folder = root / "reference"
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def clusters_in(root):
    """id -> cluster_id of all files."""
    tables = map(pq.read_table, (root / "reference").rglob("*.clusters.parquet"))
    return {row["id"]: row["cluster_id"] for table in tables for row in table.to_pylist()}


def test_documents_that_share_a_band_are_joined_and_tails_are_left_out(dataset):
    summary = reference(dataset, (0.7,), ONE)
    first, second, third = ("2022-05/0000/en_head", "2023-14/0000/de_all", "2023-14/0001/de_all")
    assert clusters_in(dataset) == {
        # a - ad - d
        f"{first}.json.gz/0": 91, f"{second}.json.gz/0": 91, f"{third}.json.gz/0": 91,
        # b - eb - e; c is alone: the other one is in a tail
        f"{first}.json.gz/1": 89, f"{second}.json.gz/2": 89, f"{third}.json.gz/2": 89,
    }
    assert (summary.documents, summary.left_out) == (10, 2)
    assert summary.clusters == {"0.7": {"documents": 6, "clusters": 2, "largest": 3}}


def test_the_first_of_the_newest_file_is_the_one_that_is_no_copy(dataset):
    summary = reference(dataset, (), ONE)
    assert summary.copies == {"2022-05": 2, "2023-14": 2}
    found = {
        snapshot: pq.read_table(dataset / f"reference/duplicates/duplicates-{snapshot}.parquet")["doc_id"].to_pylist()
        for snapshot in summary.copies
    }
    first, second = ("2022-05/0000/en_head.json.gz", "2023-14/0000/de_all.json.gz")
    assert found == {"2022-05": [f"{first}/0", f"{first}/1"], "2023-14": [f"{second}/0", f"{second}/2"]}


def test_nothing_alike_is_no_cluster_and_no_copy(dataset):
    rng = np.random.default_rng(5)
    builder = Builder(dataset)
    for place, rows in PLACES.items():
        table = documents(place, len(rows))
        builder.write("documents", place, table)
        signatures = pa.array([rng.bytes(512) for _ in rows], pa.binary())
        ids = pa.array(rng.integers(0, 1 << 63, len(rows)), pa.uint64())
        builder.write("minhash", place, pa.table([table["doc_id"], ids, signatures], schema=MINHASH))
    summary = reference(dataset, (0.7, 1.0), ONE)
    assert clusters_in(dataset) == {}
    assert summary.clusters["1.0"] == {"documents": 0, "clusters": 0, "largest": 0}
    assert summary.copies == {"2022-05": 0, "2023-14": 0}


def test_a_killed_run_goes_on_to_the_same_bytes_and_a_finished_one_has_nothing_to_do(dataset, tmp_path):
    other = shutil.copytree(dataset, tmp_path / "other")
    reference(other, (0.7, 0.8), ONE)
    killed = rpdata("dedup", dataset, "--reference", "--fuzzy", "0.7,0.8", "--workers", 2,
                    RPDATA_KILL_AT="reference-files done:2")
    assert killed.returncode == SIGKILL, killed.stderr
    reference(dataset, (0.7, 0.8), ONE)
    assert files_of(dataset) == files_of(other)
    stamps = {path: path.stat().st_mtime_ns for path in (dataset / "reference").rglob("*")}
    reference(dataset, (0.7, 0.8), ONE)
    assert {path: path.stat().st_mtime_ns for path in (dataset / "reference").rglob("*")} == stamps
    next((dataset / "reference").rglob("*.clusters.parquet")).unlink()
    reference(dataset, (0.7, 0.8), ONE)
    assert files_of(dataset) == files_of(other)

"""From cc_net files to published files through the command line: what the RedPajama-V2 reference made of the input.

`golden/real` has 2,257 pages in 60 files; `golden/lsh` three files with near-duplicates; line 6 of each is no record.
"""

import gzip
import json
import re
from itertools import compress

import pyarrow.parquet as pq
import pytest
from command import rpdata
from golden import bands, exported_line
from golden.unicode14 import changed_code_points

from rpdata.signals import CATALOGUE

PAGES = 2257
UNDECODABLE = 6
NOT_THERE = "rps_doc_ml_palm_score"      # its model was not kept with the other artefacts of the reference run
SUMS = {name for name in CATALOGUE if "_importance" in name}
SIGNALS, MINHASH, GOLDEN, INPUT = ".signals.json.gz", ".minhash.parquet", ".jsonl.gz", ".json.gz"


@pytest.fixture(scope="module")
def exported(shared, tmp_path_factory):
    """The export of one dataset made of both pools, with the artefacts of the reference run."""
    folder = tmp_path_factory.mktemp("parity")
    imported = rpdata("artefacts", "import", shared / "golden/artifacts", "--output", folder / "models")
    assert imported.returncode == 0, imported.stderr
    pools = [shared / "golden/real/input", shared / "golden/lsh/input"]
    options = ("--artefacts", folder / "models", "--output", folder / "out", "--quiet")
    annotated = rpdata("compute-signals", *pools, *options)
    assert annotated.returncode == 3, annotated.stderr   # finished, and three records failed
    export = rpdata("export", folder / "out", "--format", "redpajama", "--output", folder / "rp", "--quiet")
    assert export.returncode == 0, export.stderr
    return folder / "rp"


@pytest.fixture(scope="module")
def changed(shared):
    """The documents whose values this Python's Unicode data may change."""
    return {
        f"{partition}{INPUT}/{number}"
        for pool in ("real", "lsh")
        for partition in partitions(shared / f"golden/{pool}/input", INPUT)
        for number, line in enumerate(lines(shared / f"golden/{pool}/input/{partition}{INPUT}"))
        if changed_code_points(json.loads(line).get("raw_content", ""))
    }


@pytest.fixture(scope="module")
def pages(shared, exported, changed):
    """Each golden page beside the line that was exported at its place."""
    golden = shared / "golden/real/golden"
    pairs = []
    for partition in partitions(golden, GOLDEN):
        theirs = lines(golden / f"{partition}{GOLDEN}")
        ours = lines(exported / f"quality_signals/{partition}{SIGNALS}")
        pairs += zip(theirs, ours, strict=True)
    return [(theirs, ours) for theirs, ours in pairs if json.loads(theirs)["id"] not in changed]


def lines(path):
    with gzip.open(path) as file:
        return file.read().split(b"\n")[:-1]


def partitions(folder, suffix):
    return sorted(str(path.relative_to(folder))[: -len(suffix)] for path in folder.rglob(f"*{suffix}"))


def test_no_page_more_or_less(shared, exported):
    files = partitions(shared / "golden/real/golden", GOLDEN)
    assert len(files) == 60
    signals = exported / "quality_signals"
    assert [name for name in partitions(signals, SIGNALS) if name.startswith("2026-34/")] == files
    ids = [json.loads(line)["id"] for name in files for line in lines(signals / f"{name}{SIGNALS}")]
    assert len(ids) == len(set(ids)) == PAGES


def test_signals_and_ids_of_every_page_equal_the_reference(pages):
    for theirs, ours in ((json.loads(t), json.loads(o)) for t, o in pages):
        assert (ours["id"], ours["id_int"]) == (theirs["id"], theirs["id_int"])
        expected, found = theirs["quality_signals"], ours["quality_signals"]
        del expected[NOT_THERE]
        assert list(found) == list(expected)
        for name in SUMS & set(expected):       # which the reference adds up in the order of its BLAS
            ((_, _, value),), ((_, _, own),) = expected.pop(name), found.pop(name)
            assert own == (value if value is None else pytest.approx(value, abs=1e-6)), (ours["id"], name)
        assert found == expected, ours["id"]


def test_json_lines_equal_the_reference_byte_for_byte(pages):
    snapshot = re.compile(rb'"snapshot_id":"[^"]*"')   # the reference run put one constant there
    for theirs, ours in pages:
        assert snapshot.sub(b"", exported_line(ours)) == snapshot.sub(b"", exported_line(theirs))


def test_every_band_of_every_page_equals_the_reference(exported, pages):
    golden = {record["id"]: record for record in (json.loads(theirs) for theirs, _ in pages)}
    for name in partitions(exported / "minhash/2026-34", MINHASH):
        for row in pq.read_table(exported / f"minhash/2026-34/{name}{MINHASH}").to_pylist():
            assert row.pop("shard_id") == f"2026-34/{name}{INPUT}"
            if record := golden.pop(row.pop("id"), None):
                assert row == {"id_int": record["id_int"], **bands(record)}
    assert not golden


def test_the_files_of_the_reference_run_come_out_the_same(shared, exported, changed):
    theirs = shared / "golden/lsh/output"
    names = partitions(theirs, SIGNALS)
    assert len(names) == 3
    for name in names:
        ours_of_name = lines(exported / f"quality_signals/{name}{SIGNALS}")
        pairs = list(zip(lines(theirs / f"{name}{SIGNALS}"), ours_of_name, strict=True))
        same = [json.loads(line)["id"] not in changed for line, _ in pairs]
        assert all(exported_line(ours) == exported_line(line) for line, ours in compress(pairs, same))
        ours = pq.read_table(exported / f"minhash/{name}{MINHASH}")
        reference = pq.read_table(theirs / f"{name}{MINHASH}")
        assert ours.schema == reference.schema
        same = [doc_id not in changed for doc_id in reference["id"].to_pylist()]
        assert ours.filter(same).equals(reference.filter(same))


def test_a_record_that_cannot_be_decoded_costs_itself_and_keeps_its_number(shared, exported):
    for name in partitions(shared / "golden/lsh/output", SIGNALS):
        ids = [json.loads(line)["id"] for line in lines(exported / f"quality_signals/{name}{SIGNALS}")]
        numbers = [int(doc_id.rpartition("/")[2]) for doc_id in ids]
        assert numbers == [n for n in range(len(numbers) + 1) if n != UNDECODABLE]


def test_no_page_was_left_out_for_its_unicode(changed):
    if changed:
        pytest.skip(f"{len(changed)} documents hold code points that this Python's Unicode data changed")

"""Evidence is that of the texts and signatures of the dataset, whoever asks for it and however it was written."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from build_dataset import PARTITIONS, documents
from text.reference import SHINGLE_WORDS, ngrams, normalise
from xxhash import xxh3_64_intdigest

from rpdata.dedup.index.order import Numbering
from rpdata.dedup.index.segments import Segment, segments_of
from rpdata.dedup.job import Job
from rpdata.dedup.pairs import evidence_files
from rpdata.dedup.pairs.election import elect
from rpdata.dedup.pairs.evidence_files import write_evidence
from rpdata.dedup.pairs.gathering import STAGE, gather, sizes
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.arrays import write_arrays
from rpdata.errors import UserError
from rpdata.ledger import Ledger
from tests.dedup.signed import write_texts

DOCUMENTS = sum(PARTITIONS.values())


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts of 0 to 120 words; six of the short ones say the same."""
    root = tmp_path_factory.mktemp("evidence") / "out"
    texts = {}
    for seed, (partition, rows) in enumerate(PARTITIONS.items()):
        found = documents(partition, rows, seed, words=60)["raw_content"].to_pylist()
        texts[partition] = ["Same, same!" if row in (3, 40) else text for row, text in enumerate(found)]
    write_texts(root, texts, rows_per_group=64)
    return root


@pytest.fixture
def job(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Of two segments, evidence in many small parts."""
    monkeypatch.setattr("rpdata.dedup.index.segments.SEGMENT_DOCUMENTS", 500)
    monkeypatch.setattr(evidence_files, "PART_BYTES", 40_000)
    ledger = Ledger(dataset)
    entries = [ledger.entry("documents", unit) for unit in PARTITIONS]
    minhash = {unit: ledger.entry("minhash", unit) for unit in PARTITIONS}
    segments = segments_of(dataset, tmp_path / "index", entries, minhash)
    assert len(segments) == 2
    return Job.begin(tmp_path / "work", DedupSettings(), Numbering(segments), set())


def some_rows(segment: Segment) -> np.ndarray:
    """About two thirds; of one row group none."""
    rows = np.flatnonzero(np.random.default_rng(segment.rows).random(segment.rows) < 0.66).astype(np.uint32)
    return rows[(rows < 64) | (rows >= 128)]


def column(dataset: Path, overlay: str, name: str) -> list:
    """Of all documents, by their numbers."""
    files = [dataset / overlay / f"{partition}.parquet" for partition in sorted(PARTITIONS)]
    return [value for file in files for value in pq.read_table(file)[name].to_pylist()]


def test_evidence_is_that_of_texts_and_signatures(dataset, job):
    numbers = []
    for segment in job.numbering.segments:
        write_evidence(job.stage(STAGE), segment, some_rows(segment), with_sets=True)
        numbers.append(job.numbering.of(segment, some_rows(segment)))
    assert len(list(job.stage(STAGE).glob("*/0*"))) == 6
    texts, signatures = column(dataset, "documents", "raw_content"), column(dataset, "minhash", "signature")
    asked = np.sort(np.concatenate(numbers))
    for wanted in (asked, asked[::7], asked[-1:], asked[:0]):
        evidence = gather(job, wanted)
        assert evidence.set_offsets[-1] == len(evidence.sets)
        short = 0
        for i, number in enumerate(wanted.tolist()):
            words = normalise(texts[number]).split()
            shingles = set(ngrams(words, SHINGLE_WORDS)) or {tuple(words)}
            hashes = sorted(xxh3_64_intdigest(" ".join(shingle).encode()) for shingle in shingles)
            assert evidence.sets[evidence.set_offsets[i] : evidence.set_offsets[i + 1]].tolist() == hashes
            if signatures[number] is None:
                short += 1
                assert evidence.signatures[i].view(np.uint64).tolist() == hashes * 64
            else:
                assert evidence.signatures[i].tolist() == np.frombuffer(signatures[number], ">u4").tolist()
        assert wanted is not asked or short > 20
        assert sizes(job, wanted).tolist() == (512 + 8 * np.diff(evidence.set_offsets)).tolist()


@pytest.mark.parametrize("verify", ["jaccard", "signature"])
def test_short_copies_are_found_though_they_have_no_signature(dataset, job, verify):
    for segment in job.numbering.segments:
        write_evidence(job.stage(STAGE), segment, np.arange(segment.rows, dtype=np.uint32), verify == "jaccard")
    short = [number for number, each in enumerate(column(dataset, "minhash", "signature")) if each is None]
    found = elect(np.array([0, len(short)]), np.arange(len(short)), gather(job, np.array(short)), 0.8, verify)
    texts = column(dataset, "documents", "raw_content")
    same = [i for i, number in enumerate(short) if texts[number] == "Same, same!"]
    assert len(same) == 6
    if same[0] in found.leading:
        assert set(same[1:]) <= set(found.followers.tolist())
    for leader, follower, similarity in zip(found.leaders, found.followers, found.jaccard, strict=True):
        assert normalise(texts[short[leader]]) == normalise(texts[short[follower]])
        assert similarity == 1.0


def test_without_sets_only_short_texts_are_read(dataset, job, monkeypatch):
    read = []
    monkeypatch.setattr(
        evidence_files, "shingle_sets", lambda texts: read.extend(texts.to_pylist()) or SHINGLE_SETS(texts)
    )
    for segment in job.numbering.segments:
        write_evidence(job.stage(STAGE), segment, np.arange(segment.rows, dtype=np.uint32), with_sets=False)
    texts, signatures = column(dataset, "documents", "raw_content"), column(dataset, "minhash", "signature")
    assert sorted(read) == sorted(t for t, s in zip(texts, signatures, strict=True) if s is None)
    evidence = gather(job, np.arange(DOCUMENTS))
    assert (np.diff(evidence.set_offsets) == [int(each is None) for each in signatures]).all()


SHINGLE_SETS = evidence_files.shingle_sets


def test_a_task_that_was_interrupted_goes_on_behind_its_last_part_to_the_same_bytes(job, tmp_path, monkeypatch):
    segment = job.numbering.segments[0]
    rows = some_rows(segment)
    write_evidence(tmp_path / "whole", segment, rows, with_sets=True)
    sets, calls = evidence_files.shingle_sets, []

    def interrupted(texts):
        calls.append(len(texts))
        if len(calls) == 5:
            raise KeyboardInterrupt
        return sets(texts)

    monkeypatch.setattr(evidence_files, "shingle_sets", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_evidence(tmp_path / "torn", segment, rows, with_sets=True)
    done = len(list((tmp_path / "torn").glob("*/0*")))
    assert done > 0
    write_evidence(tmp_path / "torn", segment, rows, with_sets=True)
    write_evidence(tmp_path / "torn", segment, rows, with_sets=True)
    assert sum(calls) < 2 * len(rows)
    files = {
        folder: {path.relative_to(tmp_path / folder): path.read_bytes() for path in (tmp_path / folder).rglob("*.*")}
        for folder in ("whole", "torn")
    }
    assert files["whole"] == files["torn"]


def test_a_dataset_that_lost_a_file_is_told_so(job):
    segment = job.numbering.segments[0]
    path = segment.path("minhash", segment.places[0])
    hidden = path.rename(path.with_suffix(".hidden"))
    try:
        with pytest.raises(UserError, match=f"{path.name} is gone"):
            write_evidence(job.stage(STAGE), segment, some_rows(segment), with_sets=True)
    finally:
        hidden.rename(path)


PEAK = """
import resource, sys
from pathlib import Path
import numpy as np
from rpdata.dedup.pairs import gathering

class Job:
    def stage(self, name):
        return Path(sys.argv[1])

    @property
    def numbering(self):
        return self

    name = "segment"

    def split(self, numbers):
        yield self, slice(0, len(numbers)), numbers

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
gathering.gather(Job(), np.arange(0, 48_000, 40))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_worker_that_needs_one_document_in_40_does_not_hold_the_others(tmp_path):
    """Three parts of 72 MB: mapped and touched here and there they would seem to be held."""
    count = 16_000
    for part in range(3):
        arrays = {
            "rows": np.arange(count, dtype=np.uint32) + count * part,
            "signatures": np.ones((count, 128), np.uint32),
            "set_offsets": np.arange(count + 1, dtype=np.int64) * 500,
            "sets": np.ones(count * 500, np.uint64),
        }
        write_arrays(tmp_path / "segment" / f"{part:05d}", arrays)
    ends = {"set_offsets": np.arange(3 * count + 1) * 500, "firsts": np.arange(4) * count}
    write_arrays(tmp_path / "segment" / "index", {"rows": np.arange(3 * count), **ends})
    done = subprocess.run([sys.executable, "-c", PEAK, str(tmp_path)], check=True, capture_output=True, text=True)
    assert int(done.stdout) < 24_000, "5 MB of evidence, 8 MB of a part's signatures"

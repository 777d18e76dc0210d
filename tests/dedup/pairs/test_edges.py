"""The pairs of a band are those of its buckets, compared one by one; none is less similar than it should be."""

from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from rpdata import bands
from rpdata.dedup.index.order import Numbering
from rpdata.dedup.index.segments import KeysTask, make_keys, segments_of
from rpdata.dedup.job import Job
from rpdata.dedup.pairs import edges, rows
from rpdata.dedup.pairs.candidates import CandidatesTask, find_candidates
from rpdata.dedup.pairs.chosen import ChosenTask, choose
from rpdata.dedup.pairs.cut import mixed
from rpdata.dedup.pairs.edges import EdgesTask, find_edges
from rpdata.dedup.pairs.gathering import EvidenceTask, collect_evidence, court_of
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.arrays import Arrays
from rpdata.ledger import Ledger
from tests.dedup.exact_jaccard import shingles
from tests.dedup.planted import Counts, plant
from tests.dedup.signed import write_texts

THRESHOLD = 0.7
BANDS = bands.BANDS[THRESHOLD][0]
FEW = Counts(unrelated=20, edited=40, templates=3, quotations=5, translations=5, chains=5)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return plant(FEW).texts


@pytest.fixture(scope="module")
def dataset(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("edges") / "out"
    write_texts(root, {f"2023-06/{shard:04d}/en_head": texts[shard::3] for shard in range(3)}, rows_per_group=16)
    return root


@pytest.fixture(scope="module")
def expected(dataset: Path, texts: list[str]) -> set[tuple[int, int, float]]:
    return slow_edges(dataset, texts)


@pytest.fixture
def job(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Of two segments, in tasks of some prefixes each, with candidates and evidence done."""
    monkeypatch.setattr("rpdata.dedup.index.segments.SEGMENT_DOCUMENTS", 200)
    monkeypatch.setattr(rows, "TASK_ROWS", 200)
    units = [f"2023-06/{shard:04d}/en_head" for shard in range(3)]
    documents, minhash = ([Ledger(dataset).entry(step, unit) for unit in units] for step in ("documents", "minhash"))
    segments = segments_of(dataset, tmp_path / "index", documents, dict(zip(units, minhash, strict=True)))
    assert len(segments) == 2
    job = Job.begin(tmp_path / "work", DedupSettings(fuzzy=(THRESHOLD,)), Numbering(segments), set())
    for segment in segments:
        for part in ("ids", f"keys-{THRESHOLD}"):
            make_keys(KeysTask(segment, part))
    for each in tasks(job):
        find_candidates(CandidatesTask(job, each.rows))
    for segment in segments:
        choose(ChosenTask(job, segment))
        collect_evidence(EvidenceTask(job, segment))
    return job


def tasks(job: Job) -> list[EdgesTask]:
    return [EdgesTask(job, THRESHOLD, each) for each in rows.rows_of_bands(THRESHOLD, job.numbering.documents)]


def slow_edges(dataset: Path, texts: list[str], limit: int = 1 << 16) -> set[tuple[int, int, float]]:
    """Of all bands. Buckets by the bytes of bands; rounds within them, over sets of tuples of words."""
    files = [dataset / "minhash" / f"2023-06/{shard:04d}/en_head.parquet" for shard in range(3)]
    tables = [pq.read_table(file) for file in files]
    id_ints = np.concatenate([table["id_int"].to_numpy() for table in tables])
    keys = [row for table in tables for row in bands.cut(table["signature"].combine_chunks(), THRESHOLD).to_pylist()]
    sets = [shingles(text) for shard in range(3) for text in texts[shard::3]]

    @cache
    def similarity(one: int, other: int) -> float:
        return len(sets[one] & sets[other]) / len(sets[one] | sets[other])

    found = set()
    for band in range(BANDS):
        buckets = defaultdict(list)
        for number, key in enumerate(keys):
            buckets[key[band]].append(number)
        for bucket in buckets.values():
            pieces = defaultdict(list)
            for number in bucket:
                count = 1
                while len(bucket) > limit * count:
                    count *= 2
                pieces[int(mixed(id_ints[[number]], band)[0]) * count >> 64].append(number)
            for left in pieces.values():
                while left:
                    leader, *others = left
                    alike = {other: similarity(leader, other) for other in others}
                    found |= {(leader, other, each) for other, each in alike.items() if each >= THRESHOLD}
                    left = [other for other in others if alike[other] < THRESHOLD]
    return found


def found_edges(job: Job) -> tuple[set[tuple[int, int, float]], dict[str, int]]:
    """All edges, and the sums of the facts."""
    found, facts = set(), defaultdict(int)
    for task in tasks(job):
        find_edges(task)
        arrays = Arrays(job.stage(edges.STAGE, THRESHOLD) / task.rows.part / task.rows.name)
        found |= set(zip(*(arrays[name].tolist() for name in ("leader", "follower", "jaccard")), strict=True))
        for name, count in arrays.facts.items():
            facts[name] += count
    return found, facts


def test_edges_are_those_of_rounds_over_sets_of_words(job, expected):
    found, facts = found_edges(job)
    assert found == expected
    assert len(found) > 100
    assert min(similarity for _, _, similarity in found) < 0.75
    assert (facts["oversized"], facts["unresolved"]) == (0, 0)
    assert facts["compared"] >= facts["measured"] >= len(found)


def test_edges_do_not_depend_on_how_much_is_held_at_once(job, expected, monkeypatch):
    monkeypatch.setattr(edges, "MEMBERS_AT_ONCE", 5)
    monkeypatch.setattr(edges, "court_of", lambda *which: replace(court_of(*which), most=20_000))
    assert found_edges(job)[0] == expected


def test_templates_beyond_the_limit_are_compared_in_pieces_and_counted(job, dataset, texts, monkeypatch):
    monkeypatch.setattr(edges, "BUCKET_LIMIT", 8)
    found, facts = found_edges(job)
    assert found == slow_edges(dataset, texts, limit=8)
    assert facts["oversized"] >= BANDS
    assert facts["oversized_documents"] > 8 * facts["oversized"]

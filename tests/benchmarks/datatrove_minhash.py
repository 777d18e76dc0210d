"""What datatrove's four MinHash stages cost: CPU seconds of one thread, each stage run alone as its executors run it.

9 buckets of 13 hashes over 13-grams, SHA-1 of 32 bits: what rpdata does at 0.8.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np
from datatrove.data import Document
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.utils.hashing import HashConfig
from datatrove.utils.logging import logger

BUCKETS, HASHES = 9, 13
CONFIG = MinhashConfig(
    n_grams=13, num_buckets=BUCKETS, hashes_per_bucket=HASHES, hash_config=HashConfig(precision=32, hash_fc="sha1")
)
RECORDS_AT_ONCE = 1_000     # that a reader buffers: no slower here than datatrove's own 5
WARM_UP = "The first call loads the tokeniser. It must not be counted. " * 40


@dataclass(frozen=True)
class Stages:
    """CPU seconds; `removed`: documents.

    signatures, sort: of the first stage, which leaves its files sorted. buckets, clusters, filter: of the others.
    """

    signatures: float = 0
    sort: float = 0
    buckets: float = 0
    clusters: float = 0
    filter: float = 0
    removed: int = 0

    @property
    def from_signatures_to_clusters(self) -> float:
        return self.sort + self.buckets + self.clusters

    @property
    def total(self) -> float:
        return self.signatures + self.from_signatures_to_clusters + self.filter


def from_texts(texts: Sequence[str], folder: Path) -> Stages:
    """All four stages."""
    logger.disable("datatrove")
    step = MinhashDedupSignature(str(folder / "signatures"), CONFIG)
    step.get_signature(step.get_shingles(WARM_UP))
    started = process_time()
    step.run(documents(texts))
    signed = process_time() - started
    sort = sort_again(folder, 0)
    found = clustered(folder)
    started = process_time()
    kept = sum(1 for _ in MinhashDedupFilter(str(folder / "clusters")).run(documents(texts), 0))
    assert kept == len(texts) - found.removed
    return replace(found, signatures=signed - sort, sort=sort, filter=process_time() - started)


def documents(texts: Sequence[str]) -> Iterator[Document]:
    return (Document(text=text, id=str(number)) for number, text in enumerate(texts))


def from_signatures(files: Sequence[np.ndarray], folder: Path) -> Stages:
    """The first stage's sort, then the second and third stage.

    files: signatures (rows, 128), a matrix for each file that the first stage would write. To write them is not
    counted.
    """
    logger.disable("datatrove")
    sort = 0.0
    for number, signatures in enumerate(files):
        write_signatures(signatures, folder / "signatures", number)
        sort += sort_again(folder, number)
    return replace(clustered(folder), sort=sort)


def write_signatures(signatures: np.ndarray, folder: Path, file: int) -> None:
    """The first stage's files of some documents before it sorts them: for each bucket hashes, number of document."""
    for bucket in range(BUCKETS):
        path = folder / f"bucket_{bucket:03d}" / f"{file:05d}.minhash.sig"
        path.parent.mkdir(parents=True, exist_ok=True)
        records = np.empty((len(signatures), HASHES + 1), "<u4")
        records[:, :HASHES] = signatures[:, bucket * HASHES:(bucket + 1) * HASHES]
        records[:, HASHES] = np.arange(len(signatures))
        records.tofile(path)


def sort_again(folder: Path, file: int) -> float:
    """CPU seconds of the end of the first stage: it finds its files, and sorts them."""
    started = process_time()
    MinhashDedupSignature(str(folder / "signatures"), CONFIG, skip_existing_sigs=True).run(iter([]), file)
    return process_time() - started


def clustered(folder: Path) -> Stages:
    """Second and third stage."""
    started = process_time()
    step = MinhashDedupBuckets(
        str(folder / "signatures"), str(folder / "pairs"), config=CONFIG, lines_to_buffer=RECORDS_AT_ONCE
    )
    for bucket in range(BUCKETS):
        step.run(None, bucket, BUCKETS)
    compared = process_time() - started
    started = process_time()
    step = MinhashDedupCluster(
        str(folder / "pairs"), str(folder / "clusters"), CONFIG, lines_to_buffer=RECORDS_AT_ONCE
    )
    step.run(None, 0, 1)
    joined = process_time() - started
    removed = sum(path.stat().st_size // struct.calcsize("I") for path in (folder / "clusters").glob("*.remove"))
    return Stages(buckets=compared, clusters=joined, removed=removed)

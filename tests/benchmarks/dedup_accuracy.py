"""What deduplication finds and removes among planted near-duplicates, against brute force: a table of the README.

    python -m tests.benchmarks.dedup_accuracy
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from rpdata.dedup.curve import probability
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.arrays import Arrays
from tests.dedup.annotated import annotated, stages_here
from tests.dedup.exact_jaccard import Pairs, similar_pairs
from tests.dedup.found_here import found_here
from tests.dedup.planted import Counts, plant

COUNTS = Counts(unrelated=2000, edited=5000, templates=20, quotations=200, translations=200, chains=100)
THRESHOLDS = (0.7, 0.8, 0.9)
MODES: tuple[Literal["jaccard", "signature", "none"], ...] = ("jaccard", "signature", "none")
PARTITION = 1_000


@dataclass(frozen=True)
class Found:
    """What one run found at one threshold: (leader, follower) pairs, and of each document cluster and survival."""

    edges: set[tuple[int, int]]
    cluster: np.ndarray
    keep: np.ndarray


def find(root: Path, documents: int, threshold: float, verify: Literal["jaccard", "signature", "none"]) -> Found:
    """Deduplicate; everything is done in this process."""
    comparison, job = found_here(root, DedupSettings("none", (threshold,), verify), stages_here())
    edges = set()
    for folder in job.stage("edges", threshold).glob("*/*"):
        ends = np.sort([Arrays(folder)["leader"], Arrays(folder)["follower"]], axis=0)
        edges |= set(zip(*ends.tolist(), strict=True))
    cluster, keep = np.arange(documents), np.ones(documents, bool)
    for arrays in comparison.levels[-1].tasks():
        cluster[arrays["number"]] = arrays["first"]
        keep[arrays["number"]] = arrays["keep"]
    return Found(edges, cluster, keep)


def row(found: Found, pairs: Pairs, threshold: float, verify: str) -> str:
    """One line of the table."""
    true = pairs.at_least(threshold)
    keys = true.keys()
    precision = len(found.edges & keys) / len(found.edges)
    recall = float(np.mean(found.cluster[true.first] == found.cluster[true.second]))
    promised = float(probability(true.jaccard, threshold).mean())
    survivors: dict[int, list[int]] = {}
    for number in np.flatnonzero(found.keep).tolist():
        survivors.setdefault(int(found.cluster[number]), []).append(number)
    removed = np.flatnonzero(~found.keep).tolist()
    wrongly = sum(
        not any((min(number, kept), max(number, kept)) in keys for kept in survivors[int(found.cluster[number])])
        for number in removed
    )
    return (
        f"| {threshold} | {verify} | {len(found.edges):,} | {precision:.2%} | {recall:.2%} | {promised:.2%} | "
        f"{2 * precision * recall / (precision + recall):.3f} | {len(removed):,} | {wrongly:,} |"
    )


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    corpus = plant(COUNTS)
    pairs = similar_pairs(corpus.texts)
    print(f"{len(corpus.texts):,} documents.\n")
    print("| threshold | `--verify` | pairs | precision | recall | promised | F1 | removed | wrongly |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="rpdata-bench-") as folder:
        starts = range(0, len(corpus.texts), PARTITION)
        shards = {f"2023-06/{n:04}/en_head": corpus.texts[first:first + PARTITION] for n, first in enumerate(starts)}
        root = annotated(Path(folder) / "out", Path(folder) / "crawl", shards)
        for threshold in THRESHOLDS:
            for verify in MODES:
                found = find(root, len(corpus.texts), threshold, verify)
                print(row(found, pairs, threshold, verify), flush=True)


if __name__ == "__main__":
    main()

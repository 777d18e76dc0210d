"""What deduplication finds and removes among planted near-duplicates, against brute force: two tables of the README.

    python -m tests.benchmarks.dedup_accuracy
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from rpdata.dedup.settings import DedupSettings
from rpdata.engine.arrays import Arrays
from tests.dedup.annotated import annotated, stages_here
from tests.dedup.candidates import candidates
from tests.dedup.exact_jaccard import Pairs, similar_pairs
from tests.dedup.found_here import found_here
from tests.dedup.planted import Counts, plant, plant_pairs

COUNTS = Counts(unrelated=2000, edited=5000, templates=20, quotations=200, translations=200, chains=100)
THRESHOLDS = (0.7, 0.8, 0.9)
MODES: tuple[Literal["jaccard", "signature", "none"], ...] = ("jaccard", "signature", "none")
PARTITION = 1_000

CORPORA = 12                # brute force takes one at a time
PAIRS_OF_A_CORPUS = 6_000   # of all, three standard deviations of what shares a band are less than 1%


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
    """One line of the table: precision, recall and F1 are of pairs of documents in one cluster."""
    true = pairs.at_least(threshold)
    keys = true.keys()
    right_edges = len(found.edges & keys) / len(found.edges)
    sizes = np.bincount(found.cluster)
    together = int((sizes * (sizes - 1) // 2).sum())
    right = int(np.count_nonzero(found.cluster[true.first] == found.cluster[true.second]))
    f1 = 2 * right / (together + len(keys))
    survivors: dict[int, list[int]] = {}
    for number in np.flatnonzero(found.keep).tolist():
        survivors.setdefault(int(found.cluster[number]), []).append(number)
    removed = np.flatnonzero(~found.keep).tolist()
    wrongly = sum(
        not any((min(number, kept), max(number, kept)) in keys for kept in survivors[int(found.cluster[number])])
        for number in removed
    )
    return (
        f"| {threshold} | {verify} | {len(found.edges):,} | {right_edges:.2%} | {len(keys):,} | {together:,} | "
        f"{right / together:.2%} | {right / len(keys):.2%} | {f1:.3f} | {len(removed):,} | {wrongly:,} |"
    )


def found_and_removed() -> None:
    """Print the table of every threshold and way to verify."""
    corpus = plant(COUNTS)
    pairs = similar_pairs(corpus.texts)
    print(f"{len(corpus.texts):,} documents.\n")
    print("| similarity | `--verify` | edges | right | similar pairs | in one cluster | precision | recall | F1 | go "
          "| wrongly |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="rpdata-bench-") as folder:
        starts = range(0, len(corpus.texts), PARTITION)
        shards = {f"2023-06/{n:04}/en_head": corpus.texts[first:first + PARTITION] for n, first in enumerate(starts)}
        root = annotated(Path(folder) / "out", Path(folder) / "crawl", shards)
        for threshold in THRESHOLDS:
            for verify in MODES:
                found = find(root, len(corpus.texts), threshold, verify)
                print(row(found, pairs, threshold, verify), flush=True)


def promised() -> None:
    """Print how many similar pairs share a band, beside what the S-curve says of the same pairs."""
    corpora = (plant_pairs(PAIRS_OF_A_CORPUS, min(THRESHOLDS), seed=number) for number in range(CORPORA))
    print(f"\n{CORPORA * PAIRS_OF_A_CORPUS:,} pairs planted.\n")
    print("| similarity | similar pairs | share a band | promised | found of promised | one standard deviation |")
    print("|---|---:|---:|---:|---:|---:|")
    for threshold, of in candidates(corpora, THRESHOLDS).items():
        print(f"| {threshold} | {of.pairs:,} | {of.sharing:,} | {of.promised:,.0f} | {of.sharing / of.promised:.2%} | "
              f"{of.deviation / of.promised:.2%} |")


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    found_and_removed()
    promised()


if __name__ == "__main__":
    main()

"""What the kernels of fuzzy deduplication take, on one core: grouping with union-find, pairs by signature and by set.

    python tests/benchmarks/dedup_kernels.py
    python tests/benchmarks/dedup_kernels.py --documents 1000000

CPU time of one thread; the median of several rounds where one is short.
"""

import argparse
import resource
import time
from statistics import median

import numpy as np
import synthetic
from machine import processor

from rpdata.bands import BANDS
from rpdata.dedup.clusters.union_find import UnionFind
from rpdata.dedup.index.band_keys import PREFIXES, prefix_order
from rpdata.dedup.pairs.buckets import group
from rpdata.dedup.pairs.election import elect
from rpdata.dedup.pairs.evidence import Evidence
from rpdata.dedup.settings import Verify
from rpdata.text.arrays import Hashes, Ints

THRESHOLD = 0.8
BANDS_OF_IT = BANDS[THRESHOLD][0]
SIMILAR = 0.25          # of all documents: those that share bands with an earlier one
SHARED = 0.3            # of the bands of such a pair: at a similarity of 0.9, 0.9 ** 13
SIGNATURES = 1 << 18    # held at a sitting: 128 MiB
PAIRS = 1 << 20
SET = 500               # shingles of a document
ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=5_000_000, help="that are grouped")
    documents = parser.parse_args().documents
    print(processor())
    group_and_join(1 << 14)                         # for the compiler
    seconds, clusters = group_and_join(documents)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{documents:,} documents, {BANDS_OF_IT} bands: {sum(seconds.values()):.2f} s; {clusters:,} are in clusters")
    for step, taken in seconds.items():
        print(f"  {step:22} {taken:6.2f} s")
    print(f"  peak memory            {peak:6.2f} GB, all keys included")
    for name, rate in pair_rates().items():
        print(f"{name:40} {rate / 1e6:7.2f} million pairs/s")


def group_and_join(documents: int) -> tuple[dict[str, float], int]:
    """CPU seconds of each step, for all bands; and how many documents are in clusters in the end.

    As the stages do it: keys of a band are laid out by prefix, each prefix is grouped, each bucket's first joins the
    others. Nothing is verified, so that what connects is the same for any kernels.
    """
    steps = {"layout by prefix": 0.0, "grouping": 0.0, "union-find": 0.0}
    layouts = []
    for band in range(BANDS_OF_IT):
        keys = band_keys(documents, band)
        start = time.process_time()
        rows, offsets = prefix_order(keys)
        layouts.append((keys[rows], rows, offsets))
        steps["layout by prefix"] += time.process_time() - start
    components = UnionFind(documents)
    for keys, rows, offsets in layouts:
        for prefix in range(PREFIXES):
            here = slice(offsets[prefix], offsets[prefix + 1])
            start = time.process_time()
            numbers = rows[here].astype(np.int64)
            buckets = group(keys[here], numbers)
            grouped = time.process_time()
            pairs = elect(buckets.offsets, numbers[buckets.members], Evidence.empty(), THRESHOLD, "none")
            components.join(pairs.leaders, pairs.followers)
            steps["grouping"] += grouped - start
            steps["union-find"] += time.process_time() - grouped
    start = time.process_time()
    _, members = components.clusters()
    steps["union-find"] += time.process_time() - start
    return steps, len(members)


def band_keys(documents: int, band: int) -> Hashes:
    """Random keys; some documents have that of an earlier one."""
    random = np.random.default_rng([documents, band])
    keys = random.integers(0, 2**64, documents, np.uint64)
    similar = np.arange(3, documents, int(1 / SIMILAR))
    originals = np.random.default_rng(documents).integers(0, similar)       # the same in each band
    shares = random.random(len(similar)) < SHARED
    keys[similar[shares]] = keys[originals[shares]]
    return keys


def pair_rates() -> dict[str, float]:
    """Pairs for each second of CPU time."""
    random = np.random.default_rng(1)
    signatures = Evidence.of_signatures(synthetic.signatures(0, SIGNATURES))
    texts = similar_texts(1 << 15)
    pairs = random.integers(0, SIGNATURES, 2 * PAIRS)
    of_two = np.arange(0, len(pairs) + 1, 2)
    template = random.permutation(SIGNATURES)
    of_many = np.arange(0, SIGNATURES + 1, 64)
    return {
        "by signature, buckets of 2": rate(signatures, of_two, pairs, "signature"),
        "by signature, buckets of 64": rate(signatures, of_many, template, "signature"),
        f"by sets of {SET} shingles": rate(texts, np.arange(0, len(texts) + 1, 2), np.arange(len(texts)), "jaccard"),
    }


def rate(evidence: Evidence, offsets: Ints, members: Ints, verify: Verify) -> float:
    rates = []
    for _ in range(1 + ROUNDS):                     # the first is for the compiler
        start = time.process_time()
        elected = elect(offsets, members, evidence, THRESHOLD, verify)
        taken = time.process_time() - start
        rates.append((elected.measured if verify == "jaccard" else elected.compared) / taken)
    return median(rates[1:])


def similar_texts(documents: int) -> Evidence:
    """Neighbours have SET shingles each, nine in ten in common; their signatures are equal, so the sets decide."""
    random = np.random.default_rng(2)
    sets = random.integers(0, 2**64, (documents, SET), np.uint64)
    sets[1::2, : SET * 9 // 10] = sets[::2, : SET * 9 // 10]
    sets.sort(axis=1)
    return Evidence(np.zeros((documents, 128), np.uint32), np.arange(documents + 1) * SET, sets.ravel())


if __name__ == "__main__":
    main()

"""Clusters of many documents: union-find in memory against stars through files, on the same edges, one process.

    .venv/bin/python tests/benchmarks/dedup_clusters.py [--documents 10000000] [--memory 64MiB]

A quarter of the documents are near-duplicates of an earlier one (which may be one itself), and most of their nine
bands find that. CPU time, bytes that are written, and how much the memory of the process grows, on Linux.
"""

import argparse
import ctypes
import tempfile
import time
from pathlib import Path

import numpy as np

from rpdata.dedup.clusters.components import components, fits
from rpdata.dedup.clusters.pieces import parts
from rpdata.dedup.clusters.union_find import BYTES_PER_DOCUMENT, UnionFind
from rpdata.engine.arrays import Arrays, write_arrays
from rpdata.engine.resources import size

BANDS, FOUND = 9, 0.7


class Counted:
    """Runs tasks here, one after the other; counts them, and what they leave behind."""

    def __init__(self, work):
        self.work, self.tasks, self.written, self.seen = work, 0, 0, set()

    def run(self, task, items):
        for name, item in items:
            yield name, task(item)
            self.tasks += 1
            fresh = [path for path in self.work.rglob("*.npy") if path not in self.seen]
            self.seen.update(fresh)
            self.written += sum(path.stat().st_size for path in fresh)


def write_edges(folder, documents, rng):
    """The edges of each band in a folder; returns the folders."""
    copies = np.flatnonzero(rng.random(documents) < 0.25)[1:]
    originals = (rng.random(len(copies)) * copies).astype(np.int64)
    for band in range(BANDS):
        found = rng.random(len(copies)) < FOUND
        write_arrays(folder / f"{band}", {"leader": originals[found], "follower": copies[found]})
    return [folder / f"{band}" for band in range(BANDS)]


def memory_of(kind):
    """KiB of this process, now (VmRSS) or at its peak (VmHWM)."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith(kind))


def measured(name, edges, documents, memory, work):
    """One line of the table; returns the clusters."""
    tasks = Counted(work)
    ctypes.CDLL(None).malloc_trim(0)                    # what is free already is none of its growth
    Path("/proc/self/clear_refs").write_text("5")       # the peak is that of now
    before, began = memory_of("VmRSS"), time.process_time()
    folder = components(edges, documents, memory, tasks, work)
    spent = time.process_time() - began
    growth = memory_of("VmHWM") - before
    print(f"{name:12} {spent:7.1f} CPU-s {tasks.tasks:5} tasks {tasks.written / 1e9:7.2f} GB written "
          f"{growth / 1024:7.0f} MiB at most")
    found = [[Arrays(part)["first"], Arrays(part)["member"]] for part, _ in parts(folder)]
    return np.concatenate(found, axis=1)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--documents", type=int, default=10_000_000)
    options.add_argument("--memory", type=size, default=size("64MiB"))
    chosen = options.parse_args()
    documents, memory = chosen.documents, chosen.memory
    assert not fits(documents, memory), f"that fits the memory: {BYTES_PER_DOCUMENT} bytes for each document"
    with tempfile.TemporaryDirectory() as folder:
        edges = write_edges(Path(folder) / "edges", documents, np.random.default_rng(1))
        count = sum(len(Arrays(each)["leader"]) for each in edges)
        print(f"{documents:,} documents, {count:,} edges, of each document {BYTES_PER_DOCUMENT} bytes in memory")
        trees = UnionFind(1)            # compiled
        trees.join(np.zeros(1, np.int64), np.zeros(1, np.int64))
        trees.clusters()
        stars = measured("stars", edges, documents, memory, Path(folder) / "stars")
        trees = measured("union-find", edges, documents, 1 << 40, Path(folder) / "trees")
    assert np.array_equal(stars, trees)
    print(f"{len(np.unique(trees[0])):,} clusters of {trees.shape[1]:,} documents, the same both ways")


if __name__ == "__main__":
    main()

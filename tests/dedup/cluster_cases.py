"""Edges on disk, and components by scipy: what the tests of clusters share."""

import hashlib
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rpdata.dedup.clusters.pieces import parts
from rpdata.engine.arrays import Arrays, write_arrays


class Here:
    """Runs tasks in this process, one after the other; stops with KeyboardInterrupt once `most` are done."""

    def __init__(self, most=None):
        self.most = most
        self.done = 0

    def run(self, task, items):
        for name, item in items:
            if self.done == self.most:
                raise KeyboardInterrupt
            result = task(item)
            self.done += 1
            yield name, result


def edge_folders(root, leaders, followers, count=1):
    """The edges in `count` folders, cut anywhere."""
    leaders, followers = np.asarray(leaders, np.int64), np.asarray(followers, np.int64)
    folders = []
    for number, (start, stop) in enumerate(pairwise(np.linspace(0, len(leaders), count + 1).astype(int))):
        folders.append(root / f"edges-{number}")
        write_arrays(folders[-1], {"leader": leaders[start:stop], "follower": followers[start:stop]})
    return folders


def by_scipy(documents, leaders, followers):
    """(first, member) of all components of two or more, sorted."""
    graph = coo_array((np.ones(len(leaders)), (leaders, followers)), shape=(documents, documents))
    _, label = connected_components(graph, directed=False)
    sizes = np.bincount(label)
    first = np.full(len(sizes), documents)
    np.minimum.at(first, label, np.arange(documents))
    member = np.flatnonzero(sizes[label] > 1)
    order = np.lexsort((member, first[label[member]]))
    return np.stack([first[label[member]], member])[:, order]


def on_disk(folder):
    """(first, member) of a folder of clusters, as it lies there."""
    found = [[Arrays(part)["first"], Arrays(part)["member"]] for part, _ in parts(folder)]
    return np.concatenate([np.empty((2, 0), np.int64), *map(np.array, found)], axis=1)


def digest(folder):
    """Of names and contents of all files below."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(str(path.relative_to(folder)), hashlib.sha1(path.read_bytes()).hexdigest()) for path in files]

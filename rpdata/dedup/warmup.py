"""Compile the kernels of document deduplication before they are needed."""

import numpy as np
import pyarrow as pa

from rpdata.bands import BYTES
from rpdata.dedup.clusters.union_find import UnionFind
from rpdata.dedup.index.band_keys import band_keys
from rpdata.dedup.pairs.buckets import group
from rpdata.dedup.pairs.election import elect
from rpdata.dedup.pairs.evidence import Evidence, signatures_of
from rpdata.text.normalised_texts import normalised_texts
from rpdata.text.shingle_sets import shingle_sets


def warm_up() -> None:
    """Compile them, or load them: two equal documents go all the way."""
    texts = pa.array(["warm", "warm"])
    normalised_texts(texts)
    signatures = pa.array([bytes(BYTES)] * len(texts))
    keys = band_keys([signatures], 1.0)
    buckets = group(keys["keys"], keys["rows"].astype(np.int64))
    sets = shingle_sets(texts)
    evidence = Evidence(signatures_of(signatures, sets.hashes[:0]), sets.offsets, sets.hashes)
    elected = elect(buckets.offsets, buckets.members, evidence, 1.0, "jaccard")
    components = UnionFind(len(texts))
    components.join(elected.leaders, elected.followers)
    components.clusters()

"""Signatures of documents that nobody wrote, any number of them: a quarter are near-duplicates of another."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from rpdata.annotate.identity import id_ints
from rpdata.annotate.settings import Settings
from rpdata.manifest import Manifest
from rpdata.schema import DOCUMENTS, MINHASH, ROWS_PER_BATCH
from rpdata.signals import schema
from tests.build_dataset import Builder, unit

VALUES = 128
EVERY = 4               # of so many documents the last is a near-duplicate of an earlier one
LEAST_SIMILAR = 0.6     # up to 1, evenly

_ODD = np.uint64(0x9E3779B97F4A7C15)


@njit
def mixed(number):
    """SplitMix64: a random number that only depends on `number`."""
    z = number * _ODD
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit
def fill(first, signatures, threshold):
    """Signatures (uint32) of the documents first..; of a near-duplicate, each value is its original's or its own.

    threshold: in 2**-32, how much of a value's chance to be the original's is certain.
    """
    for row in range(signatures.shape[0]):
        number = np.uint64(first + row)
        original, keeps = number, np.uint64(0)
        if number % np.uint64(EVERY) == np.uint64(EVERY - 1):
            drawn = mixed(number ^ np.uint64(0x5555555555555555))
            original = (drawn >> np.uint64(32)) % number
            original -= np.uint64(original % np.uint64(EVERY) == np.uint64(EVERY - 1))
            share = drawn & np.uint64(0xFFFFFFFF)
            keeps = threshold + ((share * (np.uint64(1 << 32) - threshold)) >> np.uint64(32))
        for place in range(VALUES):
            own = mixed(number * np.uint64(VALUES) + np.uint64(place))
            if own >> np.uint64(32) < keeps:
                own = mixed(original * np.uint64(VALUES) + np.uint64(place))
            signatures[row, place] = np.uint32(own & np.uint64(0xFFFFFFFF))


def signatures(first: int, rows: int) -> np.ndarray:
    """(rows, 128) uint32: those of the documents first, first + 1, ..."""
    result = np.empty((rows, VALUES), np.uint32)
    fill(first, result, np.uint64(LEAST_SIMILAR * 2**32))
    return result


def write_dataset(root: Path, documents: int, rows_per_partition: int) -> None:
    """A dataset of so many documents with these signatures, whose texts say nothing."""
    builder = Builder(root, ROWS_PER_BATCH)
    root.mkdir(parents=True)
    starts = range(0, documents, rows_per_partition)
    partitions = [f"2023-06/{shard:04}/en_head" for shard in range(len(starts))]
    manifest = Manifest([unit(partition) for partition in partitions])
    manifest.replace("minhash", Settings(root).minhash_configuration())
    manifest.save(root)
    for partition, first in zip(partitions, starts, strict=True):
        rows = min(rows_per_partition, documents - first)
        numbers = pc.cast(pa.array(range(rows)), pa.string())
        doc_ids = pc.binary_join_element_wise(f"{partition}.json.gz", numbers, "/")
        known = {"doc_id": doc_ids, "raw_content": pc.binary_join_element_wise("document", numbers, " ")}
        texts = [known.get(field.name, pa.nulls(rows, field.type)) for field in DOCUMENTS]
        builder.write("documents", partition, pa.table(texts, schema=DOCUMENTS))
        nothing = [doc_ids, *(pa.nulls(rows, field.type) for field in list(schema())[1:])]
        builder.write("quality_signals", partition, pa.table(nothing, schema=schema()))
        bits = pa.py_buffer(signatures(first, rows).byteswap())
        ends = pa.py_buffer(np.arange(rows + 1, dtype=np.int32) * 4 * VALUES)
        signed = pa.Array.from_buffers(pa.binary(), rows, [None, ends, bits])
        builder.write("minhash", partition, pa.table([doc_ids, id_ints(doc_ids), signed], schema=MINHASH))
        builder.tables.clear()      # it remembers what it wrote, for tests

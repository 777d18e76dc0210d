"""A dataset of synthetic signatures, of any number of documents, whose texts and signals say nothing."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.annotate.identity import id_ints
from rpdata.annotate.settings import Settings
from rpdata.manifest import Manifest
from rpdata.report.views import write_views
from rpdata.schema import DOCUMENTS, MINHASH, ROWS_PER_BATCH
from rpdata.signals import schema
from tests.benchmarks.synthetic import VALUES, signatures
from tests.build_dataset import Builder, unit


def write_dataset(root: Path, documents: int, rows_per_partition: int) -> None:
    """Write it as `compute-signals` would: documents, quality_signals and minhash."""
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
    write_views(root)

"""Datasets of given texts, signed, through the same writers as the product's."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from rpdata.annotate.identity import id_ints
from rpdata.annotate.settings import Settings
from rpdata.manifest import Manifest
from rpdata.schema import DOCUMENTS, MINHASH
from rpdata.sources.records import ReadOptions
from rpdata.text import measure
from rpdata.text.stop_words import StopLists
from tests.build_dataset import Builder, signals, unit


def write_texts(root: Path, partitions: Mapping[str, Sequence[str]], rows_per_group: int = 256) -> None:
    """A dataset of partitions such as "2023-06/0000/en_head", with these texts in this order."""
    builder = Builder(root, rows_per_group)
    root.mkdir(exist_ok=True)
    manifest = Manifest.load_or_new(root)
    manifest.units = sorted([*manifest.units, *map(unit, partitions)], key=lambda each: each.place)
    manifest.replace("minhash", Settings(root, ReadOptions()).minhash_configuration())
    manifest.save(root)
    for partition, texts in partitions.items():
        documents = documents_of(partition, texts)
        builder.write("documents", partition, documents)
        builder.write("quality_signals", partition, signals(documents))
        builder.write("minhash", partition, minhash_of(documents))


def documents_of(partition: str, texts: Sequence[str]) -> pa.Table:
    """In the schema of `documents/`, one page of one domain each."""
    columns = {
        "doc_id": [f"{partition}.json.gz/{row}" for row in range(len(texts))],
        "source_domain": [f"{row % 7}.example.org" for row in range(len(texts))],
        "language": [partition.rpartition("/")[2][:2]] * len(texts),
        "length": [len(text) for text in texts],
        "raw_content": list(texts),
    }
    arrays = [pa.array(columns.get(field.name, [None] * len(texts)), field.type) for field in DOCUMENTS]
    return pa.table(arrays, schema=DOCUMENTS)


def minhash_of(documents: pa.Table) -> pa.Table:
    """In the schema of `minhash/`."""
    texts = documents["raw_content"].combine_chunks()
    _, signatures = measure(texts, ["en"] * len(texts), StopLists({}), "sha1")
    ids = id_ints(documents["doc_id"].combine_chunks())
    return pa.table([documents["doc_id"], ids, signatures], schema=MINHASH)

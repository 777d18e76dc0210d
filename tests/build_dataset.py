"""Makes small datasets on disk through the same writers as the product, without reading a crawl."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from rpdata.engine.commit import Commit
from rpdata.engine.plan import Input, Unit
from rpdata.ledger import Entry, configuration_hash
from rpdata.manifest import Manifest
from rpdata.overlay import OverlayWriter, describe
from rpdata.schema import DOCUMENTS, MINHASH

CONFIGURATION = configuration_hash({})

# Of the dataset that the tests of datasets and scans share: path -> rows.
PARTITIONS = {
    "2023-06/0000/de_all": 150, "2023-06/0000/en_head": 333, "2023-06/0001/en_head": 0, "2023-14/0000/en_tail": 70,
}
SIGNALS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("score", pa.float64()),
        pa.field("words", pa.int32()),
        pa.field("flag", pa.int8()),
        pa.field("line_ends", pa.list_(pa.int32())),
    ]
)


def unit(partition: str) -> Unit:
    """The cc_net unit of a partition such as "2023-06/0000/en_head"."""
    path = f"/crawl/{partition}.json.gz"
    return Unit(*partition.split("/"), inputs=(Input(path, path.rpartition("/")[2], "ccnet", 1000),))


def documents(partition: str, rows: int, seed: int = 0, words: int = 40) -> pa.Table:
    """`rows` documents of random words, in the schema of `documents/`."""
    rng = np.random.default_rng([seed, rows])
    vocabulary = np.array(["".join(chr(97 + letter) for letter in rng.integers(0, 26, 6)) for _ in range(5000)])
    texts = [" ".join(rng.choice(vocabulary, int(rng.integers(0, 2 * words)))) + " ä€😀" for _ in range(rows)]
    columns = {
        "doc_id": [f"{partition}.json.gz/{row}" for row in range(rows)],
        "url": [f"https://example.org/{partition}/{row}" for row in range(rows)],
        "language": [partition.rpartition("/")[2][:2]] * rows,
        "length": [len(text) for text in texts],
        "raw_content": texts,
    }
    arrays = [pa.array(columns.get(field.name, [None] * rows), field.type) for field in DOCUMENTS]
    return pa.table(arrays, schema=DOCUMENTS)


def signals(table: pa.Table, seed: int = 1) -> pa.Table:
    """Signals with nulls for the documents of `table`."""
    rng = np.random.default_rng([seed, len(table)])
    rows = len(table)
    missing = rng.random(rows) < 0.1
    return pa.table(
        [
            table["doc_id"],
            pa.array(np.round(rng.random(rows), 6), mask=missing),
            pa.array(rng.integers(0, 100, rows), pa.int32()),
            pa.array([None if missing[row] else int(row % 3 == 0) for row in range(rows)], pa.int8()),
            pa.array([list(range(row % 4)) if row % 5 else None for row in range(rows)], pa.list_(pa.int32())),
        ],
        schema=SIGNALS,
    )


def minhash(table: pa.Table, seed: int = 2) -> pa.Table:
    """Random signatures, one in four null."""
    rng = np.random.default_rng([seed, len(table)])
    signatures = [rng.bytes(512) if row % 4 else None for row in range(len(table))]
    return pa.table([table["doc_id"], pa.array(range(len(table)), pa.uint64()), pa.array(signatures, pa.binary())],
                    schema=MINHASH)


@dataclass
class Builder:
    """A dataset at `root` that grows by partitions and overlays; each `write` is one commit."""

    root: Path
    rows_per_group: int = 64
    tables: dict[str, dict[str, pa.Table]] = field(default_factory=dict)    # overlay -> partition -> rows

    def with_partitions(self, partitions: Mapping[str, int], **options: int) -> "Builder":
        """Plans and writes documents, quality_signals and minhash of partitions with so many rows each."""
        manifest = Manifest.load_or_new(self.root)
        manifest.units = [*manifest.units, *map(unit, partitions)]
        self.root.mkdir(exist_ok=True)
        manifest.save(self.root)
        for number, (partition, rows) in enumerate(partitions.items()):
            table = documents(partition, rows, seed=number, **options)
            self.write("documents", partition, table)
            self.write("quality_signals", partition, signals(table, seed=number))
            self.write("minhash", partition, minhash(table, seed=number))
        return self

    def write(self, overlay: str, partition: str, table: pa.Table, version: str = "v1") -> None:
        """One file of an overlay and its ledger entry; `version` stands for the code that made its columns."""
        self.tables.setdefault(overlay, {})[partition] = table
        with Commit(self.root) as output:
            path = output.file(f"{overlay}/{partition}.parquet")
            with OverlayWriter(path, table.schema) as writer:
                for start in range(0, len(table), self.rows_per_group):
                    writer.write(table.slice(start, self.rows_per_group).combine_chunks().to_batches()[0])
            columns = {} if overlay == "documents" else dict.fromkeys(table.schema.names[1:], version)
            output.record(
                Entry(overlay, partition, CONFIGURATION, {partition: describe(path)}, read=len(table), columns=columns)
            )

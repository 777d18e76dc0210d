"""Small datasets and what deduplication would have found in them, written by hand as its last stage writes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from build_dataset import Builder, documents, minhash, signals

from rpdata.dedup.duplicates_overlay import MarkTask, mark_unit
from rpdata.dedup.marks import Level
from rpdata.engine.arrays import write_arrays

# In the order of documents, so that numbers count through them.
ROWS = {"2023-06/0000/de_all": 150, "2023-06/0000/en_head": 90, "2023-06/0001/en_head": 0, "2023-14/0000/en_tail": 70}
TOTAL = sum(ROWS.values())
STARTS = dict(zip(ROWS, np.cumsum([0, *ROWS.values()]).tolist(), strict=False))
IDS = np.random.default_rng(9).integers(0, 2**64, TOTAL, dtype=np.uint64)       # id_int, by number


@dataclass(frozen=True)
class Member:
    """A document of a cluster. jaccard: with the one that is kept."""

    number: int
    keep: bool
    jaccard: float = float("nan")


def cluster(*numbers: int, kept: Sequence[int] = (), jaccard: float = 0.9) -> list[Member]:
    """One cluster of which only these are kept; by default the first."""
    kept = kept or numbers[:1]
    return [Member(number, True) if number in kept else Member(number, False, jaccard) for number in sorted(numbers)]


def level(folder: Path, name: str, clusters: Sequence[Sequence[Member]], tasks: int = 2) -> Level:
    """The results of so many tasks, each of whole clusters."""
    for task in range(tasks):
        rows = sorted(
            (member.number, members[0].number, len(members), member.keep, member.jaccard)
            for members in clusters[task::tasks] for member in members
        )
        kinds = {"number": np.int64, "first": np.int64, "size": np.int64, "keep": bool, "jaccard": np.float64}
        columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
        arrays = {name: np.array(column, kind)
                  for (name, kind), column in zip(kinds.items(), columns, strict=True)}
        if name == "exact":
            del arrays["jaccard"]
        write_arrays(folder / name / f"{task:04}", arrays, {"clusters": len(clusters[task::tasks])})
    return Level(name, folder / name)


def ids_of(ids: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    return ids[numbers]


def build(root: Path, domains: Sequence[str] | None = None) -> Builder:
    """The dataset of ROWS; domains: of its documents, by number."""
    builder = Builder(root)
    builder.with_partitions(ROWS)
    for partition, rows in ROWS.items():
        start = STARTS[partition]
        table = documents(partition, rows)
        if domains is not None:
            here = pa.array(domains[start:start + rows], pa.string())
            table = table.set_column(table.schema.get_field_index("source_domain"), "source_domain", here)
        builder.write("documents", partition, table)
        builder.write("quality_signals", partition, signals(table))
        named = minhash(table).set_column(1, "id_int", pa.array(IDS[start:start + rows]))
        builder.write("minhash", partition, named.cast(builder.tables["minhash"][partition].schema))
    return builder


def tasks_of(root: Path, levels: Sequence[Level], state: str = "s1") -> list[MarkTask]:
    """One for each unit of the dataset."""
    return [
        MarkTask(root, partition, {partition: STARTS[partition]}, tuple(levels), state, partial(ids_of, IDS))
        for partition in ROWS
    ]


def mark(root: Path, levels: Sequence[Level], state: str = "s1") -> None:
    """Write the overlay of all units."""
    for task in tasks_of(root, levels, state):
        mark_unit(task)

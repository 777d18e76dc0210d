"""A sample of the documents with all that is drawn of them: it says where bins lie, what correlates, and is shown.

It is the same for any order of work: the documents with the smallest xxh3(doc_id), as in `sample/`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import xxhash

from rpdata.dataset import DOCUMENTS
from rpdata.decide.evaluate import stages
from rpdata.decide.files import PartitionFiles
from rpdata.decide.overlay import frame_of
from rpdata.decide.recipe import Recipe
from rpdata.report.bins import Floats
from rpdata.report.measures import Measure
from rpdata.report.sample import choose


@dataclass(frozen=True)
class Place:
    """A document: where it is in the dataset, and its place in the sample."""

    partition: str
    row: int
    doc_id: str


@dataclass(frozen=True)
class Chosen:
    """The sample.

    Attributes
    ----------
    places: of its documents, by the hash of doc_id. values: shape (documents, measures); NaN is null.
    """

    places: list[Place]
    values: Floats


def choose_documents(
    root: Path, partitions: Sequence[str], measures: Sequence[Measure], recipes: Sequence[Recipe],
    sources: Mapping[str, str],
) -> Chosen:
    """Read the sample's values, one partition after the other."""
    places: list[Place] = []
    parts: list[Floats] = [np.zeros((0, len(measures)))]
    for partition, rows in choose(root, partitions):
        with PartitionFiles(root, partition) as files:
            first = 0
            for group, size in enumerate(files.rows_of_groups()):
                here = rows[(rows >= first) & (rows < first + size)] - first
                if len(here):
                    table = columns_of(files, sources, [group]).take(pa.array(here))
                    parts.append(values_of(table, measures, recipes))
                    ids = table["doc_id"].to_pylist()
                    places += [
                        Place(partition, int(first + row), doc_id) for row, doc_id in zip(here, ids, strict=True)
                    ]
                first += size
    order = sorted(range(len(places)), key=lambda at: (hash_of_id(places[at].doc_id), places[at].doc_id))
    return Chosen([places[at] for at in order], np.concatenate(parts)[order])


def columns_of(files: PartitionFiles, sources: Mapping[str, str], groups: Sequence[int]) -> pa.Table:
    """The columns of some row groups, and doc_id."""
    table = files.read(DOCUMENTS, ["doc_id"], groups)
    for step in sorted(set(sources.values())):
        names = [name for name, source in sources.items() if source == step and name != "doc_id"]
        read = files.read(step, names, groups)
        for name in names:
            table = table.append_column(name, read[name])
    return table


def values_of(table: pa.Table, measures: Sequence[Measure], recipes: Sequence[Recipe]) -> Floats:
    """Shape (rows, measures), float64; NaN is null. What comes after edits is of the lines that they leave."""
    frame = frame_of(table)
    found = np.full((frame.height, len(measures)), np.nan, order="F")
    fill(found, frame, {at: measure for at, measure in enumerate(measures) if measure.stage is None})
    for number in sorted({measure.stage[0] for measure in measures if measure.stage}):
        for stage, (_, seen, _) in enumerate(stages(recipes[number], frame)):
            fill(found, seen, {at: each for at, each in enumerate(measures) if each.stage == (number, stage)})
    return found


def fill(found: Floats, frame: pl.DataFrame, measures: Mapping[int, Measure]) -> None:
    """Evaluate measures (place -> measure) over a frame."""
    values = frame.select(measure.value.expr().alias(f"{at}") for at, measure in measures.items())
    for at in measures:
        found[:, at] = values[f"{at}"].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def hash_of_id(doc_id: str) -> int:
    return xxhash.xxh3_64_intdigest(doc_id.encode())

"""The documents nearest to a threshold, on one side of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from rpdata.dataset import DOCUMENTS
from rpdata.pages import TextPages

MOST = 5
LINE = 200          # code points of a text's line


@dataclass(frozen=True)
class Near:
    """A document, the value that a rule looks at, and the first line of its text that is not blank."""

    doc_id: str
    value: float
    line: str


@dataclass(frozen=True)
class Place:
    """Where a document is, and how far from the threshold; of equally far ones those before others."""

    distance: float
    partition: str
    row: int
    value: float


class Nearest:
    """The MOST nearest of all documents that were added."""

    def __init__(self) -> None:
        self._found: list[Place] = []

    def add(
        self, partition: str, rows: npt.NDArray[np.int64], values: npt.NDArray[np.float64],
        distances: npt.NDArray[np.float64],
    ) -> None:
        """Documents of a partition: their rows, ascending, and how far each is from the threshold."""
        if len(self._found) == MOST:
            nearer = distances < self._found[-1].distance
            rows, values, distances = rows[nearer], values[nearer], distances[nearer]
        few = np.argsort(distances, kind="stable")[:MOST]
        new = [Place(float(distances[one]), partition, int(rows[one]), float(values[one])) for one in few]
        self._found = sorted([*self._found, *new], key=lambda place: place.distance)[:MOST]

    def read(self, root: Path) -> list[Near]:
        """The nearest, with their texts."""
        return [near(root, place) for place in self._found]


def near(root: Path, place: Place) -> Near:
    """Read a document's first line, and no more of its row group than it has to."""
    path = root / DOCUMENTS / f"{place.partition}.parquet"
    with pq.ParquetFile(path) as file, TextPages(path, file) as pages:
        group, row = 0, place.row
        while row >= file.metadata.row_group(group).num_rows:
            row -= file.metadata.row_group(group).num_rows
            group += 1
        text = pages.read(group, np.array([row]))[0].as_py()
        doc_id = file.read_row_group(group, columns=["doc_id"])["doc_id"][row].as_py()
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return Near(doc_id, place.value, line[:LINE])

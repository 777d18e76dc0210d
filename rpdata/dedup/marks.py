"""What the last stage found, read for consecutive documents: which follow another, and which are kept.

A level is one way of being a duplicate: `exact`, or a threshold such as `0.8`. Its results lie in folders of arrays,
one for each task, that name only documents of clusters of two or more. They are sorted by number, so that those of a
partition, whose numbers are consecutive, are found without reading the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rpdata.engine.arrays import ONE, Arrays
from rpdata.text.arrays import Floats, Ints

EXACT = "exact"
ROWS_AT_ONCE = 1 << 20      # of a task's arrays, where all of them are passed over


@dataclass(frozen=True)
class Level:
    """One way of being a duplicate, and where its results are.

    name: `exact`, or the threshold as it is typed. folder: holds a folder of arrays for each task: `number` (int64,
    ascending), `first` (int64, the smallest number of its cluster), `size` (int64), `keep` (bool) and, of a threshold,
    `jaccard` (float64, with the document that is kept; NaN for none).
    """

    name: str
    folder: Path

    @property
    def is_exact(self) -> bool:
        return self.name == EXACT

    def tasks(self) -> Iterator[Arrays]:
        """The results of each task, in the order of their names; a folder that was not finished is hidden."""
        for folder in sorted(self.folder.glob(ONE)):        # none where nothing was found
            yield Arrays(folder)


@dataclass(frozen=True)
class Marks:
    """What one level says of consecutive documents; arrays of one length.

    first: number of the first document of the cluster; its own where it is alone. jaccard: NaN where there is none.
    """

    first: Ints
    size: Ints
    keep: npt.NDArray[np.bool_]
    jaccard: Floats

    @classmethod
    def of(cls, level: Level, start: int, rows: int) -> "Marks":
        """Those of the documents from number `start` on."""
        marks = cls(
            np.arange(start, start + rows), np.ones(rows, np.int64), np.ones(rows, bool), np.full(rows, np.nan)
        )
        for arrays in level.tasks():
            begin, end = np.searchsorted(arrays["number"], [start, start + rows])
            at = arrays["number"][begin:end] - start
            marks.first[at] = arrays["first"][begin:end]
            marks.size[at] = arrays["size"][begin:end]
            marks.keep[at] = arrays["keep"][begin:end]
            if not level.is_exact:
                marks.jaccard[at] = arrays["jaccard"][begin:end]
        return marks

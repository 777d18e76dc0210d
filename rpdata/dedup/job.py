"""What the tasks of one deduplication share: the order of the documents, and the folder that they work in.

It travels to workers as a path: the order of a large crawl is megabytes, and each worker reads it once.
"""

import json
from collections.abc import Set
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from rpdata.dedup.index.names import id_ints, locate
from rpdata.dedup.index.order import Numbering
from rpdata.dedup.index.segments import Place, Segment
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.commit import write_atomically

FILE = "job.json"


@dataclass(frozen=True)
class Job:
    """One deduplication.

    Attributes
    ----------
    work: the folder of its stages, named after everything that decides their content.
    known: so many documents come first and are only compared with, see `run --against`.
    earlier: the pairs among those, if they were kept; see `dedup.earlier`.
    """

    work: Path
    settings: DedupSettings
    earlier: Path | None = None
    known: int = 0

    @property
    def numbering(self) -> Numbering:
        """The joint order of the documents that are compared."""
        return _read(self.work, (self.work / FILE).stat().st_mtime_ns).numbering

    def id_ints(self, numbers: np.ndarray) -> np.ndarray:
        """How documents (ascending numbers) are called outside: `id_int` (uint64)."""
        return id_ints(self.numbering, numbers)

    def locate(self, numbers: np.ndarray) -> list[tuple[Path, str, int]]:
        """The dataset, the partition and the row of documents, in any order."""
        return locate(self.numbering, numbers)

    def stage(self, name: str, threshold: float | None = None) -> Path:
        """The folder of one stage (and threshold)."""
        return self.work / (name if threshold is None else f"{name}-{threshold}")

    @classmethod
    def begin(
        cls, work: Path, settings: DedupSettings, numbering: Numbering, first: Set[str] = frozenset(),
        earlier: Path | None = None,
    ) -> "Job":
        """Note what workers are to read. first: segments whose documents come before all others."""
        segments = [
            {
                "index": str(each.index),
                "dataset": str(each.dataset),
                "places": [asdict(place) for place in each.places],
            }
            for each in numbering.segments
        ]
        write_atomically(work / FILE, json.dumps({"segments": segments, "first": sorted(first)}).encode())
        known = sum(each.rows for each in numbering.segments if each.name in first)
        return cls(work, settings, earlier, known)


class _Order:
    def __init__(self, work: Path) -> None:
        self._fields = json.loads((work / FILE).read_bytes())

    @cached_property
    def numbering(self) -> Numbering:
        segments = [
            Segment(Path(each["index"]), Path(each["dataset"]), tuple(Place(**place) for place in each["places"]))
            for each in self._fields["segments"]
        ]
        return Numbering(segments, frozenset(self._fields["first"]))


@lru_cache(maxsize=2)
def _read(work: Path, _written: int) -> _Order:
    """Once for each time that it was written: the same work may be of datasets that have moved since."""
    return _Order(work)

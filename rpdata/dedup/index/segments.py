"""A segment: some consecutive partitions of a dataset, and the keys of their documents as folders of arrays.

    <index>/segments/<name>/ids/            ids: id_int of each row
    <index>/segments/<name>/keys-<t>/       the bands of a threshold, see `band_keys`
    <index>/segments/<name>/exact-<kind>/   whole documents, see `exact_keys`

Its name is a hash of what it is made from, so that a segment is written once, and means the same in any index.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata import bands
from rpdata.dataset import DOCUMENTS, MINHASH
from rpdata.dedup.index import band_keys, exact_keys
from rpdata.dedup.settings import Exact
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.engine.cluster import advance
from rpdata.errors import UserError, naming
from rpdata.ledger import Entry, configuration_hash, hash_of

# What one task reads: about 1 GB of text, and 28 bytes for each key of a threshold.
SEGMENT_DOCUMENTS = 1 << 18


@dataclass(frozen=True)
class Place:
    """One partition of a segment, and the checksums that it is known by.

    doc_ids: of the identifiers, in their order. documents, minhash: xxh3 of the files.
    """

    partition: str
    rows: int
    doc_ids: str
    documents: str
    minhash: str


@dataclass(frozen=True)
class Segment:
    """Consecutive rows of the partitions of one dataset. index: where its folders are. dataset: whose documents."""

    index: Path
    dataset: Path
    places: tuple[Place, ...]

    @property
    def rows(self) -> int:
        """Its documents."""
        return sum(place.rows for place in self.places)

    @cached_property
    def name(self) -> str:
        """16 hexadecimal digits that stand for its content and for how keys are made."""
        return configuration_hash({"places": [asdict(place) for place in self.places], "code": _code()})[:16]

    @property
    def folder(self) -> Path:
        return self.index / "segments" / self.name

    def arrays(self, part: str) -> Arrays:
        """One of its folders, e.g. "keys-0.8"."""
        return Arrays(self.folder / part)

    def columns(self, overlay: str, name: str) -> Iterator[pa.Array]:
        """A column of an overlay of its dataset, row group by row group, through all its partitions.

        UserError if a file is not the one that the segment was made for.
        """
        for place in self.places:
            with self.file(overlay, place) as file:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group, columns=[name])[name].combine_chunks()

    @contextmanager
    def file(self, overlay: str, place: Place) -> Iterator[pq.ParquetFile]:
        """The open file of one of its partitions. UserError as long as it is open, as `columns`."""
        path = self.path(overlay, place)
        try:
            with naming(path), pq.ParquetFile(path) as file:
                if file.metadata.num_rows != place.rows:
                    raise UserError(f"{path} has {file.metadata.num_rows} rows, and {place.rows} were indexed.")
                yield file
        except (FileNotFoundError, pa.ArrowException) as error:
            raise UserError(
                f"{path} is gone or damaged ({error}), and documents of it are to be compared.\n"
                "Bring the dataset back to where it was when it was indexed."
            ) from error

    def path(self, overlay: str, place: Place) -> Path:
        """The file of one of its partitions."""
        return self.dataset / overlay / f"{place.partition}.parquet"


def segments_of(dataset: Path, index: Path, documents: Sequence[Entry], minhash: Mapping[str, Entry]) -> list[Segment]:
    """Cut a dataset into segments.

    documents: entries of its ledger, in the order of its units. minhash: name of a unit -> entry.
    """
    segments, places = [], list[Place]()
    for entry in documents:
        for partition in sorted(entry.partitions):
            file, signatures = entry.partitions[partition], minhash[entry.unit].partitions[partition]
            if places and sum(place.rows for place in places) + file.rows > SEGMENT_DOCUMENTS:
                segments.append(Segment(index, dataset, tuple(places)))
                places = []
            places.append(Place(partition, file.rows, file.doc_ids, file.xxh3, signatures.xxh3))
    return [*segments, Segment(index, dataset, tuple(places))] if places else segments


@dataclass(frozen=True)
class KeysTask:
    """One folder of a segment that is to be made: "ids", "keys-<threshold>" or "exact-<kind>"."""

    segment: Segment
    part: str

    @property
    def name(self) -> str:
        return f"{self.segment.name} {self.part}"

    @property
    def is_done(self) -> bool:
        return is_written(self.segment.folder / self.part)


def make_keys(task: KeysTask) -> None:
    """Write one folder of a segment; nothing to do if it is there."""
    if not task.is_done:
        arrays = _arrays(task.segment, task.part)
        signed = {"signed": int(arrays["offsets"][band_keys.PREFIXES])} if task.part.startswith("keys-") else {}
        write_arrays(task.segment.folder / task.part, arrays, {"rows": task.segment.rows, **signed})
        advance(task.segment.rows, 0)


def _arrays(segment: Segment, part: str) -> dict[str, np.ndarray]:
    kind, _, value = part.partition("-")
    if kind == "keys":
        return band_keys.band_keys(segment.columns(MINHASH, "signature"), float(value))
    if kind == "exact":
        exact: Any = value
        return exact_keys.exact_keys(segment.columns(DOCUMENTS, exact_keys.COLUMN[exact]), exact)
    columns = [column.to_numpy() for column in segment.columns(MINHASH, "id_int")]
    return {"ids": np.concatenate(columns) if columns else np.empty(0, np.uint64)}


def parts(exact: Exact, thresholds: Sequence[float]) -> list[str]:
    """The folders that a segment needs."""
    keys = [f"keys-{threshold}" for threshold in thresholds]
    return ["ids", *keys, *([] if exact == "none" else [f"exact-{exact}"])]


@cache
def _code() -> list[str]:
    """Hashes of the code that decides what keys are."""
    return [hash_of(Path(inspect.getfile(module))) for module in (bands, band_keys, exact_keys)]

"""Lines that were seen before, taken out of documents as cc_net does it (Wenzek et al. 2020, section 3.1)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from rpdata.dedup.paragraph_hashes import RECORD, HashFile, Marks
from rpdata.dedup.paragraph_lines import hash_lines
from rpdata.dedup.paragraph_merge import FIRST_HERE
from rpdata.dedup.paragraph_removed import RemovedByDomain
from rpdata.dedup.paragraph_text import keep_lines
from rpdata.errors import UserError
from rpdata.schema import DOCUMENTS
from rpdata.text.arrays import Hashes, Ints

BYTES_HELD = 256 << 20      # of a unit's duplicates; if there are more, they are read anew for each batch
BLOCK_RECORDS = 1 << 20     # read at a time


@dataclass(frozen=True)
class Slice:
    """Some records of a file, which are in ascending order. xxh3: of their bytes."""

    path: Path
    start: int
    stop: int
    xxh3: str


@dataclass
class Duplicates:
    """The lines of one unit that are to go, in ascending slices of files.

    keep_first: the first document that has such a line keeps it, if the group has none before this unit. Documents
    then come in their order, each once.
    """

    slices: Sequence[Slice]
    keep_first: bool = False
    bytes_held: int = BYTES_HELD
    _blocks: list[tuple[Hashes, Marks]] = field(default_factory=list)
    _seen: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        records = sum(part.stop - part.start for part in self.slices)
        self._seen = np.zeros(records if self.keep_first else 0, bool)
        if records * RECORD.itemsize <= self.bytes_held:
            self._blocks = list(self._read())

    def to_remove(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """For each line, in ascending order of their hashes, equal ones in the order of the text."""
        remove = np.zeros(len(hashes), bool)
        passed = 0
        for known, marks in self._blocks or self._read():
            start, stop = np.searchsorted(hashes, known[0], "left"), np.searchsorted(hashes, known[-1], "right")
            places = np.searchsorted(known, hashes[start:stop])
            found = known[places] == hashes[start:stop]
            if self.keep_first:
                ours = found & (marks[places] == FIRST_HERE)
                found &= ~self._first_copies(hashes[start:stop], places + passed, ours)
            remove[start:stop] = found
            passed += len(known)
        return remove

    def _first_copies(
        self, hashes: Hashes, places: Ints, candidates: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_]:
        first = candidates & ~self._seen[places]
        first[1:] &= hashes[1:] != hashes[:-1]
        self._seen[places[candidates]] = True
        return first

    def _read(self) -> Iterator[tuple[Hashes, Marks]]:
        for part in self.slices:
            file = HashFile(part.path)
            checksum = xxhash.xxh3_128()
            for start in range(part.start, part.stop, BLOCK_RECORDS):
                records = file.records(start, min(start + BLOCK_RECORDS, part.stop))
                checksum.update(records.data)
                yield records["k"].copy(), records["v"].copy()
            if checksum.hexdigest() != part.xxh3:
                raise UserError(f"{part.path} is damaged. Delete it and run the same command again.")


@dataclass
class Editor:
    """Takes lines out of the documents of a unit, and counts what went.

    A line goes if it is a duplicate, if its document had it before, or if its hash is 0 (cc_net's mark for a line
    that is gone; no text is known to have it). A document without a line left goes, and so does an empty one, which
    has none.
    """

    duplicates: Duplicates
    removed: RemovedByDomain = field(default_factory=RemovedByDomain)

    def edit(self, documents: pa.RecordBatch) -> pa.RecordBatch:
        """The documents that are left, edited: `raw_content`, `line_ids` (of the lines that stay, from 0), `nlines`
        and `length` as they are now, and `original_nlines` and `original_length`, where no one said them before, as
        they were."""
        empty = pc.equal(pc.binary_length(documents["raw_content"]), 0)
        without = documents.filter(empty)
        nothing = np.zeros(without.num_rows, np.int64)
        self.removed.add(without["source_domain"], nothing, nothing, nothing, nothing)
        documents = documents.filter(pc.invert(empty))
        if documents.num_rows == 0:
            return documents
        texts = documents["raw_content"]
        hashes, first = hash_lines(texts)
        keep = self._keep(hashes, first)
        kept = np.add.reduceat(keep, first[:-1], dtype=np.int64)
        edited = keep_lines(texts, first, keep)
        columns = dict(zip(documents.schema.names, documents.columns, strict=True))
        columns["original_nlines"] = pc.coalesce(columns["original_nlines"], columns["nlines"])
        columns["original_length"] = pc.coalesce(columns["original_length"], columns["length"])
        columns["nlines"] = pa.array(kept)
        columns["length"] = pc.cast(pc.utf8_length(edited), pa.int64())
        columns["line_ids"] = line_ids(first, keep)
        columns["raw_content"] = edited
        self.removed.add(
            documents["source_domain"], np.diff(first), kept, text_bytes(texts), text_bytes(edited)
        )
        return pa.RecordBatch.from_arrays(list(columns.values()), schema=DOCUMENTS).filter(pa.array(kept > 0))

    def _keep(self, hashes: Hashes, first: Ints) -> npt.NDArray[np.bool_]:
        order = np.argsort(hashes, kind="stable")
        hashes, documents = hashes[order], np.repeat(np.arange(len(first) - 1), np.diff(first))[order]
        remove = self.duplicates.to_remove(hashes) | (hashes == 0)
        remove[1:] |= (hashes[1:] == hashes[:-1]) & (documents[1:] == documents[:-1])
        keep = np.empty(len(hashes), bool)
        keep[order] = ~remove
        return keep


def line_ids(first: Ints, keep: npt.NDArray[np.bool_]) -> pa.ListArray:
    """For each document the numbers of the lines that it keeps."""
    lines = np.flatnonzero(keep)
    offsets = np.searchsorted(lines, first)
    numbers = lines - np.repeat(first[:-1], np.diff(offsets))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(numbers, pa.int32()))


def text_bytes(texts: pa.StringArray) -> Ints:
    return pc.binary_length(texts).to_numpy().astype(np.int64)

"""Evidence on disk: written once for the documents of a segment that have something to be compared with.

    <folder>/<segment>/00000/   rows, signatures, set_offsets, sets: of some of its rows, about 32 MB
    <folder>/<segment>/index/   rows, set_offsets: of all parts; firsts: where each part begins in them. Written last

Parts end where row groups do, by their size alone. A task that was interrupted goes on behind the last.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa

from rpdata.dataset import DOCUMENTS, MINHASH
from rpdata.dedup.index.segments import Place, Segment
from rpdata.dedup.pairs.evidence import Evidence, signatures_of
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.engine.cluster import advance
from rpdata.pages import TextPages
from rpdata.text.arrays import Ints, Words32
from rpdata.text.shingle_sets import shingle_sets

PART_BYTES = 32 << 20       # held twice while it is written
INDEX = "index"


def write_evidence(folder: Path, segment: Segment, rows: Words32, with_sets: bool) -> None:
    """Write the evidence of some rows (ascending) of a segment below `folder`; nothing to do if it is there.

    with_sets: read their texts and make the sets of their shingles, for the exact similarity. Without, only texts of
    fewer than 13 words are read, which have no signature.

    Memory: PART_BYTES and a row group three times. UserError if a file of the dataset is not what was indexed.
    """
    target = folder / segment.name
    if is_written(target / INDEX):
        return
    done = 0
    while is_written(target / part_name(done)):
        done += 1
    behind = int(Arrays(target / part_name(done - 1))["rows"][-1]) + 1 if done else 0
    for part in _parts(segment, rows[np.searchsorted(rows, behind):], with_sets):
        write_arrays(target / part_name(done), part)
        done += 1
    write_arrays(target / INDEX, _index([Arrays(target / part_name(number)) for number in range(done)]))


def part_name(part: int) -> str:
    """The folder of a part."""
    return f"{part:05d}"


def _index(parts: Sequence[Arrays]) -> dict[str, np.ndarray]:
    """Where the evidence of each row is, so that only parts are opened that have something to read."""
    rows = [np.empty(0, np.uint32), *(np.array(part["rows"]) for part in parts)]
    lengths = [np.empty(0, np.int64), *(np.diff(part["set_offsets"]) for part in parts)]
    return {
        "rows": np.concatenate(rows),
        "set_offsets": np.concatenate([[0], np.cumsum(np.concatenate(lengths))]),
        "firsts": np.cumsum([len(each) for each in rows]),
    }


def _parts(segment: Segment, rows: Words32, with_sets: bool) -> Iterator[dict[str, np.ndarray]]:
    """The arrays of each part."""
    found: list[tuple[Words32, Evidence]] = []
    size = 0
    for group_rows, evidence in _groups(segment, rows, with_sets):
        found.append((group_rows, evidence))
        size += evidence.signatures.nbytes + evidence.sets.nbytes
        advance(len(group_rows), 0)
        if size >= PART_BYTES:
            yield _joined(found)
            found, size = [], 0
    if found:
        yield _joined(found)


def _joined(found: list[tuple[Words32, Evidence]]) -> dict[str, np.ndarray]:
    lengths = np.concatenate([np.diff(evidence.set_offsets) for _, evidence in found])
    return {
        "rows": np.concatenate([rows for rows, _ in found]),
        "signatures": np.concatenate([evidence.signatures for _, evidence in found]),
        "set_offsets": np.concatenate([[0], np.cumsum(lengths)]),
        "sets": np.concatenate([evidence.sets for _, evidence in found]),
    }


def _groups(segment: Segment, rows: Words32, with_sets: bool) -> Iterator[tuple[Words32, Evidence]]:
    """The evidence of those of the rows that lie in each row group, if any do."""
    first = 0
    for place in segment.places:
        here = rows[slice(*np.searchsorted(rows, [first, first + place.rows]))]
        if len(here):
            for in_partition, evidence in _of_partition(segment, place, here.astype(np.int64) - first, with_sets):
                yield (in_partition + first).astype(np.uint32), evidence
        first += place.rows


def _of_partition(segment: Segment, place: Place, rows: Ints, with_sets: bool) -> Iterator[tuple[Ints, Evidence]]:
    with ExitStack() as stack:
        minhash = stack.enter_context(segment.file(MINHASH, place))
        documents = stack.enter_context(segment.file(DOCUMENTS, place))
        texts = stack.enter_context(TextPages(segment.path(DOCUMENTS, place), documents))
        first = 0
        for group in range(minhash.num_row_groups):
            end = first + minhash.metadata.row_group(group).num_rows
            here = rows[slice(*np.searchsorted(rows, [first, end]))]
            if len(here):
                stored = minhash.read_row_group(group, columns=["signature"])["signature"].take(pa.array(here - first))
                yield here, _evidence(stored.combine_chunks(), texts, group, here - first, with_sets)
            first = end


def _evidence(stored: pa.Array, texts: TextPages, group: int, rows: Ints, with_sets: bool) -> Evidence:
    """Of some rows of a row group, whose signatures are given."""
    short = stored.is_null().to_numpy(zero_copy_only=False)
    read = np.ones(len(rows), bool) if with_sets else short
    sets = shingle_sets(texts.read(group, rows[read]) if read.any() else pa.array([], pa.string()))
    lengths = np.zeros(len(rows), np.int64)
    lengths[read] = np.diff(sets.offsets)
    of_short = sets.hashes[sets.offsets[:-1][short[read]]]
    return Evidence(signatures_of(stored, of_short), np.concatenate([[0], np.cumsum(lengths)]), sets.hashes)

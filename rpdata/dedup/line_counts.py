"""In how many documents lines occur, counted in bounded memory: sorted runs on disk, added up range by range.

A run has the distinct keys of some documents' lines in ascending order, and for each in how many of those documents
it is. The runs of all units are cut at the same keys, and one range of all is added up at a time; each unit is then
given those of its own keys that are repeated, so that no process holds the keys of a dataset.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rpdata.dedup.line_keys import BLANK
from rpdata.dedup.paragraph_hashes import RECORDS_AT_ONCE, first_of_each
from rpdata.engine.arrays import Arrays, write_arrays
from rpdata.text.arrays import Counts, Hashes, Ints

MOST_COPIES = (1 << 31) - 1         # that int32 can tell


def counted(keys: Hashes, first: Ints) -> tuple[Hashes, Ints]:
    """The distinct keys of some documents, ascending and without BLANK, and in how many of them each is.

    keys, first: as `line_keys` gives them.
    """
    documents = np.repeat(np.arange(len(first) - 1), np.diff(first))[keys != BLANK]
    keys = keys[keys != BLANK]
    order = np.argsort(keys, kind="stable")     # documents stay in order
    keys, documents = keys[order], documents[order]
    if not len(keys):
        return keys, documents
    runs = first_of_each(keys)
    another = np.concatenate([[True], (keys[1:] != keys[:-1]) | (documents[1:] != documents[:-1])])
    return keys[runs], np.add.reduceat(another, runs, dtype=np.int64)


def added_up(sets: Sequence[tuple[Hashes, Ints]]) -> tuple[Hashes, Ints]:
    """The distinct keys of several sets, ascending, and the sums of their counts."""
    keys = np.concatenate([keys for keys, _ in sets])
    if not len(keys):
        return keys, np.empty(0, np.int64)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    runs = first_of_each(keys)
    return keys[runs], np.add.reduceat(np.concatenate([counts for _, counts in sets])[order], runs)


class Runs:
    """The lines of a unit's documents, as runs below a folder. most: records that are held at a time."""

    def __init__(self, folder: Path, most: int = RECORDS_AT_ONCE) -> None:
        self._folder = folder
        self._most = most
        self._held: list[tuple[Hashes, Ints]] = []
        self._count = 0
        self.records: list[int] = []        # of each run

    def add(self, keys: Hashes, first: Ints) -> None:
        """The lines of some more documents, as `line_keys` gives them."""
        self._held.append(counted(keys, first))
        self._count += len(self._held[-1][0])
        if self._count > self._most:
            self._held = [added_up(self._held)]
            self._count = len(self._held[0][0])
            if self._count > self._most // 2:
                self.close_run()

    def close_run(self) -> None:
        """Write what is held, if there is any."""
        if self._held:
            keys, counts = added_up(self._held)
            folder = run_folder(self._folder, len(self.records))
            write_arrays(folder, {"keys": keys, "counts": counts.astype(np.int32)})
            self.records.append(len(keys))
        self._held, self._count = [], 0


def run_folder(folder: Path, number: int) -> Path:
    return folder / f"run-{number:04d}"


def bounds(records: int, most: int = RECORDS_AT_ONCE) -> list[int]:
    """Where to cut all keys, evenly, so that about `most` records of the runs at most lie between two bounds."""
    bits = max(0, (records - 1) // most).bit_length()
    return [part << (64 - bits) for part in range((1 << bits) + 1)]


def repeated(
    runs: Sequence[tuple[int, Path]], units: int, low: int, high: int, more_than: int
) -> tuple[Hashes, Counts, Ints, int]:
    """Of each unit the keys from `low` to below `high` that more than so many documents of all units have.

    runs: (number of a unit, folder of one of its runs), in the order of the units.

    Returns keys and counts (int32), grouped by unit and ascending in each group; where the group of each unit begins
    (one more number than units); and how many different keys there are in all groups.
    """
    parts, owners = [], []
    for unit, folder in runs:
        arrays = Arrays(folder)
        keys = arrays["keys"]
        start = int(np.searchsorted(keys, np.uint64(low)))
        end = int(np.searchsorted(keys, np.uint64(high))) if high < 1 << 64 else len(keys)
        parts.append((np.array(keys[start:end]), np.array(arrays["counts"][start:end])))
        owners.append(np.full(end - start, unit, np.int32))
    keys = np.concatenate([keys for keys, _ in parts]) if parts else np.empty(0, np.uint64)
    if not len(keys):
        return keys, np.empty(0, np.int32), np.zeros(units + 1, np.int64), 0
    order = np.argsort(keys, kind="stable")     # owners stay in order
    owner = np.concatenate(owners)[order]
    keys = keys[order]
    first = first_of_each(keys)
    lengths = np.diff(np.append(first, len(keys)))
    sums = np.add.reduceat(np.concatenate([counts for _, counts in parts])[order], first, dtype=np.int64)
    once = np.concatenate([[True], (keys[1:] != keys[:-1]) | (owner[1:] != owner[:-1])])    # of a unit's several runs
    wanted = once & np.repeat(sums > more_than, lengths)
    counts = np.minimum(np.repeat(sums, lengths)[wanted], MOST_COPIES).astype(np.int32)
    keys, owner = keys[wanted], owner[wanted]
    by_unit = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[by_unit], np.arange(units + 1))
    return keys[by_unit], counts[by_unit], starts, int(np.count_nonzero(sums > more_than))


class Repeated:
    """The keys of one unit that are repeated. parts: folders with what `repeated` gave, by ascending keys.

    They are held if they are few; if not, each part is read for each look-up.
    """

    def __init__(self, parts: Sequence[Path], unit: int, most: int = RECORDS_AT_ONCE) -> None:
        self._places = [(part, *np.array(Arrays(part)["starts"][unit : unit + 2]).tolist()) for part in parts]
        records = sum(end - start for _, start, end in self._places)
        self._held = [self._read(*place) for place in self._places] if records <= most else None

    def copies_of(self, keys: Hashes) -> Counts:
        """For each key in how many documents it is, or 0 if it is not repeated."""
        copies = np.zeros(len(keys), np.int32)
        for known, counts in self._held or (self._read(*place) for place in self._places):
            if len(known):
                at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
                copies = np.where(known[at] == keys, counts[at], copies)
        return copies

    def _read(self, part: Path, start: int, end: int) -> tuple[Hashes, Counts]:
        arrays = Arrays(part)
        return np.array(arrays["keys"][start:end]), np.array(arrays["counts"][start:end])

"""How many documents of each domain, language and snapshot would go: counted unit by unit, then added up."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rpdata.dedup.duplicates_overlay import MarkTask, documents_of
from rpdata.dedup.marks import Level, Marks
from rpdata.engine.commit import sync, temporary_beside
from rpdata.errors import naming

DOMAIN, LANGUAGE, SNAPSHOT = KEYS = ("source_domain", "language", "snapshot")
ROWS_WAITING = 200_000      # before those of one name are added up
GROUPS_AT_ONCE = 32         # row groups of two short columns, of 1,024 documents at most


@dataclass(frozen=True)
class Loss:
    """What would go of the documents that have one name: a domain, a language, a snapshot. name: None if unknown."""

    name: str | None
    documents: int
    removed: int


def removed_column(level: Level) -> str:
    return f"removed_{level.name}"


def tally_path(folder: Path, unit: str) -> Path:
    return folder / f"{unit}.parquet"


def tally_unit(task: MarkTask, folder: Path) -> None:
    """Count the documents of one unit and those that would go, by domain and language; written all or nothing."""
    target = tally_path(folder, task.unit)
    if target.is_file():
        return
    counts = ["documents", *map(removed_column, task.levels)]
    tables: list[pa.Table] = []
    documents = documents_of(task)
    for partition in sorted(documents.partitions):
        marks = [Marks.of(level, task.starts[partition], documents.partitions[partition].rows)
                 for level in task.levels]
        begin = 0
        with pq.ParquetFile(task.root / "documents" / f"{partition}.parquet") as file:
            for first in range(0, file.num_row_groups, GROUPS_AT_ONCE):
                groups = range(first, min(first + GROUPS_AT_ONCE, file.num_row_groups))
                rows = file.read_row_groups(list(groups), columns=[DOMAIN, LANGUAGE])
                end = begin + rows.num_rows
                rows = rows.append_column(SNAPSHOT, pa.repeat(task.unit.partition("/")[0], rows.num_rows))
                rows = rows.append_column("documents", pa.repeat(1, rows.num_rows))
                for level, mark in zip(task.levels, marks, strict=True):
                    gone = pa.array(~mark.keep[begin:end]).cast(pa.int64())
                    rows = rows.append_column(removed_column(level), gone)
                tables.append(summed([rows], KEYS, counts))
                begin = end
        tables = [summed(tables, KEYS, counts)] if tables else []
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(target)
    try:
        with naming(target):
            pq.write_table(tables[0] if tables else empty(KEYS, counts), temporary, compression="zstd")
        sync(temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


class Tallies:
    """The sums over all units. In memory is a row for each domain of the dataset."""

    def __init__(self, folder: Path, units: Iterable[str], levels: Sequence[Level]) -> None:
        self._counts = ["documents", *map(removed_column, levels)]
        self._sums = {key: empty([key], self._counts) for key in KEYS}
        waiting: list[pa.Table] = []
        for unit in units:
            waiting.append(pq.read_table(tally_path(folder, unit)))
            if sum(table.num_rows for table in waiting) > max(ROWS_WAITING, self._sums[DOMAIN].num_rows):
                self._add(waiting)
                waiting = []
        self._add(waiting)

    def _add(self, tables: list[pa.Table]) -> None:
        for key, before in self._sums.items():
            parts = [table.select([key, *self._counts]) for table in tables]
            self._sums[key] = summed([before, *parts], [key], self._counts)

    def documents(self) -> int:
        """Of all units."""
        return pc.sum(self._sums[SNAPSHOT]["documents"]).as_py() or 0

    def removed(self, level: Level) -> int:
        """Documents that would go."""
        return pc.sum(self._sums[SNAPSHOT][removed_column(level)]).as_py() or 0

    def losses(self, key: str, level: Level, most: int | None = None) -> list[Loss]:
        """The names that lose documents: those that lose most of them first, then by name."""
        column = removed_column(level)
        rows = self._sums[key].select([key, "documents", column])
        rows = rows.filter(pc.greater(rows[column], 0))
        order = pc.sort_indices(rows, [(column, "descending"), (key, "ascending")])
        rows = rows.take(order if most is None else order[:most])
        return [Loss(*row.values()) for row in rows.to_pylist()]

    def losing(self, key: str, level: Level) -> int:
        """How many names lose documents."""
        return pc.sum(pc.greater(self._sums[key][removed_column(level)], 0)).as_py() or 0

    def vanishing(self, level: Level, at_least: int, percent: int) -> list[Loss]:
        """The domains of more than `at_least` documents that lose more than so many percent of them."""
        rows = self._sums[DOMAIN]
        gone = pc.greater(pc.multiply(rows[removed_column(level)], 100), pc.multiply(rows["documents"], percent))
        rows = rows.filter(pc.and_(gone, pc.greater(rows["documents"], at_least)))
        rows = rows.filter(pc.is_valid(rows[DOMAIN])).select([DOMAIN, "documents", removed_column(level)])
        return [Loss(*row.values()) for row in rows.to_pylist()]


def empty(keys: Sequence[str], counts: Sequence[str]) -> pa.Table:
    fields = [*(pa.field(key, pa.string()) for key in keys), *(pa.field(name, pa.int64()) for name in counts)]
    return pa.schema(fields).empty_table()


def summed(tables: Sequence[pa.Table], keys: Sequence[str], counts: Sequence[str]) -> pa.Table:
    """One row for each combination of keys, in their order."""
    rows = pa.concat_tables(tables)
    sums = rows.group_by(list(keys), use_threads=False).aggregate([(name, "sum") for name in counts])
    sums = sums.select([*keys, *(f"{name}_sum" for name in counts)]).rename_columns([*keys, *counts])
    return sums.take(pc.sort_indices(sums, [(key, "ascending") for key in keys])).combine_chunks()

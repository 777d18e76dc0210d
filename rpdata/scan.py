"""Documents and overlays as one Polars LazyFrame: filters first, text only for the documents that they keep."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from polars.io.plugins import register_io_source

from rpdata.bands import BANDS, cut
from rpdata.dataset import DECISIONS, DOCUMENTS, DUPLICATES, MINHASH, Dataset, dedup_command
from rpdata.engine.places import language_of
from rpdata.errors import UserError, unknown_name
from rpdata.for_recipe import refuse_others
from rpdata.overlay import TEXT_COLUMN
from rpdata.pages import TextPages
from rpdata.stale import refuse_stale

SIGNATURE = "signature"
OTHER = "other"             # the partition of languages that share one, as in "2026-34/0000/other_all"
GROUPS_AT_ONCE = 32         # row groups (of 1,024 documents at most) of scalar columns that are held at once


@dataclass(frozen=True)
class Scan:
    """What to read: which partitions, and for each column the overlay that has it."""

    root: Path
    partitions: Sequence[str]
    sources: Mapping[str, str]      # column -> overlay
    schema: pl.Schema
    languages: Sequence[str] | None
    bands: float | None
    kept: str | None                # the column of `duplicates` that says which documents are left

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        overlays: Sequence[str] | None,
        columns: Sequence[str] | None,
        languages: Sequence[str] | None,
        bands: float | None,
        deduplicated: float | str | None,
        for_recipe: str | None,
    ) -> "Scan":
        """See `Dataset.scan`."""
        if not dataset.partitions:
            raise UserError(
                f"{dataset.root} has no documents: none was written yet, or all were dropped.\n"
                f"See: rpdata status {dataset.root}"
            )
        partitions = _of_languages(dataset.partitions, languages)
        # every decision has the same columns: of those, one is chosen
        all_but_decisions = [name for name in dataset.overlays if not name.startswith(DECISIONS)]
        chosen = [DOCUMENTS, *(all_but_decisions if overlays is None else overlays)]
        sources = _sources(dataset, chosen)
        band_column = f"signature_sim{bands}"
        if bands is not None:
            cut(pa.array([], pa.binary()), bands)       # refuses a threshold that has no bands
            sources[band_column] = MINHASH
        if columns is not None:
            for name in columns:
                if name not in sources:
                    raise unknown_name("column", name, sources)
            sources = {name: sources[name] for name in columns}
        refuse_stale(dataset, dict.fromkeys(sources.values()))
        refuse_others(dataset, sources, () if for_recipe is None else (for_recipe,))
        for overlay in sorted(set(sources.values())):
            needed = [SIGNATURE if name == band_column else name for name in sources if sources[name] == overlay]
            for sentence in dataset.disagreements(overlay, needed, partitions):
                raise UserError(f"cannot scan {dataset.root}: {sentence}")
        kept = None if deduplicated is None else marked_column(dataset, deduplicated, partitions)
        schema = _schema(dataset, partitions[0], sources, band_column)
        return cls(dataset.root, partitions, sources, schema, languages, bands, kept)

    def lazy(self) -> pl.LazyFrame:
        """The frame; nothing is read before it is collected."""
        return register_io_source(self._frames, schema=self.schema, validate_schema=True, is_pure=True)

    def _frames(
        self, columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        """What Polars calls. `rows` limits the rows that are looked at; the predicate looks at each by itself.

        What the scan leaves out is no row for Polars: it is not looked at.
        """
        wanted = columns if columns is not None else self.schema.names()
        for partition in self.partitions:
            with _Partition(self, partition) as files:
                yield from files.frames(wanted, predicate, rows)
                if rows is not None:
                    rows -= files.looked_at
            if rows == 0:
                break
        yield self.schema.to_frame().select(wanted)     # empty: Polars wants at least one frame


class _Partition:
    """The open files of one partition; opened when a column of theirs is read first."""

    def __init__(self, scan: Scan, partition: str) -> None:
        self._scan = scan
        self._partition = partition
        self._stack = ExitStack()
        self._files: dict[str, pq.ParquetFile] = {}
        self._text: TextPages | None = None
        self.looked_at = 0      # rows that the predicate saw
        metadata = self._file(DOCUMENTS).metadata
        self._group_rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]

    def frames(self, wanted: list[str], condition: pl.Expr | None, limit: int | None) -> Iterator[pl.DataFrame]:
        """Of the first `limit` rows that the scan does not leave out, those that meet the condition, in order.

        What the condition says of the text is evaluated last, on the rows that meet the rest of it.
        """
        parts = _conjuncts(condition) if condition is not None else []
        of_text = [part for part in parts if TEXT_COLUMN in part.meta.root_names()]
        others = [part for part in parts if TEXT_COLUMN not in part.meta.root_names()]
        in_scan = self._in_scan()
        for first in range(0, len(self._group_rows), GROUPS_AT_ONCE):
            if limit is not None and self.looked_at >= limit:
                return
            groups = range(first, min(first + GROUPS_AT_ONCE, len(self._group_rows)))
            keep = np.ones(sum(self._group_rows[group] for group in groups), bool)
            known = self._read(groups, _columns_of([*in_scan, *others]))
            for part in in_scan:
                keep &= known.select(part.fill_null(False)).to_series().to_numpy()
            if limit is not None:
                keep[np.flatnonzero(keep)[limit - self.looked_at:]] = False
            self.looked_at += int(keep.sum())
            for part in others:
                keep &= known.select(part.fill_null(False)).to_series().to_numpy()
            if keep.any():
                for frame in self._kept(groups, keep, known, list(dict.fromkeys([*wanted, *_columns_of(of_text)]))):
                    yield (frame.filter(*of_text) if of_text else frame).select(wanted)

    def _in_scan(self) -> list[pl.Expr]:
        """The conditions that documents of this partition meet, or are left out."""
        conditions = []
        if self._scan.languages is not None and language_of(self._partition) == OTHER:
            conditions.append(pl.col("language").is_in(list(self._scan.languages)))
        if self._scan.kept is not None:
            conditions.append(pl.col(self._scan.kept))
        return conditions

    def _kept(
        self, groups: range, keep: np.ndarray, known: pl.DataFrame, wanted: Sequence[str]
    ) -> Iterator[pl.DataFrame]:
        """The wanted columns of the rows to keep: in one piece, or with text one row group after the other."""
        rest = [name for name in wanted if name not in known.columns and name != TEXT_COLUMN]
        start = 0
        for piece in ([range(group, group + 1) for group in groups] if TEXT_COLUMN in wanted else [groups]):
            size = sum(self._group_rows[group] for group in piece)
            rows = np.flatnonzero(keep[start:start + size])
            if len(rows):
                parts = [known[start:start + size][rows]] if known.columns else []
                if rest:
                    parts.append(self._read(piece, rest)[rows])
                if TEXT_COLUMN in wanted:
                    parts.append(pl.DataFrame({TEXT_COLUMN: self._pages().read(piece.start, rows)}))
                yield pl.concat(parts, how="horizontal")
            start += size

    def _read(self, groups: range, names: Sequence[str]) -> pl.DataFrame:
        """Whole columns of some row groups."""
        parts = []
        for overlay in sorted({self._overlay(name) for name in names}):
            here = [name for name in names if self._overlay(name) == overlay]
            stored = [SIGNATURE if self._is_band(name) else name for name in here]
            table = self._file(overlay).read_row_groups(list(groups), columns=sorted(set(stored)))
            arrays = [self._cut(table[SIGNATURE]) if self._is_band(name) else table[name] for name in here]
            parts.append(pl.DataFrame(pl.from_arrow(pa.table(arrays, names=here))))
        return pl.concat(parts, how="horizontal").select(names) if parts else pl.DataFrame()

    def _overlay(self, name: str) -> str:
        # what decides whether a document is left out need not be asked for
        return self._scan.sources.get(name, DUPLICATES if name == self._scan.kept else DOCUMENTS)

    def _is_band(self, name: str) -> bool:
        return self._scan.bands is not None and name == f"signature_sim{self._scan.bands}"

    def _cut(self, signatures: pa.ChunkedArray) -> pa.ChunkedArray:
        assert self._scan.bands is not None
        return pa.chunked_array([cut(chunk, self._scan.bands) for chunk in signatures.chunks])

    def _path(self, overlay: str) -> Path:
        return self._scan.root / overlay / f"{self._partition}.parquet"

    def _file(self, overlay: str) -> pq.ParquetFile:
        if overlay not in self._files:
            self._files[overlay] = self._stack.enter_context(pq.ParquetFile(self._path(overlay)))
        return self._files[overlay]

    def _pages(self) -> TextPages:
        if self._text is None:
            self._text = self._stack.enter_context(TextPages(self._path(DOCUMENTS), self._file(DOCUMENTS)))
        return self._text

    def __enter__(self) -> "_Partition":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _conjuncts(condition: pl.Expr) -> list[pl.Expr]:
    """The conditions that are joined by `&`: a row meets the whole if and only if it meets each of them."""
    inputs = condition.meta.pop()
    if len(inputs) == 2:
        for left, right in (inputs, inputs[::-1]):
            if condition.meta == left & right:      # Polars does not say what joins them
                return [*_conjuncts(left), *_conjuncts(right)]
    return [condition]


def _columns_of(conditions: Sequence[pl.Expr]) -> list[str]:
    return list(dict.fromkeys(name for condition in conditions for name in condition.meta.root_names()))


def _of_languages(partitions: Sequence[str], languages: Sequence[str] | None) -> Sequence[str]:
    if languages is None:
        return partitions
    there = {language_of(partition) for partition in partitions}
    for language in languages:
        if language not in there and OTHER not in there:
            raise unknown_name("language", language, there)
    return [partition for partition in partitions if language_of(partition) in {*languages, OTHER}]


def kept_column(deduplicated: float | str) -> str:
    """The column of `duplicates/` that says which documents are left: of "exact", or of a similarity; else UserError.
    """
    return "exact_keep" if deduplicated == "exact" else f"keep_sim{_threshold(deduplicated)}"


def marked_column(dataset: Dataset, deduplicated: float | str, partitions: Sequence[str]) -> str:
    """The column that says which documents are left; UserError if not all partitions have it, of one run."""
    column = kept_column(deduplicated)
    if column not in (dataset.columns(DUPLICATES) if DUPLICATES in dataset.overlays else ()):
        threshold = None if deduplicated == "exact" else _threshold(deduplicated)
        made = dataset.manifest.configurations.get(DUPLICATES, {})
        command = dedup_command(dataset.root, made, threshold is None, threshold)
        raise UserError(
            f"cannot scan {dataset.root} with deduplicated={deduplicated!r}: nothing says which documents are "
            f"duplicates. Run {command}"
        )
    for sentence in dataset.disagreements(DUPLICATES, [column], partitions):
        raise UserError(f"cannot scan {dataset.root}: {sentence}")
    return column


def _threshold(deduplicated: object) -> float:
    """Of 0.8 or "0.8"; UserError for what has no bands."""
    if isinstance(deduplicated, int | float | str) and not isinstance(deduplicated, bool):
        try:
            threshold = float(deduplicated)
        except ValueError:
            threshold = -1.0
        if threshold in BANDS:
            return threshold
    raise UserError(
        f"deduplicated={deduplicated!r} is neither 'exact' nor a similarity: {', '.join(map(str, sorted(BANDS)))}"
    )


def _sources(dataset: Dataset, overlays: Sequence[str]) -> dict[str, str]:
    """Column -> overlay; `doc_id` is every overlay's and is read from `documents`."""
    sources: dict[str, str] = {}
    for overlay in dict.fromkeys(overlays):
        for name in dataset.columns(overlay):
            if name == "doc_id":
                sources.setdefault(name, DOCUMENTS)
            elif name in sources:
                raise UserError(
                    f"both {sources[name]} and {overlay} have a column `{name}`. Choose the overlays to scan: "
                    f"overlays=[{overlay!r}]"
                )
            else:
                sources[name] = overlay
    return sources


def _schema(dataset: Dataset, partition: str, sources: Mapping[str, str], band_column: str) -> pl.Schema:
    fields = []
    for name, overlay in sources.items():
        if name == band_column:
            fields.append(pa.field(name, pa.list_(pa.binary())))
        else:
            fields.append(dataset.file(overlay, partition).schema.field(name))
    return pl.DataFrame(pl.from_arrow(pa.schema(fields).empty_table())).schema

"""One pass over all documents, partition by partition: histograms, domains, agreement, duplicates.

Memory does not depend on the number of documents: row groups are read a few at a time, and only counts are kept.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.dataset import DOCUMENTS, DUPLICATES, Dataset
from rpdata.decide.compare import by_pattern, decision_columns, verdicts
from rpdata.decide.files import PartitionFiles
from rpdata.decide.recipe import Recipe
from rpdata.engine.places import language_of
from rpdata.report.bins import Bins, Counts, Floats
from rpdata.report.chosen import columns_of, values_of
from rpdata.report.domains import DomainCounts
from rpdata.report.measures import SIGNALS, Measure, drawable

GROUPS_AT_ONCE = 16         # row groups, of 1,024 documents at most
BUCKETS = ("head", "middle", "tail", "all")
ALL = BUCKETS.index("all")
LANGUAGES = 7               # have histograms of their own; the others share one
OTHERS = "others"
KEEP = re.compile(r"exact_keep|keep_sim(?P<similarity>.+)")

Cell = tuple[str, str]      # language, bucket


@dataclass
class Level:
    """What one level of deduplication marks: documents that have duplicates, those removed, the largest cluster;
    sizes: how many documents are in a cluster of so many, 1, 2, 3-4, 5-8, ...; nothing where no size is told."""

    removed: int = 0
    clustered: int = 0
    largest: int = 0
    sizes: Counter[int] = field(default_factory=Counter)


@dataclass
class Counted:
    """What the pass found.

    Attributes
    ----------
    cells: language and bucket -> shape (measures, bins of the widest): documents in each bin. nulls: -> of each
        measure, documents without a value. documents: -> how many there are.
    patterns: language -> shape (2**recipes, 2 + recipes), see `by_pattern`.
    levels: of deduplication, by name, if there was any.
    """

    cells: dict[Cell, Counts]
    nulls: dict[Cell, Counts]
    documents: Counter[Cell]
    patterns: dict[str, Counts]
    domains: DomainCounts
    levels: dict[str, Level]

    @cached_property
    def total(self) -> int:
        """All documents."""
        return sum(self.documents.values())


@dataclass(frozen=True)
class Plan:
    """What is counted, of which columns."""

    dataset: Dataset
    recipes: Sequence[Recipe]
    measures: Sequence[Measure]
    bins: Sequence[Bins]
    sources: Mapping[str, str]      # column -> overlay, of all measures

    @cached_property
    def named_languages(self) -> list[str]:
        """Those with histograms of their own: most documents first."""
        rows: Counter[str] = Counter()
        for partitions in self.written.values():
            for partition, number in partitions.items():
                rows[language_of(partition)] += number
        return sorted(rows, key=lambda name: (-rows[name], name))[:LANGUAGES]

    @cached_property
    def written(self) -> Mapping[str, Mapping[str, int]]:
        """Unit -> partition -> documents."""
        from rpdata.ledger import Ledger

        entries = [Ledger(self.dataset.root).entry(DOCUMENTS, unit.name) for unit in self.dataset.manifest.units]
        return {entry.unit: {name: file.rows for name, file in entry.partitions.items()} for entry in entries if entry}

    @cached_property
    def levels(self) -> list[str]:
        """The columns of `duplicates/` that say what is kept, where every partition has them."""
        if DUPLICATES not in self.dataset.overlays:
            return []
        names = [name for name in self.dataset.columns(DUPLICATES) if KEEP.fullmatch(name)]
        return [name for name in names if not any(
            self.dataset.disagreements(DUPLICATES, [name], self.dataset.partitions)
        )]

    @cached_property
    def has_bucket_signal(self) -> bool:
        """Whether the buckets of documents that are in none by their path stand in a column."""
        dataset = self.dataset
        return SIGNALS in dataset.overlays and "ccnet_bucket" in drawable(dataset, SIGNALS)


def count(plan: Plan) -> Counted:
    """Read every partition once."""
    domains, levels = DomainCounts(len(plan.recipes)), {name: Level() for name in plan.levels}
    found = Counted({}, {}, Counter(), {}, domains, levels)
    for partition in plan.dataset.partitions:
        with PartitionFiles(plan.dataset.root, partition) as files:
            groups = range(len(files.rows_of_groups()))
            for first in range(0, len(groups), GROUPS_AT_ONCE):
                count_groups(plan, found, files, partition, groups[first:first + GROUPS_AT_ONCE])
    return found


def count_groups(plan: Plan, found: Counted, files: PartitionFiles, partition: str, groups: Sequence[int]) -> None:
    """Add some row groups of a partition."""
    documents = files.read(DOCUMENTS, ["source_domain", "language", "length"], groups)
    lengths: Counts = pc.fill_null(documents["length"], 0).to_numpy()
    decisions = [files.read(recipe.folder, decision_columns(recipe), groups) for recipe in plan.recipes]
    keep = [table["keep"].to_numpy() for table in decisions]
    found.domains.add(pl.Series(documents["source_domain"].to_pylist(), dtype=pl.String), keep)
    language = language_of(partition)
    patterns, left = verdicts(plan.recipes, decisions, lengths)
    found.patterns[language] = found.patterns.get(language, 0) + by_pattern(patterns, lengths, left)
    values = values_of(columns_of(files, plan.sources, groups), plan.measures, plan.recipes)
    name = language if language in plan.named_languages else OTHERS
    buckets = buckets_of(plan, files, partition, groups, len(lengths))
    for bucket in np.unique(buckets).tolist():
        add_values(plan, found, (name, BUCKETS[bucket]), values[buckets == bucket])
    for column in plan.levels:
        add_level(found.levels[column], plan, files, column, groups)


def buckets_of(plan: Plan, files: PartitionFiles, partition: str, groups: Sequence[int], rows: int) -> Counts:
    """The bucket of each document by its number in BUCKETS: what the path says, else what a language model says."""
    told = partition.rpartition("_")[2]
    if told in BUCKETS[:ALL]:
        return np.full(rows, BUCKETS.index(told), np.int64)
    if not plan.has_bucket_signal:
        return np.full(rows, ALL, np.int64)
    read: pa.ChunkedArray = files.read(SIGNALS, ["ccnet_bucket"], groups)["ccnet_bucket"]
    filled: Counts = pc.fill_null(read, ALL).to_numpy().astype(np.int64)
    return filled


def add_values(plan: Plan, found: Counted, cell: Cell, values: Floats) -> None:
    """Count the values of documents of one language and bucket."""
    width = max(map(len, plan.bins), default=0)
    counts = found.cells.setdefault(cell, np.zeros((len(plan.measures), width), np.int64))
    nulls = found.nulls.setdefault(cell, np.zeros(len(plan.measures), np.int64))
    missing = np.isnan(values)
    nulls += missing.sum(axis=0)
    found.documents[cell] += len(values)
    for at, bins in enumerate(plan.bins):
        counts[at, :len(bins)] += bins.count(values[~missing[:, at], at])


def add_level(level: Level, plan: Plan, files: PartitionFiles, column: str, groups: Sequence[int]) -> None:
    """Count the marks of one level of deduplication."""
    keep: np.ndarray = pc.fill_null(files.read(DUPLICATES, [column], groups)[column], True).to_numpy()
    level.removed += int((~keep).sum())
    size_column = column.replace("keep_sim", "cluster_size_sim")
    if size_column == column or size_column not in plan.dataset.columns(DUPLICATES):
        return
    sizes: Counts = pc.fill_null(files.read(DUPLICATES, [size_column], groups)[size_column], 1).to_numpy()
    level.clustered += int((sizes > 1).sum())
    level.largest = max(level.largest, int(sizes.max(initial=0)))
    doubling, times = np.unique(np.ceil(np.log2(np.maximum(sizes, 1))).astype(np.int64), return_counts=True)
    level.sizes.update(dict(zip(doubling.tolist(), times.tolist(), strict=True)))

"""The waterfall: what each rule of a recipe removes, in documents and characters, for each language.

In order: what is left by the rules before it, and removed by this one. Alone: what it removes of all documents.
Unique: what it removes and no other rule does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.dataset import DOCUMENTS
from rpdata.decide.files import PartitionFiles
from rpdata.decide.recipe import Recipe
from rpdata.engine.places import language_of
from rpdata.scan import OTHER

Counts = npt.NDArray[np.int64]

IN_ORDER, ALONE, UNIQUE, ABSTAINED = range(4)
DOCUMENT, CHARACTER = range(2)


@dataclass(frozen=True)
class LanguageTally:
    """What became of the documents of one language; the last axis is always (documents, characters).

    Attributes
    ----------
    read, kept: shape (2,).
    unknown: shape (2,): removed though no rule is false, as one could not be evaluated (unknown="drop").
    rules: shape (rules of the recipe's table, IN_ORDER ALONE UNIQUE ABSTAINED, 2).
    without_length: documents whose characters nobody counted; they have none here.
    """

    read: Counts
    kept: Counts
    unknown: Counts
    rules: Counts
    without_length: int

    def __add__(self, other: "LanguageTally") -> "LanguageTally":
        return LanguageTally(
            self.read + other.read, self.kept + other.kept, self.unknown + other.unknown, self.rules + other.rules,
            self.without_length + other.without_length,
        )

    @property
    def balances(self) -> bool:
        """Whether everything that was read was kept, or removed by one rule in order."""
        removed = self.rules[:, IN_ORDER].sum(axis=0) + self.unknown
        return bool((self.read == self.kept + removed).all())


@dataclass(frozen=True)
class Tally:
    """Of a whole dataset, or some units of it: language -> tally."""

    recipe: Recipe
    languages: Mapping[str, LanguageTally]

    @classmethod
    def empty(cls, recipe: Recipe) -> "Tally":
        """Of no documents."""
        return cls(recipe, {})

    def __add__(self, other: "Tally") -> "Tally":
        zero = nothing(self.recipe)
        names = sorted({*self.languages, *other.languages})
        return Tally(
            self.recipe, {name: self.languages.get(name, zero) + other.languages.get(name, zero) for name in names}
        )

    @property
    def whole(self) -> LanguageTally:
        """All languages together."""
        return sum(self.languages.values(), nothing(self.recipe))

    def as_dict(self) -> dict[str, Any]:
        """As JSON values; the rules in the recipe's order."""
        return {
            **described(self.recipe, self.whole),
            "languages": {name: described(self.recipe, tally) for name, tally in self.languages.items()},
        }


def nothing(recipe: Recipe) -> LanguageTally:
    none = np.zeros(2, np.int64)
    return LanguageTally(none, none, none, np.zeros((len(recipe.table), 4, 2), np.int64), 0)


def described(recipe: Recipe, tally: LanguageTally) -> dict[str, Any]:
    """A tally as JSON values, the rules in the recipe's order."""
    names = [rule.name for rule in recipe.table]
    columns = ("in_order", "alone", "unique", "abstained")
    return {
        "read": pair(tally.read),
        "kept": pair(tally.kept),
        "rules": [
            {
                "rule": rule.name,
                **{column: pair(tally.rules[names.index(rule.name), number]) for number, column in enumerate(columns)},
            }
            for rule in recipe.rules
        ],
        "unknown": pair(tally.unknown),
        "documents_without_length": tally.without_length,
    }


def pair(counts: Counts) -> dict[str, int]:
    return {"documents": int(counts[DOCUMENT]), "characters": int(counts[CHARACTER])}


def tally_partition(root: Path, recipe: Recipe, partition: str) -> Tally:
    """Count what the decision overlay of one partition says."""
    with PartitionFiles(root, partition) as files:
        decisions = files.read(recipe.folder, ["keep", "failed", "abstained"]).combine_chunks()
        documents = files.read(DOCUMENTS, ["language", "length"])
    language = language_of(partition)
    if language != OTHER:
        return Tally(recipe, {language: tally(recipe, decisions, documents["length"])})
    names = pc.fill_null(documents["language"], "(none known)")
    return Tally(recipe, {
        name: tally(recipe, decisions.filter(here).combine_chunks(), documents["length"].filter(here))
        for name in sorted(pc.unique(names).to_pylist()) for here in [pc.equal(names, name)]
    })


def tally(recipe: Recipe, decisions: pa.Table, lengths: pa.ChunkedArray) -> LanguageTally:
    """Count the decisions on documents of these lengths (code points; null counts as none)."""
    characters = pc.fill_null(lengths, 0).to_numpy()
    weights = np.stack([np.ones(len(characters), np.int64), characters], axis=1)
    keep = decisions["keep"].to_numpy()
    rows, failed = flat(decisions["failed"])
    rows_unknown, abstained = flat(decisions["abstained"])
    removed, first = first_failed(recipe, rows, failed)
    times = np.bincount(rows, minlength=len(keep))
    single = times[rows] == 1
    size = len(recipe.table)
    rules = np.stack(
        [
            sums(first, weights[removed], size),
            sums(failed, weights[rows], size),
            sums(failed[single], weights[rows[single]], size),
            sums(abstained, weights[rows_unknown], size),
        ],
        axis=1,
    )
    unknown = ~keep & (times == 0)
    return LanguageTally(
        weights.sum(axis=0), weights[keep].sum(axis=0), weights[unknown].sum(axis=0), rules, lengths.null_count
    )


def first_failed(recipe: Recipe, rows: Counts, failed: Counts) -> tuple[Counts, Counts]:
    """The rows that fail any rule, and which of those is the first in the recipe's order."""
    if not len(rows):
        return rows, failed
    names = [rule.name for rule in recipe.table]
    by_place = np.array([names.index(rule.name) for rule in recipe.rules], np.int64)
    places = np.argsort(by_place)[failed]
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    return rows[starts], by_place[np.minimum.reduceat(places, starts)]


def flat(lists: pa.ChunkedArray) -> tuple[Counts, Counts]:
    """(row, value) of all values of a column of lists."""
    whole = lists.combine_chunks()
    return pc.list_parent_indices(whole).to_numpy(), pc.list_flatten(whole).to_numpy().astype(np.int64)


def sums(keys: Counts, weights: Counts, size: int) -> Counts:
    """Shape (size, 2): for each key below `size` the sum of the weights of its occurrences (exact below 2**53)."""
    columns = [np.bincount(keys, weights[:, column], minlength=size) for column in (DOCUMENT, CHARACTER)]
    return np.stack(columns, axis=1).astype(np.int64)

"""The waterfall: what each rule of a recipe removes, in documents, characters and tokens, by snapshot and language.

In order: what is left by the rules before it, and removed by this one. Alone: what it removes of all documents.
Unique: what it removes and would be kept without it: no other rule is false, or null where the recipe drops those.

An edit removes characters of documents, and no document: in order, of those that the rules before it left. What rules
after it remove is what it left of them. Nobody counts the tokens of edited texts: they are taken to go in proportion
to the characters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.dataset import DOCUMENTS
from rpdata.decide.edit_tally import edits_before, left_by_edits, tally_edits
from rpdata.decide.evaluate import schema_of
from rpdata.decide.files import PartitionFiles
from rpdata.decide.recipe import Recipe
from rpdata.decide.token_counts import CHARACTERS_PER_TOKEN, RULE_OF_THUMB, column_of
from rpdata.engine.places import language_of
from rpdata.scan import OTHER

Counts = npt.NDArray[np.int64]

IN_ORDER, ALONE, UNIQUE, ABSTAINED = range(4)
DOCUMENT, CHARACTER, TOKEN = range(3)


@dataclass(frozen=True)
class GroupTally:
    """What became of some documents; the last axis is always (documents, characters, tokens).

    Attributes
    ----------
    read, kept: shape (3,).
    unknown: shape (3,): removed though no rule is false, as one could not be evaluated (unknown="drop").
    rules: shape (rules of the recipe's table, IN_ORDER ALONE UNIQUE ABSTAINED, 3).
    edits: shape (edits of the recipe, 3): what each drops in order; its documents are those that lose a line.
    edited_lines: shape (edits of the recipe, 2): lines that it drops, and that it leaves as it cannot tell.
    without_length: documents whose characters nobody counted; they have none here.
    """

    read: Counts
    kept: Counts
    unknown: Counts
    rules: Counts
    edits: Counts
    edited_lines: Counts
    without_length: int

    def __add__(self, other: "GroupTally") -> "GroupTally":
        return GroupTally(
            self.read + other.read, self.kept + other.kept, self.unknown + other.unknown, self.rules + other.rules,
            self.edits + other.edits, self.edited_lines + other.edited_lines,
            self.without_length + other.without_length,
        )

    @property
    def balances(self) -> bool:
        """Whether everything that was read was kept, or removed by one rule or edit in order."""
        removed = self.rules[:, IN_ORDER].sum(axis=0) + self.unknown
        removed[CHARACTER:] += self.edits[:, CHARACTER:].sum(axis=0)
        return bool((self.read == self.kept + removed).all())


@dataclass(frozen=True)
class Tally:
    """Of a whole dataset, or some units of it.

    Attributes
    ----------
    groups: (snapshot, language) -> tally.
    counted: the overlay that tokens are from; None if nobody counted them: they are all 0.
    """

    recipe: Recipe
    groups: Mapping[tuple[str, str], GroupTally]
    counted: str | None = None

    @classmethod
    def empty(cls, recipe: Recipe, counted: str | None = None) -> "Tally":
        """Of no documents."""
        return cls(recipe, {}, counted)

    def __add__(self, other: "Tally") -> "Tally":
        zero = nothing(self.recipe)
        keys = sorted({*self.groups, *other.groups})
        return replace(
            self, groups={key: self.groups.get(key, zero) + other.groups.get(key, zero) for key in keys}
        )

    @property
    def whole(self) -> GroupTally:
        """All documents."""
        return sum(self.groups.values(), nothing(self.recipe))

    @property
    def languages(self) -> dict[str, GroupTally]:
        """By language."""
        return self._by(lambda key: key[1])

    @property
    def snapshots(self) -> dict[str, GroupTally]:
        """By snapshot."""
        return self._by(lambda key: key[0])

    def _by(self, name_of: Callable[[tuple[str, str]], str]) -> dict[str, GroupTally]:
        names = sorted({name_of(key) for key in self.groups})
        return {
            name: sum((of for key, of in self.groups.items() if name_of(key) == name), nothing(self.recipe))
            for name in names
        }

    def tokens(self, counts: Counts) -> int:
        """How many tokens these counts are: counted, or estimated by their characters."""
        return int(counts[TOKEN]) if self.counted else round(int(counts[CHARACTER]) / CHARACTERS_PER_TOKEN)

    @property
    def where_tokens_come_from(self) -> dict[str, Any]:
        """The overlay, and whether tokens of dropped lines are taken in proportion to characters; or the estimate."""
        if self.counted:
            return {"counted": self.counted, "of_lines_by_characters": bool(self.recipe.edits)}
        return {"counted": None, "characters_per_token": CHARACTERS_PER_TOKEN, "source": RULE_OF_THUMB}

    def as_dict(self) -> dict[str, Any]:
        """As JSON values; the rules in the recipe's order."""
        return {
            **described(self, self.whole),
            "tokens": self.where_tokens_come_from,
            "languages": {name: described(self, tally) for name, tally in self.languages.items()},
            "snapshots": {name: described(self, tally) for name, tally in self.snapshots.items()},
        }


def nothing(recipe: Recipe) -> GroupTally:
    none = np.zeros(3, np.int64)
    edits = len(recipe.edits)
    return GroupTally(
        none, none, none, np.zeros((len(recipe.table), 4, 3), np.int64), np.zeros((edits, 3), np.int64),
        np.zeros((edits, 2), np.int64), 0,
    )


def described(whole: Tally, tally: GroupTally) -> dict[str, Any]:
    """A tally as JSON values, the rules in the recipe's order."""
    recipe = whole.recipe
    names = [rule.name for rule in recipe.table]
    columns = ("in_order", "alone", "unique", "abstained")

    def told(counts: Counts) -> dict[str, int]:
        return {
            "documents": int(counts[DOCUMENT]), "characters": int(counts[CHARACTER]), "tokens": whole.tokens(counts)
        }

    return {
        "read": told(tally.read),
        "kept": told(tally.kept),
        "rules": [
            {
                "rule": rule.name,
                **{column: told(tally.rules[names.index(rule.name), number]) for number, column in enumerate(columns)},
            }
            for rule in recipe.rules
        ],
        "edits": [
            {"edit": edit.name, **told(counts), "lines": int(lines[0]), "lines_unknown": int(lines[1])}
            for edit, counts, lines in zip(recipe.edits, tally.edits, tally.edited_lines, strict=True)
        ],
        "unknown": told(tally.unknown),
        "documents_without_length": tally.without_length,
    }


def tally_partition(
    root: Path, recipe: Recipe, partition: str, counted: str | None = None, written: pa.Table | None = None
) -> Tally:
    """Count what the decision overlay of one partition says; tokens by the overlay that has them.

    written: its rows, where they are at hand; else they are read.
    """
    with PartitionFiles(root, partition) as files:
        if written is None:
            columns = [name for name in schema_of(len(recipe.edits)).names if name != "doc_id"]
            written = files.read(recipe.folder, columns)
        decisions = written.combine_chunks()
        documents = files.read(DOCUMENTS, ["language", "length"] if language_of(partition) == OTHER else ["length"])
        tokens = files.read(counted, [column_of(counted)]).column(0) if counted else None
    weights = weights_of(documents["length"], tokens)
    without = pc.is_null(documents["length"]).to_numpy()
    snapshot, language = partition.partition("/")[0], language_of(partition)
    if language != OTHER:
        return Tally(recipe, {(snapshot, language): tally(recipe, decisions, weights, without)}, counted)
    names = pc.fill_null(documents["language"], "(none known)")
    groups = {}
    for name in sorted(pc.unique(names).to_pylist()):
        here = pc.equal(names, name)
        rows = here.to_numpy()
        groups[snapshot, name] = tally(recipe, decisions.filter(here).combine_chunks(), weights[rows], without[rows])
    return Tally(recipe, groups, counted)


def weights_of(lengths: pa.ChunkedArray, tokens: pa.ChunkedArray | None) -> Counts:
    """Shape (documents, 3): 1, code points (null counts as none), tokens (none where nobody counted)."""
    characters = pc.fill_null(lengths, 0).to_numpy()
    counted = np.zeros(len(characters), np.int64) if tokens is None else tokens.to_numpy().astype(np.int64)
    return np.stack([np.ones(len(characters), np.int64), characters, counted], axis=1)


def tally(recipe: Recipe, decisions: pa.Table, weights: Counts, without_length: npt.NDArray[np.bool_]) -> GroupTally:
    """Count the decisions on documents of these weights; without_length: of which nobody counted the characters."""
    left, stage = left_by_edits(recipe, decisions, weights), edits_before(recipe)
    keep = decisions["keep"].to_numpy()
    rows, failed = flat(decisions["failed"])
    rows_unknown, abstained = flat(decisions["abstained"])
    removed, first = first_failed(recipe, rows, failed)
    times = np.bincount(rows, minlength=len(keep))
    removed_anyway = times > 1
    if recipe.unknown == "drop":
        removed_anyway[rows_unknown] = True
    single = ~removed_anyway[rows]
    size = len(recipe.table)
    rules = np.stack(
        [
            sums(first, left[removed, stage[first]], size),
            sums(failed, left[rows, stage[failed]], size),
            sums(failed[single], left[rows[single], stage[failed[single]]], size),
            sums(abstained, left[rows_unknown, stage[abstained]], size),
        ],
        axis=1,
    )
    unknown = ~keep & (times == 0)
    seen = np.full(len(keep), len(recipe.edits))
    seen[removed] = stage[first]
    at_the_end = left[:, -1]
    return GroupTally(
        weights.sum(axis=0), at_the_end[keep].sum(axis=0), at_the_end[unknown].sum(axis=0), rules,
        *tally_edits(recipe, decisions, left, seen), int(without_length.sum()),
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
    """Shape (size, 3): for each key below `size` the sum of the weights of its occurrences (exact below 2**53)."""
    columns = [np.bincount(keys, weights[:, column], minlength=size) for column in range(weights.shape[1])]
    return np.stack(columns, axis=1).astype(np.int64)

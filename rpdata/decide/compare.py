"""Recipes beside each other: which documents they decide alike, and what each alone keeps or removes.

All of it is sums over one count for each language: of the documents that just these recipes keep. Characters are code
points: of what a recipe keeps those that its edits leave, as the waterfall counts them; of all else those of whole
documents.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.dataset import DOCUMENTS, Dataset, command_for
from rpdata.decide.compared_domains import DomainCount, widest
from rpdata.decide.edit_tally import per_edit
from rpdata.decide.evaluate import DROPPED_CHARACTERS
from rpdata.decide.files import PartitionFiles
from rpdata.decide.recipe import Recipe
from rpdata.engine.places import language_of
from rpdata.errors import UserError
from rpdata.scan import OTHER
from rpdata.stale import refuse_stale

Counts = npt.NDArray[np.int64]
Patterns = npt.NDArray[np.int64]

MOST_RECIPES = 10           # counts are a row for each of the 2**recipes patterns
GROUPS_AT_ONCE = 256        # row groups (of 1,024 documents at most) of a few short columns
NO_LANGUAGE = "(none known)"


@dataclass(frozen=True)
class Agreement:
    """How far two recipes agree.

    Attributes
    ----------
    alike: share of the documents that both keep or both remove.
    jaccard: of the documents that they keep: those that both do, over those that one does.
    kappa: Cohen's (1960): 1 if they agree on all, 0 if no more often than their kept shares make likely by chance.
    only_first, only_second: documents that just that one of the two keeps.

    A share of nothing is None.
    """

    first: str
    second: str
    alike: float | None
    jaccard: float | None
    kappa: float | None
    only_first: int
    only_second: int


@dataclass(frozen=True)
class Comparison:
    """What recipes decided on a dataset.

    Attributes
    ----------
    recipes: fitted, with different names.
    languages: language -> counts, shape (2**recipes, 2 + recipes), see `by_pattern`. `read`, `kept`, `agreement` and
        the like are sums over them.
    domains: on which the recipes differ most, those first.
    """

    recipes: tuple[Recipe, ...]
    languages: Mapping[str, Counts]
    domains: list[DomainCount]

    @property
    def whole(self) -> Counts:
        """All languages together."""
        return sum(self.languages.values(), np.zeros(shape_of(len(self.recipes)), np.int64))

    def agreement(self, counts: Counts, first: int, second: int) -> Agreement:
        """Of two recipes, by their numbers, on the documents of these counts."""
        patterns = np.arange(len(counts))
        keeps = [patterns >> recipe & 1 == 1 for recipe in (first, second)]
        both, neither, only_first, only_second = (
            int(counts[here, 0].sum())
            for here in (keeps[0] & keeps[1], ~keeps[0] & ~keeps[1], keeps[0] & ~keeps[1], ~keeps[0] & keeps[1])
        )
        total = both + neither + only_first + only_second
        shares = [(both + only) / total if total else 0.0 for only in (only_first, only_second)]
        alike = share(both + neither, total)
        chance = shares[0] * shares[1] + (1 - shares[0]) * (1 - shares[1])
        return Agreement(
            self.recipes[first].name, self.recipes[second].name, alike, share(both, both + only_first + only_second),
            None if alike is None or chance == 1 else (alike - chance) / (1 - chance), only_first, only_second,
        )

    def agreements(self, counts: Counts) -> list[Agreement]:
        """Of every two recipes."""
        return [self.agreement(counts, *pair) for pair in combinations(range(len(self.recipes)), 2)]

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "recipes": [{"recipe": recipe.name, "folder": recipe.folder} for recipe in self.recipes],
            **self.described(self.whole),
            "languages": {name: self.described(counts) for name, counts in self.languages.items()},
            "domains": [
                {"domain": each.domain, "read": each.read, "kept": dict(zip(self.names, each.kept, strict=True))}
                for each in self.domains
            ],
        }

    @property
    def names(self) -> list[str]:
        """Of the recipes."""
        return [recipe.name for recipe in self.recipes]

    def described(self, counts: Counts) -> dict[str, Any]:
        """Some documents as JSON values."""
        sums = {"kept": kept, "kept_alone": kept_alone, "removed_alone": removed_alone}
        return {
            "read": pair(read(counts)),
            "decisions": {
                name: {what: pair(summed(counts, number)) for what, summed in sums.items()}
                for number, name in enumerate(self.names)
            },
            "agreement": [asdict(each) for each in self.agreements(counts)],
        }


def shape_of(recipes: int) -> tuple[int, int]:
    """Of the counts of so many recipes."""
    return 1 << recipes, 2 + recipes


def by_pattern(patterns: Patterns, lengths: Counts, left: Counts) -> Counts:
    """Counts, shape (2**recipes, 2 + recipes), by pattern, of which bit r says that recipe r keeps: the documents,
    their characters, and for each recipe the characters that its edits leave of them.

    patterns, lengths: of each document. left: shape (documents, recipes), see `verdicts`.
    """
    rows, _ = shape_of(left.shape[1])
    found = [np.bincount(patterns, each, minlength=rows) for each in (None, lengths, *left.T)]
    return np.stack(found, axis=1).astype(np.int64)


def decision_columns(recipe: Recipe) -> list[str]:
    """What is read of its decisions."""
    return ["keep", DROPPED_CHARACTERS] if recipe.edits else ["keep"]


def read(counts: Counts) -> Counts:
    """All documents and characters of some counts."""
    return np.asarray(counts[:, :2].sum(axis=0), np.int64)


def kept(counts: Counts, recipe: int) -> Counts:
    """Those that a recipe keeps, given by its number, without what its edits drop."""
    return kept_in(counts, np.arange(len(counts)) >> recipe & 1 == 1, recipe)


def kept_alone(counts: Counts, recipe: int) -> Counts:
    """Those that no other recipe keeps, without what the edits of this one drop."""
    return kept_in(counts, np.arange(len(counts)) == 1 << recipe, recipe)


def kept_in(counts: Counts, patterns: npt.NDArray[np.bool_], recipe: int) -> Counts:
    """Documents of some patterns, and the characters that a recipe leaves of them."""
    return np.asarray(counts[patterns][:, [0, 2 + recipe]].sum(axis=0), np.int64)


def removed_alone(counts: Counts, recipe: int) -> Counts:
    """Those that all others keep."""
    return np.asarray(counts[len(counts) - 1 - (1 << recipe), :2], np.int64)


def compare(dataset: Dataset, recipes: Sequence[Recipe]) -> Comparison:
    """Compare what fitted recipes decided, from their overlays; partition by partition, in bounded memory.

    UserError for fewer than two recipes or more than MOST_RECIPES, for two of one name, for a dataset without
    documents, and for decisions that are not (wholly) there.
    """
    refuse_recipes(recipes)
    refuse_undecided(dataset, recipes)
    languages: dict[str, Counts] = {}
    for partition in dataset.partitions:
        for patterns, left, documents in decided(dataset, recipes, partition, ["length", "language"]):
            for name, here in by_language(partition, documents["language"]):
                lengths = lengths_of(documents)
                languages[name] = languages.get(name, 0) + by_pattern(patterns[here], lengths[here], left[here])
    domains = widest(
        len(recipes),
        lambda: (
            (patterns, documents["source_domain"]) for partition in dataset.partitions
            for patterns, _, documents in decided(dataset, recipes, partition, ["length", "source_domain"])
        ),
    )
    return Comparison(tuple(recipes), dict(sorted(languages.items())), domains)


def refuse_recipes(recipes: Sequence[Recipe]) -> None:
    """UserError for recipes that cannot stand beside each other."""
    if not 2 <= len(recipes) <= MOST_RECIPES:
        raise UserError(f"2 to {MOST_RECIPES} recipes are compared with each other, not {len(recipes)}")
    names = [recipe.name for recipe in recipes]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"two of the recipes are called {name}. Give one another name: Recipe('other', ...)")


def refuse_undecided(dataset: Dataset, recipes: Sequence[Recipe]) -> None:
    """UserError for a dataset of which not every document was decided on by every recipe as it is, or that has none.
    """
    if not dataset.partitions:
        raise UserError(f"{dataset.root} has no documents to compare recipes on.\nSee: rpdata status {dataset.root}")
    for recipe in recipes:
        there = dataset.overlays.get(recipe.folder, {})
        if any(partition not in there for partition in dataset.partitions):
            raise UserError(
                f"{recipe.name} has not decided on all documents of {dataset.root}: "
                f"run {command_for(recipe.folder, dataset.root)}"
            )
    refuse_stale(dataset, [recipe.folder for recipe in recipes])


def decided(
    dataset: Dataset, recipes: Sequence[Recipe], partition: str, columns: Sequence[str]
) -> Iterator[tuple[Patterns, Counts, pa.Table]]:
    """For some documents of a partition after the other: who keeps each, what each recipe leaves of it (see
    `by_pattern`), and columns of documents, `length` among them."""
    with PartitionFiles(dataset.root, partition) as files:
        groups = range(len(files.rows_of_groups()))
        for first in range(0, len(groups), GROUPS_AT_ONCE):
            some = groups[first:first + GROUPS_AT_ONCE]
            documents = files.read(DOCUMENTS, columns, some)
            decisions = [files.read(recipe.folder, decision_columns(recipe), some) for recipe in recipes]
            yield *verdicts(recipes, decisions, lengths_of(documents)), documents


def verdicts(recipes: Sequence[Recipe], decisions: Sequence[pa.Table], lengths: Counts) -> tuple[Patterns, Counts]:
    """Of some documents the pattern (see `by_pattern`), and the characters that each recipe's edits leave of them.

    decisions: of each recipe, the columns `decision_columns`. lengths: characters of each document.
    """
    patterns = np.zeros(len(lengths), np.int64)
    left = np.zeros((len(lengths), len(recipes)), np.int64)
    for number, (recipe, table) in enumerate(zip(recipes, decisions, strict=True)):
        patterns |= table["keep"].to_numpy().astype(np.int64) << number
        dropped = per_edit(recipe, table, DROPPED_CHARACTERS).sum(axis=1)
        left[:, number] = np.maximum(lengths - dropped, 0)      # 0 where nobody counted them
    return patterns, left


def lengths_of(documents: pa.Table) -> Counts:
    """Characters of documents; 0 where nobody counted them."""
    lengths: Counts = pc.fill_null(documents["length"], 0).to_numpy()
    return lengths


def by_language(partition: str, languages: pa.ChunkedArray) -> Iterator[tuple[str, Any]]:
    """(language, which rows) of a partition: of most there is one language."""
    if language_of(partition) != OTHER:
        yield language_of(partition), slice(None)
        return
    names = pc.fill_null(languages, NO_LANGUAGE)
    for name in sorted(pc.unique(names).to_pylist()):
        yield name, pc.equal(names, name).to_numpy()


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def pair(counts: Counts) -> dict[str, int]:
    return {"documents": int(counts[0]), "characters": int(counts[1])}

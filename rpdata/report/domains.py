"""Which domains a recipe takes documents from, and which it leaves: their share before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

COUNTED = 200_000       # domains that are held at once, twice as many for a moment; beyond, the smallest are let go
NAMED = 12              # for each recipe and direction


@dataclass(frozen=True)
class DomainChange:
    """One domain under one recipe.

    Attributes
    ----------
    documents: of it. kept: of these.
    before, after: its share of all documents, and of those that are kept.
    """

    domain: str
    documents: int
    kept: int
    before: float
    after: float


@dataclass(frozen=True)
class DomainChanges:
    """Under one recipe. gained: whose share grows most; lost: whose share shrinks most. gone: domains of which nothing
    is kept, of all that were counted."""

    gained: list[DomainChange]
    lost: list[DomainChange]
    gone: int
    domains: int


class DomainCounts:
    """Documents of each domain, and how many of them each recipe keeps.

    Memory is bounded: beyond 400,000 domains those with the fewest documents so far are let go. `let_go` says how
    many times, so that a reader knows that rare domains may be counted too low.
    """

    def __init__(self, recipes: int) -> None:
        self._names = [f"{number}" for number in range(recipes)]
        schema = {"domain": pl.String, "documents": pl.Int64, **dict.fromkeys(self._names, pl.Int64)}
        self._counts = pl.DataFrame(schema=schema)
        self.let_go = 0

    def add(self, domains: pl.Series, keep: Sequence[np.ndarray]) -> None:
        """Some documents: the domain of each (null where none is known), and for each recipe whether it is kept."""
        columns = {"domain": domains, "documents": np.ones(len(domains), np.int64)}
        frame = pl.DataFrame({**columns, **dict(zip(self._names, (k.astype(np.int64) for k in keep), strict=True))})
        both = pl.concat([self._counts, frame.drop_nulls("domain")])
        self._counts = both.group_by("domain").agg(pl.exclude("domain").sum())
        if self._counts.height > 2 * COUNTED:
            self._counts = self._counts.sort(["documents", "domain"], descending=[True, False]).head(COUNTED)
            self.let_go += 1

    def changes(self, recipe: int, kept: int, documents: int) -> DomainChanges:
        """Under one recipe. kept: documents that it keeps, of so many documents."""
        frame = self._counts.select("domain", "documents", pl.col(self._names[recipe]).alias("kept")).with_columns(
            before=pl.col("documents") / max(documents, 1), after=pl.col("kept") / max(kept, 1)
        ).with_columns(change=pl.col("after") - pl.col("before"))
        gained = frame.filter(pl.col("change") > 0).sort(["change", "domain"], descending=[True, False]).head(NAMED)
        lost = frame.filter(pl.col("kept") < pl.col("documents")).filter(pl.col("change") < 0)
        return DomainChanges(
            changes_in(gained), changes_in(lost.sort(["change", "domain"]).head(NAMED)),
            int((self._counts[self._names[recipe]] == 0).sum()), self._counts.height,
        )


def changes_in(frame: pl.DataFrame) -> list[DomainChange]:
    return [DomainChange(**row) for row in frame.drop("change").iter_rows(named=True)]

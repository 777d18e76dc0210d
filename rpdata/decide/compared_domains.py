"""The domains on which recipes differ most, of any number of domains in bounded memory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

MOST_ROWS = 2_000_000       # (domain, pattern) that are held at once
WAITING = 0.25              # of those: new ones that are added to them together
SHOWN = 100

Pieces = Iterable[tuple[npt.NDArray[np.int64], pa.ChunkedArray]]


@dataclass(frozen=True)
class DomainCount:
    """The documents of a domain.

    Attributes
    ----------
    domain: None for documents of which none is known.
    kept: by each recipe.
    """

    domain: str | None
    read: int
    kept: tuple[int, ...]

    @property
    def spread(self) -> int:
        """Documents that the recipe which keeps most keeps beyond the one which keeps least."""
        return max(self.kept) - min(self.kept)


def widest(recipes: int, pieces: Callable[[], Pieces], most: int = SHOWN, rows: int = MOST_ROWS) -> list[DomainCount]:
    """The domains with the widest spread, those first, then by name; none on which all keep equally many.

    pieces: gives all documents anew at each call: for each the pattern (bit r: recipe r keeps it), and its domain.
    rows: that are held at once. Where the domains of the dataset need more, only those of one half of the hashes are
    counted, or of a quarter, and the others in a pass of their own.
    """
    found: list[DomainCount] = []
    todo = [(0, 1)]
    while todo:
        part, parts = todo.pop()
        held = Held(part, parts, waiting=int(WAITING * rows))
        for patterns, domains in pieces():
            held.add(patterns, domains)
            while held.rows > rows and held.parts < 1 << 32:
                todo.append(held.halve())
        found = sorted([*found, *held.widest(recipes, most)], key=order)[:most]
    return found


def order(count: DomainCount) -> tuple[int, bool, str]:
    return -count.spread, count.domain is None, count.domain or ""


class Held:
    """How many documents of which pattern each domain has, of the domains whose hash is `part` modulo `parts`."""

    def __init__(self, part: int, parts: int, waiting: int) -> None:
        self.part = part
        self.parts = parts
        self._most_waiting = waiting
        self._sums = pl.DataFrame(schema={"domain": pl.String, "pattern": pl.Int64, "documents": pl.Int64})
        self._waiting: list[pl.DataFrame] = []
        self._rows_waiting = 0

    @property
    def rows(self) -> int:
        """That are held."""
        return self._sums.height

    def add(self, patterns: npt.NDArray[np.int64], domains: pa.ChunkedArray) -> None:
        """Count some documents."""
        frame = pl.DataFrame({"domain": pl.Series(domains, dtype=pl.String), "pattern": patterns})
        counted = self._mine(frame.group_by("domain", "pattern").len("documents").cast({"documents": pl.Int64}))
        self._waiting.append(counted)
        self._rows_waiting += counted.height
        if self._rows_waiting > self._most_waiting:
            self._settle()

    def halve(self) -> tuple[int, int]:
        """Forget half of the domains; returns which part of how many they are."""
        forgotten = self.part + self.parts, 2 * self.parts
        self.parts *= 2
        self._sums = self._mine(self._sums)
        return forgotten

    def widest(self, recipes: int, most: int) -> list[DomainCount]:
        """Of those that are held."""
        self._settle()
        kept = [
            pl.col("documents").filter(pl.col("pattern") & (1 << recipe) != 0).sum().alias(f"kept {recipe}")
            for recipe in range(recipes)
        ]
        columns = [f"kept {recipe}" for recipe in range(recipes)]
        spread = (pl.max_horizontal(columns) - pl.min_horizontal(columns)).alias("spread")
        sums = self._sums.group_by("domain").agg(pl.col("documents").sum(), *kept).with_columns(spread)
        top = sums.filter(pl.col("spread") > 0).sort(
            "spread", "domain", descending=[True, False], nulls_last=True
        ).head(most)
        return [DomainCount(domain, documents, tuple(rest[:-1])) for domain, documents, *rest in top.iter_rows()]

    def _settle(self) -> None:
        """Add what waits."""
        parts = pl.concat([self._sums, *self._waiting])
        self._sums = self._mine(parts.group_by("domain", "pattern").agg(pl.col("documents").sum()))
        self._waiting, self._rows_waiting = [], 0

    def _mine(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(pl.col("domain").hash() % self.parts == self.part) if self.parts > 1 else frame

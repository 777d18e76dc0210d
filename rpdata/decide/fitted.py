"""Rules that need more than one document's signals: quantiles, samples, deduplication.

`Recipe.fit` measures what a quantile is in a dataset, for each language; the fitted rule has those constants and
decides on a document by itself. A sample is the same documents everywhere: it looks at the hash of doc_id only.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import polars as pl
import xxhash

from rpdata.decide.algebra import LANGUAGE
from rpdata.decide.rules import Named, Rule, rest, rule
from rpdata.decide.values import Content, Kind, Row, Value, col, finite, plain
from rpdata.errors import UserError

if TYPE_CHECKING:
    from rpdata.dataset import Dataset

HASHES = 2.0**64
SALT = b"sample "       # the hash of doc_id alone chooses what is in the dataset's folder sample/
DIGITS = 6      # of a share of a number of documents: 0.29 * 100 is 28.999999999999996, and means 29


class Global(Rule):
    """A rule that cannot decide before it is fitted to a dataset."""

    @property
    def is_global(self) -> bool:
        return True

    @abstractmethod
    def fit(self, dataset: "Dataset") -> Rule:
        """The same with constants."""

    def expr(self) -> pl.Expr:
        self._refuse()

    def of(self, row: Row) -> bool | None:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise UserError(
            f"the rule {self.name} depends on the whole dataset: fit the recipe first, "
            "recipe.fit(Dataset.open(OUT)), and use what that returns"
        )


@dataclass(frozen=True, eq=False)
class Quantile(Global):
    """See `quantile`."""

    value: Value
    share: float
    at_least: bool
    by: str | None

    @property
    def name(self) -> str:
        return f"quantile.{self.value}.{'at_least' if self.at_least else 'at_most'}_{plain(self.share)}"

    @property
    def content(self) -> Content:
        return ["quantile", self.value.content, self.share, self.at_least, self.by]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {**self.value.columns, **({self.by: "text"} if self.by else {})}

    def fit(self, dataset: "Dataset") -> Rule:
        from rpdata.decide.columns import scan_columns

        frame = scan_columns(dataset, self.columns).select(
            (pl.col(self.by) if self.by else pl.lit("")).alias("group"), self.value.expr().alias("value")
        )
        known = frame.filter(pl.col("value").is_not_null() & pl.col("group").is_not_null())
        found = known.group_by("group").agg(pl.col("value").sort().get(self._place())).sort("group").collect()
        words = said(self.share, self.at_least, self.by)
        return Thresholds(self.name, self.value, tuple(found.iter_rows()), words, self.at_least, self.by)

    def _place(self) -> pl.Expr:
        """Of the threshold among the values in ascending order, from 0."""
        share = (pl.len() * self.share).round(DIGITS)
        place = share.floor() if self.at_least else share.ceil() - 1
        return place.cast(pl.Int64).clip(0, pl.len().cast(pl.Int64) - 1)

    def __str__(self) -> str:
        return f"{self.value} {said(self.share, self.at_least, self.by)}"


@dataclass(frozen=True, eq=False)
class Thresholds(Rule):
    """A fitted quantile or draw. Of a group in which nothing was known, it is null."""

    label: str
    value: Value
    thresholds: tuple[tuple[str, float], ...]       # group -> threshold, ascending
    words: str                                      # what they are, behind the value
    at_least: bool
    by: str | None

    @property
    def name(self) -> str:
        return self.label

    @property
    def content(self) -> Content:
        return ["thresholds", self.label, self.value.content, self.at_least, self.by, *map(list, self.thresholds)]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {**self.value.columns, **({self.by: "text"} if self.by else {})}

    def expr(self) -> pl.Expr:
        groups, thresholds = [group for group, _ in self.thresholds], [number for _, number in self.thresholds]
        group = pl.col(self.by) if self.by else pl.lit("")
        threshold = group.replace_strict(groups, thresholds, default=None, return_dtype=pl.Float64)
        value = self.value.expr()
        return value >= threshold if self.at_least else value <= threshold

    def of(self, row: Row) -> bool | None:
        threshold, value = self.threshold(row), self.value.of(row)
        if value is None or threshold is None:
            return None
        return value >= threshold if self.at_least else value <= threshold

    def threshold(self, row: Row) -> float | None:
        """That of the document's group; None if there is none."""
        group = row.text(self.by) if self.by else ""
        return None if group is None else dict(self.thresholds).get(group)

    def __str__(self) -> str:
        told = ", ".join(f"{group} {plain(number)}".strip() for group, number in self.thresholds)
        return f"{self.value} {self.words}: {told}"


@dataclass(frozen=True, eq=False)
class Sample(Rule):
    """See `sample`."""

    fraction: float
    seed: int

    @property
    def name(self) -> str:
        return f"sample.{plain(self.fraction)}" + (f".seed_{self.seed}" if self.seed else "")

    @property
    def content(self) -> Content:
        return ["sample", self.fraction, self.seed]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {"doc_id": "text"}

    def expr(self) -> pl.Expr:
        def chosen(doc_ids: pl.Series) -> pl.Series:
            # Polars takes away what .when() will not look at
            chosen_ones = [None if doc_id is None else self._takes(doc_id) for doc_id in doc_ids]
            return pl.Series(doc_ids.name, chosen_ones, pl.Boolean)

        return pl.col("doc_id").map_batches(chosen, return_dtype=pl.Boolean, is_elementwise=True)

    def of(self, row: Row) -> bool | None:
        doc_id = row.text("doc_id")
        return None if doc_id is None else self._takes(doc_id)

    def _takes(self, doc_id: str) -> bool:
        return xxhash.xxh3_64_intdigest(SALT + doc_id.encode(), self.seed) < self.fraction * HASHES

    def __str__(self) -> str:
        return f"a sample of {plain(self.fraction)} of the documents, seed {self.seed}"


def quantile(
    column: str | Value, *, at_least: float | None = None, at_most: float | None = None, by: str | None = LANGUAGE
) -> Quantile:
    """Keeps documents whose value is at least (at most) a quantile of all values of their language.

    at_least, at_most: one of them, between 0 and 1. by: a column of text, or None to compare all documents with each
    other. The quantile is the value of a document, so that of n different values at_least= keeps the (1 - share) * n
    largest, and at_most= the share * n smallest, rounded up, and one at least. Ties with the last one are kept too.
    """
    if (at_least is None) == (at_most is None):
        raise UserError("quantile() wants either at_least= or at_most=, a share between 0 and 1")
    share = share_of(at_least if at_least is not None else at_most, "quantile()")
    return Quantile(compared(column, "quantile()"), share, at_least is not None, by)


def sample(fraction: float, seed: int = 0) -> Sample:
    """Keeps about this fraction of the documents: those of which xxh3("sample " + doc_id, seed) is low.

    A smaller fraction with the same seed is a part of a larger one. The folder sample/ of a dataset is chosen by
    another hash.
    """
    return Sample(share_of(fraction, "sample()"), seed_of(seed, "a sample"))


def deduplicated(level: float | str) -> Named:
    """Keeps one document of every cluster of duplicates: "exact", or a similarity such as 0.8 (`rpdata dedup`).

    UserError for a similarity that no signature was made for.
    """
    from rpdata.scan import kept_column  # not before a dataset is opened: workers need no scans

    column = kept_column(level)
    told = column.removeprefix("keep_sim") if level != "exact" else level
    return rule(f"deduplicated.{told}", col(column) == 1, source="rpdata dedup")


def fitted(whole: Rule, dataset: "Dataset") -> Rule:
    """A rule with every global one in it fitted."""
    return rest(whole.rewrite(lambda part: part.fit(dataset) if isinstance(part, Global) else part))


def compared(column: str | Value, where: str) -> Value:
    """The value that documents are compared by; UserError for one that lines have."""
    value = col(column) if isinstance(column, str) else column
    if "line" in value.columns.values():
        raise UserError(f"{where} compares documents, and {value} is a number of a line: write line(...).sum()")
    return value


def share_of(number: float | None, where: str) -> float:
    if number is None or not 0 <= number <= 1:
        raise UserError(f"{where} takes a share between 0 and 1, not {number!r}")
    return finite(number)


def seed_of(seed: int, where: str) -> int:
    if not isinstance(seed, int) or not 0 <= seed < HASHES:
        raise UserError(f"the seed of {where} is a whole number from 0 to 2**64 - 1, not {seed!r}")
    return seed


def said(share: float, at_least: bool, by: str | None) -> str:
    return f"{'>=' if at_least else '<='} its quantile {plain(share)}" + (f" by {by}" if by else "")

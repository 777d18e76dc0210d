"""Importance resampling (DSIR: Xie et al. 2023, "Data Selection for Language Models via Importance
Resampling").

Documents are drawn without replacement, in proportion to exp(score), where the score is the logarithm of an importance
weight. To draw k of them is to add Gumbel noise to every score and to take the k largest (Gumbel top-k: Vieira 2014,
Kool et al. 2019). The noise is a function of the seed and of doc_id, so that a draw can be made again, and a fitted
rule decides on a document by itself.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl
import xxhash

from rpdata.decide.algebra import LANGUAGE
from rpdata.decide.fitted import Global, Thresholds, compared, seed_of, share_of
from rpdata.decide.rules import Rule
from rpdata.decide.values import Content, Kind, Row, Value, plain
from rpdata.errors import UserError

if TYPE_CHECKING:
    from rpdata.dataset import Dataset

SALT = b"gumbel "
BITS = 52       # of a hash: then half-way between two numbers is a float64 too, and never 0 or 1


@dataclass(frozen=True, eq=False)
class GumbelNoise(Value):
    """-log(-log(u)), u between 0 and 1 by the hash of SALT and doc_id with a seed."""

    seed: int

    @property
    def content(self) -> Content:
        return ["gumbel", self.seed]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {"doc_id": "text"}

    def expr(self) -> pl.Expr:
        def noises(doc_ids: pl.Series) -> pl.Series:
            # Polars takes away what .when() will not look at
            known = [hashed(doc_id, self.seed) for doc_id in doc_ids if doc_id is not None]
            found = iter(noise(known).tolist())
            return pl.Series(doc_ids.name, [None if doc_id is None else next(found) for doc_id in doc_ids], pl.Float64)

        return pl.col("doc_id").map_batches(noises, return_dtype=pl.Float64, is_elementwise=True)

    def of(self, row: Row) -> float | None:
        doc_id = row.text("doc_id")
        return None if doc_id is None else float(noise([hashed(doc_id, self.seed)])[0])

    def __str__(self) -> str:
        return f"Gumbel noise of seed {self.seed}"


@dataclass(frozen=True, eq=False)
class ImportanceSample(Global):
    """See `importance_sample`."""

    value: Value
    size: int | None
    fraction: float | None
    seed: int
    by: str | None

    @property
    def name(self) -> str:
        many = str(self.size) if self.fraction is None else plain(self.fraction)
        return f"importance_sample.{self.value}.{many}" + (f".seed_{self.seed}" if self.seed else "")

    @property
    def content(self) -> Content:
        return ["importance sample", self.value.content, self.size, self.fraction, self.seed, self.by]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {**self.noisy.columns, **({self.by: "text"} if self.by else {})}

    @property
    def noisy(self) -> Value:
        """What is compared."""
        return self.value + GumbelNoise(self.seed)

    def fit(self, dataset: "Dataset") -> Rule:
        from rpdata.decide.columns import scan_columns

        frame = scan_columns(dataset, self.columns).select(
            (pl.col(self.by) if self.by else pl.lit("")).alias("group"), self.noisy.expr().alias("value")
        )
        known = frame.filter(pl.col("value").is_not_null() & pl.col("group").is_not_null()).collect()
        thresholds = []
        for group in sorted(known["group"].unique()):
            values = known.filter(pl.col("group") == group)["value"].sort(descending=True).to_numpy()
            thresholds.append((group, threshold(values, self.wanted(len(values)))))
        return Thresholds(self.name, self.noisy, tuple(thresholds), self.said, True, self.by)

    def wanted(self, known: int) -> int:
        """How many of so many documents are drawn."""
        return min(self.size, known) if self.size is not None else round(share_of(self.fraction, "") * known)

    @property
    def said(self) -> str:
        """The draw in words."""
        many = f"the {self.size} largest" if self.fraction is None else f"the largest {plain(self.fraction)}"
        return f"is among {many}" + (f" by {self.by}" if self.by else "")

    def __str__(self) -> str:
        return f"{self.noisy} {self.said}"


def importance_sample(
    column: str | Value, *, size: int | None = None, fraction: float | None = None, seed: int = 0,
    by: str | None = LANGUAGE,
) -> ImportanceSample:
    """Keeps documents drawn without replacement, in proportion to exp(column): DSIR (Xie et al. 2023).

    column: the logarithm of an importance weight, such as "rps_doc_wikipedia_importance". size: how many documents of
    each language (where there are fewer, all); or fraction: of those of each language that have a score, between 0 and
    1. by: a column of text, or None to draw from all documents together. Where the score is null, the rule abstains.
    Documents whose noisy scores are equal are drawn together.
    """
    if (size is None) == (fraction is None):
        raise UserError("importance_sample() wants either size=, a number of documents, or fraction=")
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 0):
        raise UserError(f"importance_sample() takes a whole number of documents, not size={size!r}")
    share = None if fraction is None else share_of(fraction, "importance_sample()")
    value = compared(column, "importance_sample()")
    return ImportanceSample(value, size, share, seed_of(seed, "an importance sample"), by)


def hashed(doc_id: str, seed: int) -> int:
    """Not the hash by which `sample` chooses: it takes low ones, and what it took would have low noise."""
    return xxhash.xxh3_64_intdigest(SALT + doc_id.encode(), seed)


def noise(hashes: list[int]) -> npt.NDArray[np.float64]:
    """Standard Gumbel noise of 64-bit hashes: the same for one as for many."""
    uniform = ((np.array(hashes, np.uint64) >> np.uint64(64 - BITS)).astype(np.float64) + 0.5) / 2.0**BITS
    found: npt.NDArray[np.float64] = -np.log(-np.log(uniform))
    return found


def threshold(values: npt.NDArray[np.float64], wanted: int) -> float:
    """That `wanted` of the values, which descend, are at least as large as; half-way to the next one.

    So it does not matter if another machine's logarithm differs in the last digit.
    """
    if wanted == 0:
        return math.nextafter(float(values[0]), math.inf)
    last = float(values[wanted - 1])
    after = float(values[wanted]) if wanted < len(values) else last
    between = last if last == after else after + (last - after) / 2
    return between if after < between <= last else last     # else there is nothing between, or last - after is inf

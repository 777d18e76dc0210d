"""What would be kept if a rule's threshold were another one: of the rule alone, and of the whole recipe.

Every figure is counted over all documents that the rule looks at. Only where the thresholds lie is taken from a
sample of the values, if there are very many.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from rpdata.dataset import DOCUMENTS, Dataset
from rpdata.decide.columns import kinds_of, refuse_missing, sources_of
from rpdata.decide.compare import by_language
from rpdata.decide.conditions import Between
from rpdata.decide.evaluate import decide, stages
from rpdata.decide.files import PartitionFiles
from rpdata.decide.json_numbers import with_infinities
from rpdata.decide.movable import FALSE, TRUE, Movable, movable
from rpdata.decide.near import Near, Nearest
from rpdata.decide.overlay import frame_of
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Rule
from rpdata.decide.surviving import Counts, Flags
from rpdata.errors import UserError
from rpdata.for_recipe import limited_of

Side = Literal["low", "high"]
Values = npt.NDArray[np.float64]

SHARES = (0.001, 0.01, 0.02, 0.05, *(tenth / 10 for tenth in range(1, 10)), 0.95, 0.98, 0.99, 0.999)
SAMPLED = 4_000_000         # values that quantiles are taken of; of more, every second, fourth, ...
GROUPS_AT_ONCE = 64


@dataclass(frozen=True)
class LanguageCurve:
    """Of one language, or of all: how many documents there are, and for each threshold how many the rule alone and
    the whole recipe keep."""

    read: int
    alone: tuple[int, ...]
    whole: tuple[int, ...]


@dataclass(frozen=True)
class Curve:
    """One bound of a rule moved, the other one left where it is.

    Attributes
    ----------
    side: which bound: "low" or "high". today: where it is.
    thresholds: ascending, today's among them.
    all: of all documents. languages: language -> the same of its documents.
    inside, outside: documents nearest to today's bound that the rule passes and fails, of those that the recipe keeps
        if and only if the rule passes them.
    """

    side: Side
    today: float
    thresholds: tuple[float, ...]
    all: LanguageCurve
    languages: Mapping[str, LanguageCurve]
    inside: list[Near]
    outside: list[Near]


@dataclass(frozen=True)
class Tuning:
    """A rule of a recipe with its bounds moved.

    Attributes
    ----------
    documents: those that the rule looks at. unknown: of them, those of which its value is null; they are kept where
        the recipe says so.
    curves: of each bound that the rule has.
    """

    recipe: str
    rule: str
    condition: str
    documents: int
    unknown: int
    curves: list[Curve]

    def as_dict(self) -> dict[str, Any]:
        """As JSON values; infinite numbers as the strings "Infinity" and "-Infinity"."""
        told: dict[str, Any] = with_infinities(asdict(self))
        return told


@dataclass(frozen=True)
class Piece:
    """Some documents that the rule looks at, of one language.

    Attributes
    ----------
    language: its name. partition, rows: where they are.
    value: NaN where it is null.
    keep: what the recipe says. if_true, if_false: what it would say if the rule were that, whatever the value.
    """

    language: str
    partition: str
    rows: Counts
    value: Values
    keep: Flags
    if_true: Flags
    if_false: Flags


def tune(dataset: Dataset, recipe: Recipe, name: str) -> Tuning:
    """Move the bounds of the rule called so, one at a time; reads the recipe's columns twice, in bounded memory.

    UserError if there is no such rule or it has no bounds, if the dataset has no documents, or lacks columns.
    """
    if not dataset.partitions:
        raise UserError(f"{dataset.root} has no documents.\nSee: rpdata status {dataset.root}")
    refuse_missing(dataset, [recipe])
    moved = movable(recipe.fit(dataset), name)
    condition = moved.condition
    values = sampled(dataset, moved)
    sides: list[tuple[Side, float | None]] = [("low", condition.low), ("high", condition.high)]
    moving = [Moving.of(moved, side, today, values) for side, today in sides if today is not None]
    documents = unknown = 0
    for piece in pieces(dataset, moved):
        documents += len(piece.value)
        unknown += int(np.isnan(piece.value).sum())
        for each in moving:
            each.add(piece)
    curves = [each.curve(dataset) for each in moving]
    # of `== 0` both bounds are 0, and below it there is nothing to move to
    telling = [curve for curve in curves if len(curve.thresholds) > 1] or curves[:1]
    return Tuning(recipe.name, moved.rule.name, str(condition), documents, unknown, telling)


class Moving:
    """What is counted while one bound is moved."""

    def __init__(self, moved: Movable, side: Side, today: float, thresholds: Values) -> None:
        self._moved = moved
        self._side = side
        self._today = today
        self._thresholds = thresholds
        self._read: dict[str, int] = {}
        self._kept: dict[str, Counts] = {}      # language -> shape (2, thresholds): alone, whole
        self._inside, self._outside = Nearest(), Nearest()

    @classmethod
    def of(cls, moved: Movable, side: Side, today: float, values: Values) -> "Moving":
        """Thresholds are quantiles of the values that the other bound leaves, and today's."""
        other = moved.condition.high if side == "low" else moved.condition.low
        left = values if other is None else values[values <= other if side == "low" else values >= other]
        found = np.quantile(left, SHARES, method="lower") if len(left) else np.array([])
        return cls(moved, side, today, np.unique([*found, today]))

    def add(self, piece: Piece) -> None:
        """Count some documents."""
        known = ~np.isnan(piece.value)
        null_kept = int((piece.keep & ~known).sum())
        null_passed = 0 if self._moved.recipe.unknown == "drop" else int((~known).sum())
        counted = np.empty((2, len(self._thresholds)), np.int64)
        for number, threshold in enumerate(self._thresholds):
            passes = met(self.at(float(threshold)), piece.value)
            whole = np.where(passes, piece.if_true, piece.if_false) & known
            counted[:, number] = passes.sum() + null_passed, whole.sum() + null_kept
        self._read[piece.language] = self._read.get(piece.language, 0) + len(piece.value)
        self._kept[piece.language] = self._kept.get(piece.language, 0) + counted
        passes = met(self._moved.condition, piece.value)
        decides = known & piece.if_true & ~piece.if_false
        beyond = piece.value - self._today if self._side == "low" else self._today - piece.value
        for nearest, here, distance in (
            (self._inside, decides & passes, beyond), (self._outside, decides & ~passes & (beyond <= 0), -beyond),
        ):
            nearest.add(piece.partition, piece.rows[here], piece.value[here], distance[here])

    def at(self, threshold: float) -> Between:
        """The condition with its bound there."""
        condition = self._moved.condition
        return replace(condition, low=threshold) if self._side == "low" else replace(condition, high=threshold)

    def curve(self, dataset: Dataset) -> Curve:
        """What was counted, with the texts of the nearest documents."""
        languages = {
            name: LanguageCurve(self._read[name], *(tuple(map(int, row)) for row in kept))
            for name, kept in sorted(self._kept.items())
        }
        zero = np.zeros((2, len(self._thresholds)), np.int64)
        alone, whole = (tuple(map(int, row)) for row in sum(self._kept.values(), zero))
        return Curve(
            self._side, self._today, tuple(map(float, self._thresholds)),
            LanguageCurve(sum(self._read.values()), alone, whole), languages,
            self._inside.read(dataset.root), self._outside.read(dataset.root),
        )


def met(condition: Between, values: Values) -> Flags:
    """Where values meet a condition; NaN does not."""
    low = -np.inf if condition.low is None else condition.low
    high = np.inf if condition.high is None else condition.high
    above = values > low if condition.low_open else values >= low
    below = values < high if condition.high_open else values <= high
    return np.logical_and(above, below)


def sampled(dataset: Dataset, moved: Movable) -> Values:
    """The values of the rule: all of them, or of very many every second, fourth, ..."""
    found: list[Values] = []
    held, every, seen = 0, 1, 0
    # before any edit the rule needs no columns but its own
    for _, _, frame in frames(dataset, moved, moved.recipe.steps if moved.recipe.edits else [moved.rule]):
        values = values_of(moved, frame)
        values = values[is_about(moved, frame) & ~np.isnan(values)]
        some = values[-seen % every::every]
        seen += len(values)
        found.append(some)
        held += len(some)
        if held > SAMPLED:
            found = [np.concatenate(found)[::2]]
            held, every = len(found[0]), 2 * every
    return np.concatenate(found) if found else np.array([])


def pieces(dataset: Dataset, moved: Movable) -> Iterator[Piece]:
    """All documents that the rule looks at, with what the recipe says of them."""
    recipes = [moved.recipe, moved.with_rule(TRUE), moved.with_rule(FALSE)]
    for partition, first, frame in frames(dataset, moved, moved.recipe.steps):
        looked_at = is_about(moved, frame)
        values = values_of(moved, frame)
        keeps = [decide(recipe, frame).keep for recipe in recipes]
        for language, where in by_language(partition, frame["language"].to_arrow()):
            here = np.zeros(frame.height, bool)
            here[where] = True
            rows = np.flatnonzero(here & looked_at)
            if len(rows):
                yield Piece(language, partition, first + rows, values[rows], *(keep[rows] for keep in keeps))


def frames(dataset: Dataset, moved: Movable, rules: Sequence[Rule]) -> Iterator[tuple[str, int, pl.DataFrame]]:
    """(partition, number of the first row, columns) of some documents after the other: what these rules of a recipe
    read, and the language.

    Columns that were computed for the recipe only are read where the moved rule looks at one: models were not asked
    about documents that another rule would let in with other bounds.
    """
    waited = limited_of(dataset).keys() & moved.condition.columns
    readers = moved.recipe.readers if waited else ()
    sources = {**sources_of(dataset, kinds_of(rules), readers), "language": DOCUMENTS}
    for partition in dataset.partitions:
        with PartitionFiles(dataset.root, partition) as files:
            sizes, first = files.rows_of_groups(), 0
            for start in range(0, len(sizes), GROUPS_AT_ONCE):
                groups = range(start, min(start + GROUPS_AT_ONCE, len(sizes)))
                frame = pl.concat(
                    [frame_of(files.read(step, names, groups)) for step, names in by_overlay(sources).items()],
                    how="horizontal",
                )
                yield partition, first, frame
                first += frame.height


def by_overlay(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Overlay -> the columns to read of it."""
    return {
        step: [name for name, source in sources.items() if source == step] for step in sorted(set(sources.values()))
    }


def is_about(moved: Movable, frame: pl.DataFrame) -> Flags:
    """The rows that the rule looks at."""
    found: Flags = frame.with_columns(moved.alone(FALSE).expr().alias("passes"))["passes"].to_numpy()
    return ~found


def values_of(moved: Movable, frame: pl.DataFrame) -> Values:
    """What the rule looks at, after the edits that come before it; NaN where it is null."""
    (seen, *_) = (
        as_seen for rules, as_seen, _ in stages(moved.recipe, frame)
        if any(part == moved.rule for rule in rules for part in rule.walk())
    )
    found: Values = seen.with_columns(moved.condition.value.expr().alias("value"))["value"].to_numpy()
    return found

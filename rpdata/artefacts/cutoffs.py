"""Where the buckets of cc_net end: head, middle and tail by perplexity (Wenzek et al. 2020, section 4.3)."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.errors import UserError

HEAD_PERCENTILE, MIDDLE_PERCENTILE = 30, 60


@dataclass(frozen=True)
class Cutoffs:
    """A document is `head` if its perplexity is below `head`, else `middle` if it is below `middle`, else `tail`."""

    head: float
    middle: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.head) and math.isfinite(self.middle) and 0 < self.head <= self.middle):
            raise UserError(f"cutoffs must be two perplexities, the first the smaller: {self.head}, {self.middle}")

    def buckets(self, perplexities: pa.DoubleArray) -> pa.StringArray:
        """The bucket of each perplexity; null where that is null."""
        below_middle = pc.if_else(pc.less(perplexities, self.middle), "middle", "tail")
        return pc.if_else(pc.less(perplexities, self.head), "head", below_middle)

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")


def read_cutoffs(path: Path) -> Cutoffs:
    """The cutoffs of an artefact's `cutoffs.json`; UserError if it holds none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return Cutoffs(float(told["head"]), float(told["middle"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} does not hold cutoffs ({error!r}); it should look like " '{"head": 340.0, "middle": 520.0}'
        ) from error


def cutoffs_of(perplexities: Sequence[float] | npt.NDArray[np.float64]) -> Cutoffs:
    """Those that put 30% of the given documents into head and 30% into middle. UserError for no documents."""
    if len(perplexities) == 0:
        raise UserError("no document to compute bucket cutoffs from: give some that are not empty")
    head, middle = np.percentile(perplexities, [HEAD_PERCENTILE, MIDDLE_PERCENTILE])
    return Cutoffs(round(float(head), 1), round(float(middle), 1))


@dataclass(frozen=True)
class CutoffTable:
    """What a `cutoff.csv` of cc_net says of languages: cutoffs, or why there can be none; nothing of one it lacks."""

    cutoffs: Mapping[str, Cutoffs] = field(default_factory=dict)
    damaged: Mapping[str, str] = field(default_factory=dict)


def cutoffs_of_cc_net(table: Path) -> CutoffTable:
    """Of a row for each percentile and a column for each language. UserError if it is no such table."""
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        languages = rows[0][1:]
        by_percentile = {int(float(row[0])): row[1:] for row in rows[1:] if row}
        head, middle = by_percentile[HEAD_PERCENTILE], by_percentile[MIDDLE_PERCENTILE]
        cells = list(zip(languages, head, middle, strict=True))
    except (OSError, ValueError, LookupError) as error:
        raise UserError(
            f"{table} is not a table of cutoffs as cc_net has it ({error!r}): a first row of languages, and rows that "
            f"begin with percentiles, {HEAD_PERCENTILE} and {MIDDLE_PERCENTILE} among them"
        ) from error
    cutoffs: dict[str, Cutoffs] = {}
    damaged: dict[str, str] = {}
    for language, low, high in cells:
        if low and high:                # the table has gaps where a language was not measured
            try:
                cutoffs[language] = Cutoffs(float(low), float(high))
            except (ValueError, UserError) as error:
                damaged[language] = str(error)
    return CutoffTable(cutoffs, damaged)

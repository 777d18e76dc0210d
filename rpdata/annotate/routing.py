"""Which partition a document goes to by its language, and the batches of each partition.

A language that was asked for has the partition `<language>_all`. With `all` the documents in any other language are
kept too, in `other_all`; without it they are dropped.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from rpdata.annotate.language import THRESHOLD
from rpdata.errors import UserError
from rpdata.ledger import ReadReport
from rpdata.schema import BYTES_PER_BATCH
from rpdata.sources.batches import Fill, lines_of, sizes_of
from rpdata.sources.check import LANGUAGE

MAIN_LANGUAGES = ("de", "en", "es", "fr", "it")     # those of RedPajama-V2
ALL, OTHER = "all", "other"

# What all partitions of a unit hold together before the largest closes its batch early. With that, memory does not
# depend on the number of languages.
OPEN_BYTES = 4 * BYTES_PER_BATCH


@dataclass(frozen=True)
class Languages:
    """The languages asked for. named: those with a partition of their own. rest: keep all others too, in one."""

    named: frozenset[str] = frozenset(MAIN_LANGUAGES)
    rest: bool = False

    @classmethod
    def parse(cls, text: str) -> "Languages":
        """From `en,de`, `en,de,all` or `all`, which is short for the five main ones and all."""
        words = [word.strip() for word in text.split(",")]
        named = frozenset(words) - {ALL}
        if OTHER in named or not all(LANGUAGE.fullmatch(name) for name in named):
            raise UserError(f"cannot read --languages {text!r}. Write it like en,de,fr, or en,de,all, or all")
        return cls(named or frozenset(MAIN_LANGUAGES), ALL in words)

    def __str__(self) -> str:
        return ",".join([*sorted(self.named), *([ALL] if self.rest else [])])

    def partition(self, language: str | None) -> str | None:
        """The name of the partition of a document, None if it is not asked for."""
        if language in self.named:
            return f"{language}_all"
        return f"{OTHER}_all" if self.rest else None


@dataclass
class Open:
    """The documents of one partition that are waiting for their batch to close."""

    pieces: list[pa.RecordBatch] = field(default_factory=list)
    fill: Fill = field(default_factory=Fill)

    def close(self) -> pa.RecordBatch:
        """What waits, as one batch; nothing waits after it."""
        batch = pa.Table.from_batches(self.pieces).combine_chunks().to_batches()[0]
        self.pieces, self.fill = [], Fill()
        return batch

    def add(
        self, batch: pa.RecordBatch, rows: np.ndarray, sizes: np.ndarray, lines: np.ndarray
    ) -> Iterator[pa.RecordBatch]:
        """The given rows of a batch, with so many bytes and newlines each; yields each batch that is full."""
        start = 0
        for place, counts in enumerate(zip(sizes.tolist(), lines.tolist(), strict=True), 1):
            if self.fill.add(*counts):
                self.pieces.append(batch.take(pa.array(rows[start:place])))
                start = place
                yield self.close()
        if start < len(rows):
            self.pieces.append(batch.take(pa.array(rows[start:])))


def route(
    batches: Iterable[pa.RecordBatch], languages: Languages, report: ReadReport
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Deal identified documents out to partitions: yields (partition, batch), each partition's in the order of input.

    Those with a score below THRESHOLD are dropped `language_score`, then those in no language asked for `language`.
    A partition's batches close by the rule of `rpdata.schema`, applied to its own documents; if all partitions
    together wait with more than OPEN_BYTES, the largest closes. Both depend on the documents alone. At most
    OPEN_BYTES and one batch of the input wait.
    """
    waiting: dict[str, Open] = defaultdict(Open)
    for batch in batches:
        sizes, lines = sizes_of(batch), lines_of(batch)
        for partition, rows in destinations(batch, languages, report).items():
            for full in waiting[partition].add(batch, rows, sizes[rows], lines[rows]):
                yield partition, full
        while sum(held.fill.size for held in waiting.values()) > OPEN_BYTES:
            largest = max(waiting, key=lambda name: (waiting[name].fill.size, name))
            yield largest, waiting[largest].close()
    for name, rest in waiting.items():
        if rest.fill.rows:
            yield name, rest.close()


def destinations(batch: pa.RecordBatch, languages: Languages, report: ReadReport) -> dict[str, np.ndarray]:
    """Partition -> its rows of the batch; what has none is dropped."""
    rows: dict[str, list[int]] = {}
    scores = batch["language_score"].to_numpy()
    for row, language in enumerate(batch["language"].to_pylist()):
        partition = languages.partition(language)
        if scores[row] < THRESHOLD:
            report.drop("language_score")
        elif partition is None:
            report.drop("language")
        else:
            rows.setdefault(partition, []).append(row)
    return {partition: np.array(places) for partition, places in rows.items()}

"""Documents of the sample that a recipe drops or keeps, with the rules that they fail and where the text shows it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.dataset import DOCUMENTS, Dataset
from rpdata.decide.columns import kinds_of, sources_of
from rpdata.decide.explain import Explained, explain
from rpdata.decide.files import PartitionFiles
from rpdata.decide.line_conditions import LINE_START
from rpdata.decide.recipe import Recipe
from rpdata.decide.sample_row import SampleRow
from rpdata.decide.values import Row
from rpdata.pages import TextPages
from rpdata.report.chosen import Place, columns_of
from rpdata.report.evidence import Span, evidence, whole

DROPPED, KEPT = 6, 3        # of each recipe
FIELDS = ["doc_id", "url", "source_domain", "language", "title", "length"]


@dataclass(frozen=True)
class Failure:
    """A rule that a document fails, or an edit that drops lines of it: what was asked and found, and the parts of the
    text that show it."""

    told: Explained
    spans: list[Span]


@dataclass(frozen=True)
class Example:
    """One document under one recipe. lines: its text, without the newlines. failures: in the recipe's order, and edits
    that drop lines."""

    doc_id: str
    url: str | None
    language: str | None
    title: str | None
    partition: str
    keep: bool
    lines: list[str]
    failures: list[Failure]


@dataclass(frozen=True)
class Verdict:
    """Of a document of the sample: whether it is kept, and the numbers of the rules that it fails (Recipe.table)."""

    place: Place
    keep: bool
    failed: tuple[int, ...]


def examples_of(dataset: Dataset, recipe: Recipe, places: Sequence[Place]) -> list[Example]:
    """Some documents that the recipe drops, each for another reason as long as there are, then some that it keeps.

    places: the sample, in its order, of which the first that fit are taken.
    """
    sources = sources_of(dataset, kinds_of(recipe.steps), recipe.readers)
    verdicts = list(verdicts_on(dataset.root, recipe, places))
    chosen = [*dropped(recipe, verdicts), *spread([v for v in verdicts if v.keep], KEPT, by_language)]
    found = {
        example.doc_id: example
        for _, here in groupby(sorted(chosen, key=lambda v: (v.place.partition, v.place.row)),
                               key=lambda v: v.place.partition)
        for example in read_examples(dataset.root, recipe, sources, list(here))
    }
    return [found[verdict.place.doc_id] for verdict in chosen]


def verdicts_on(root: Path, recipe: Recipe, places: Sequence[Place]) -> Iterator[Verdict]:
    """What the decision overlay says of the sample, in its order."""
    by_partition: dict[str, list[Place]] = {}
    for place in places:
        by_partition.setdefault(place.partition, []).append(place)
    found: dict[str, Verdict] = {}
    for partition, here in by_partition.items():
        with PartitionFiles(root, partition) as files:
            rows = pa.array([place.row for place in here])
            table = files.read(recipe.folder, ["keep", "failed"]).take(rows).to_pydict()
        for place, keep, failed in zip(here, table["keep"], table["failed"], strict=True):
            found[place.doc_id] = Verdict(place, keep, tuple(failed))
    return (found[place.doc_id] for place in places)


def dropped(recipe: Recipe, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """One for each rule that is the first to fail, then a second one, and so on."""
    order = {rule.name: place for place, rule in enumerate(recipe.rules)}
    places = [order[rule.name] for rule in recipe.table]

    def first_failed(verdict: Verdict) -> str:
        return str(min((places[number] for number in verdict.failed), default=-1))

    return spread([verdict for verdict in verdicts if not verdict.keep], DROPPED, first_failed)


def by_language(verdict: Verdict) -> str:
    return verdict.place.partition.rpartition("/")[2]


def spread(verdicts: Sequence[Verdict], number: int, kind: Callable[[Verdict], str]) -> list[Verdict]:
    """So many of them: the first of each kind, then the second of each, in their order."""
    turns: dict[str, int] = {}
    ranked = []
    for at, verdict in enumerate(verdicts):
        turn = turns[kind(verdict)] = turns.get(kind(verdict), 0) + 1
        ranked.append((turn, at))
    return [verdicts[at] for _, at in sorted(ranked)[:number]]


def read_examples(
    root: Path, recipe: Recipe, sources: Mapping[str, str], verdicts: Sequence[Verdict]
) -> Iterator[Example]:
    """Documents of one partition, ascending by row. sources: column that the recipe reads -> overlay."""
    partition = verdicts[0].place.partition
    path = root / DOCUMENTS / f"{partition}.parquet"
    with (
        PartitionFiles(root, partition) as files,
        pq.ParquetFile(path) as file,
        TextPages(path, file) as pages,
    ):
        first = 0
        for group, size in enumerate(files.rows_of_groups()):
            here = [verdict for verdict in verdicts if first <= verdict.place.row < first + size]
            if here:
                rows = np.array([verdict.place.row - first for verdict in here])
                fields = files.read(DOCUMENTS, FIELDS, [group]).take(pa.array(rows)).to_pylist()
                columns = columns_of(files, sources, [group]).take(pa.array(rows)).to_pylist()
                texts = pages.read(group, rows).to_pylist()
                for verdict, known, values, text in zip(here, fields, columns, texts, strict=True):
                    row = SampleRow({**known, **values})
                    yield example_of(recipe, partition, verdict, known, values, text, row)
            first += size


def example_of(
    recipe: Recipe, partition: str, verdict: Verdict, known: dict[str, Any], values: dict[str, Any],
    text: str, row: SampleRow,
) -> Example:
    """One document, with everything that its rules say of it."""
    lines = text.split("\n")
    lines = lines if lines[-1] else lines[:-1]
    of_lines = {name: value for name, value in values.items() if isinstance(value, list) and is_numbers(value)}
    steps = {step.name: step for step in recipe.steps}
    failures = []
    left: Row = row
    alive = set(range(len(lines)))
    for told in explain(recipe, verdict.place.doc_id, row).rules:
        if told.verdict == "edits":
            starts = left.lines(LINE_START) or []
            left = steps[told.rule].edited(left)
            kept = set(left.lines(LINE_START) or [])
            gone = {at for at, start in zip(sorted(alive), starts, strict=False) if start not in kept}
            alive -= gone
            if gone:
                failures.append(Failure(told, [whole(at, lines[at]) for at in sorted(gone)]))
        elif told.depth == 0 and told.verdict == "fails":
            spans = evidence(list(steps[told.rule].columns), lines, of_lines)
            failures.append(Failure(told, [span for span in spans if span.line in alive]))
    return Example(
        verdict.place.doc_id, known["url"], known["language"], known["title"], partition, verdict.keep, lines, failures
    )


def is_numbers(values: list[object]) -> bool:
    """Whether there is a number for each line, and not names."""
    return not any(isinstance(value, str) for value in values)

"""Datasets made without a crawl, and decisions on them without a cluster."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from build_dataset import Builder

from rpdata.dataset import Dataset
from rpdata.decide import Recipe, col, rule
from rpdata.decide.overlay import DecisionTask, decide_unit, tasks_of
from rpdata.decide.waterfall import Tally

ROWS = {"2023-06/0000/de_all": 150, "2023-06/0000/en_head": 333, "2023-06/0001/en_head": 0, "2023-14/0000/en_tail": 70}

SCORED = rule("scored", col("score") >= 0.25)
WORDY = rule("wordy", col("words").is_between(10, 80))
FLAGGED = rule("flagged", col("flag") == 1) | rule("short", col("length") < 200)
EVEN = rule("even", col("line_ends").sum() / col("words") <= 0.1)
RECIPE = Recipe("some", (WORDY & SCORED & FLAGGED).for_language("de", SCORED & EVEN))


def build(root: Path, partitions: Mapping[str, int] = ROWS) -> Builder:
    return Builder(root).with_partitions(partitions)


def decided(root: Path, recipe: Recipe) -> tuple[list[DecisionTask], Tally]:
    """Decide on every unit, in this process."""
    tasks = tasks_of(Dataset.open(root), recipe)
    return tasks, sum((decide_unit(task) for task in tasks), Tally.empty(recipe))


def decisions(root: Path, recipe: Recipe) -> list[dict]:
    """All rows of the overlay, in the dataset's order."""
    parts = Dataset.open(root).partitions
    return [row for part in parts for row in pq.read_table(root / recipe.folder / f"{part}.parquet").to_pylist()]


def rows_of(root: Path) -> list[dict]:
    """All rows of documents and signals."""
    frame = Dataset.open(root).scan(["quality_signals"]).collect()
    assert isinstance(frame, pl.DataFrame)
    return frame.to_dicts()

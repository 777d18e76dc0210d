"""Subsets without a cluster, and datasets to keep something of."""

import hashlib
from pathlib import Path
from unittest import mock

from decide.deciding import decided
from dedup.annotated import here

from rpdata.dataset import Dataset
from rpdata.decide import Recipe, col, rule
from rpdata.engine.resources import Resources
from rpdata.subset.run import SubsetSummary, keep

SENTENCE = "The mill at the end of the lane was sold to a baker from the next town, who repaired its wheel."


def text(number: int) -> str:
    """Longer ones and shorter ones, with a menu and a footer; each other than all others."""
    lines = [f"{number * line} {SENTENCE}" for line in range(1, number * 7 % 11 + 1)]
    return "\n".join(["Menu", *lines, f"© {number}"]) if number % 5 else "ä😀" * (number % 3)


TEXTS = {
    "2023-06/0000/de_head": [text(number) for number in range(15)],
    "2023-06/0000/en_head": [text(number) for number in range(20, 70)],
    "2023-06/0001/en_head": [text(1)],
    "2023-14/0000/en_tail": [text(number) for number in range(80, 100)],
}
DOCUMENTS = sum(map(len, TEXTS.values()))
LONG = rule("long", col("rps_doc_word_count") >= 40)
WORDY = rule("wordy", col("rps_doc_mean_word_length").is_between(2, 4.05))
RECIPE = Recipe("some", LONG & WORDY)


def keeping(root: Path, recipe: Recipe, output: Path) -> SubsetSummary:
    """Decide, and write what is kept; all in this process."""
    fitted = recipe.fit(Dataset.open(root))
    decided(root, fitted)
    with mock.patch("rpdata.annotate.work.start", here):
        return keep(root, fitted, output, Resources.of(1, None, None), command=f"rpdata filter {root} --recipe r")


def digest(root: Path) -> dict[str, str]:
    """Every file of a dataset but its logs and the manifest, which holds paths."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and path.name != "rpdata.json"]
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files if not (name := str(path.relative_to(root))).startswith("logs/")
    }

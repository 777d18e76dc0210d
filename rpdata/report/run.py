"""`rpdata report OUT --recipes NAME,...`: one page about a dataset and what recipes make of it."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rpdata.compare import decide_missing
from rpdata.dataset import Dataset
from rpdata.decide.columns import refuse_missing
from rpdata.decide.compare import MOST_RECIPES
from rpdata.decide.overlay import is_decided, tasks_of
from rpdata.decide.recipe import Recipe
from rpdata.engine.commit import write_atomically
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.report.findings import gather
from rpdata.report.page.whole import whole_page


@dataclass(frozen=True)
class ReportSummary:
    """What was written.

    Attributes
    ----------
    output: the page. bytes: of it. documents: it is about. recipes: by name, with their hashes.
    decided: those that were decided on first, as `rpdata filter` does.
    units_without_documents: planned ones, of which the page has nothing yet.
    """

    output: str
    bytes: int
    documents: int
    recipes: dict[str, str]
    decided: list[str]
    units_without_documents: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def run(
    root: Path, recipes: Sequence[Recipe], named: Sequence[str], output: Path, resources: Resources, *,
    quiet: bool = False, silent: bool = True,
) -> ReportSummary:
    """Write the page; decide first where no decisions are there. The same dataset and recipes give the same bytes.

    named: the recipes as they were typed. UserError where the dataset has no documents, or lacks what a recipe reads;
    CannotFinish where the page can't be written.
    """
    began = time.monotonic()
    refuse_place(output)
    if not 1 <= len(recipes) <= MOST_RECIPES:
        raise UserError(
            f"a report is about 1 to {MOST_RECIPES} recipes, not {len(recipes)}. Name them: --recipes gopher,c4"
        )
    shown = str(root).rstrip("/")
    dataset = Dataset.open(root)
    if not dataset.partitions:
        raise UserError(f"{shown} has no documents to report on.\nSee: rpdata status {shown}")
    refuse_missing(dataset, recipes)
    fitted = [recipe.fit(dataset) for recipe in recipes]
    pending = [recipe.name for recipe in fitted if not all(map(is_decided, tasks_of(dataset, recipe)))]
    if pending:     # a dataset that nobody may write to can be reported on where all is decided
        decided = decide_missing(root, recipes, resources, quiet=quiet, silent=silent)
        dataset, fitted = decided.dataset, decided.recipes
    findings = gather(dataset, shown, fitted, named)
    page = whole_page(findings).encode()
    write_atomically(output, page)
    return ReportSummary(
        output=str(output),
        bytes=len(page),
        documents=findings.counted.total,
        recipes={name: recipe.hash for name, recipe in zip(named, fitted, strict=True)},
        decided=pending,
        units_without_documents=findings.provenance.units_without_documents,
        seconds=round(time.monotonic() - began, 3),
    )


def refuse_place(output: Path) -> None:
    """Before any work: the page has to have a place."""
    if output.is_dir():
        raise UserError(f"{output} is a folder; the report is one file. Name it: --output {output}/report.html")
    if not output.absolute().parent.is_dir():
        raise UserError(f"cannot write {output}: there is no folder {output.parent}. Make it, or name another place")

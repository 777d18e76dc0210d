"""The pairs that were found when an index was made: a new snapshot is compared with it, not all of it with itself.

    <index>/edges/<exact>-<verify>/edges-<t>/...    as the stage of edges writes them
    <index>/edges/<exact>-<verify>/order/           facts: of which documents, in which order, by which code

They hold numbers of documents, so they serve as long as the same documents come first in the same order.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from rpdata.dedup.comparison import Comparison, code_hash
from rpdata.dedup.index.catalogue import Index
from rpdata.dedup.job import Job
from rpdata.dedup.settings import DedupSettings
from rpdata.engine.arrays import Arrays, is_written, write_arrays
from rpdata.engine.commit import temporary_beside
from rpdata.ledger import configuration_hash

ORDER = "order"


def earlier_edges(comparison: Comparison, others: Iterable[Index]) -> Path | None:
    """The folder of the pairs that are known among the documents that come first; None if they are not all there."""
    indexes = list(others)
    if len(indexes) != 1 or not comparison.first:
        return None
    folder = _folder(indexes[0], comparison.settings)
    if not is_written(folder / ORDER):
        return None
    facts = Arrays(folder / ORDER).facts
    known = comparison.numbering.described()[:sum(each.segment.name in comparison.first
                                                  for each in comparison.numbering.ranges)]
    wanted = {str(threshold) for threshold in comparison.settings.fuzzy}
    if facts["order"] != _order(known) or not wanted <= set(facts["thresholds"]):
        return None
    return folder


def keep_edges(job: Job, index: Index) -> None:
    """Put the pairs of a job beside the index that has its documents, in place of those that were there."""
    folder = _folder(index, job.settings)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(folder)
    try:
        for threshold in job.settings.fuzzy:
            source = job.stage("edges", threshold)
            shutil.copytree(source, temporary / source.name, copy_function=_linked)
        facts = {"order": _order(job.numbering.described()), "thresholds": [str(t) for t in job.settings.fuzzy]}
        write_arrays(temporary / ORDER, {}, facts)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _order(described: list[dict[str, object]]) -> str:
    return configuration_hash({"places": described, "code": code_hash()})


def _folder(index: Index, settings: DedupSettings) -> Path:
    return index.folder / "edges" / f"{settings.exact}-{settings.verify}"


def _linked(source: str, target: str) -> None:
    """Another name for the same file, which nobody writes to any more; a copy where the file system has none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)

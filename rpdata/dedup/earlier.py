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
EARLIER = "earlier"        # of the work


def earlier_edges(comparison: Comparison, others: Iterable[Index]) -> Path | None:
    """The folder of the pairs that are known among the documents that come first; None if they are not all there.

    It is the work's own: whoever deduplicates the index's dataset meanwhile puts others in the place of its pairs. A
    run that goes on uses those that it began with, as its evidence is of the documents that they leave to compare.
    """
    indexes = list(others)
    if len(indexes) != 1 or not comparison.first:
        return None
    target = comparison.work / EARLIER
    source = _folder(indexes[0], comparison.settings)
    if not is_written(target / ORDER) and is_written(source / ORDER):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_beside(target)
        try:
            shutil.copytree(source, temporary, copy_function=_linked)
            if _serves(temporary, comparison):
                os.rename(temporary, target)
        except shutil.Error:        # it is being replaced
            return None
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return target if is_written(target / ORDER) else None


def _serves(folder: Path, comparison: Comparison) -> bool:
    """Whether the pairs in a folder are of the documents that come first, and all of them are there."""
    if not is_written(folder / ORDER):
        return False
    facts = Arrays(folder / ORDER).facts
    known = comparison.numbering.described()[:sum(each.segment.name in comparison.first
                                                  for each in comparison.numbering.ranges)]
    wanted = [str(threshold) for threshold in comparison.settings.fuzzy]
    return facts["order"] == _order(known) and all(
        facts["files"].get(threshold) == _files(folder, threshold) for threshold in wanted
    )


def keep_edges(job: Job, index: Index) -> None:
    """Put the pairs of a job beside the index that has its documents, in place of those that were there."""
    folder = _folder(index, job.settings)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary, old = temporary_beside(folder), temporary_beside(folder)
    try:
        for threshold in job.settings.fuzzy:
            source = job.stage("edges", threshold)
            shutil.copytree(
                source, temporary / source.name, copy_function=_linked, ignore=shutil.ignore_patterns(".*")
            )
        files = {str(threshold): _files(temporary, str(threshold)) for threshold in job.settings.fuzzy}
        write_arrays(temporary / ORDER, {}, {"order": _order(job.numbering.described()), "files": files})
        if folder.exists():
            os.rename(folder, old)      # whole, or not there
        os.rename(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _files(folder: Path, threshold: str) -> int:
    """How many files the pairs of a threshold have."""
    return sum(1 for _ in folder.glob(f"edges-{threshold}/*/*/*"))


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

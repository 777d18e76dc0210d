"""What the stages of a deduplication leave on the way, which a run removes at its end."""

from pathlib import Path

from rpdata.dedup.comparison import Comparison
from rpdata.dedup.index.segments import parts
from rpdata.dedup.job import Job
from rpdata.dedup.own_index import own_index
from rpdata.dedup.settings import DedupSettings
from rpdata.dedup.stages import Stages, find_duplicates, make_all_keys

MEMORY = 256 << 20      # bytes that the arrays of a task may take


def found_here(root: Path, settings: DedupSettings, stages: Stages) -> tuple[Comparison, Job]:
    """Everything up to the survivors of a dataset, and the job whose folders it is in."""
    index = own_index(root.absolute())
    make_all_keys(stages, index.segments, parts(settings.exact, settings.fuzzy))
    comparison = Comparison.of(index.folder, index.segments, frozenset(), [root.absolute()], settings)
    job = comparison.job(None)
    find_duplicates(stages, job, comparison.preferences, MEMORY)
    return comparison, job

"""The units of a run through the workers, with progress and times; and how every run ends."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rpdata.annotate.saving import Saving
from rpdata.annotate.timings import Timings
from rpdata.annotate.unit import UnitReport
from rpdata.engine.cluster import Cluster, UnitsLeftOut, existing_cluster, local_cluster
from rpdata.engine.commit import sweep, write_atomically
from rpdata.engine.plan import Unit
from rpdata.engine.progress import Progress
from rpdata.engine.resources import Resources
from rpdata.errors import CannotFinish, UserError
from rpdata.report.views import write_views


class Annotated(Protocol):
    """What a run's summary counts of its own work."""

    annotated_documents: int
    annotated_text_bytes: int


def work_through(
    units: Sequence[Unit],
    task: Callable[[Unit], Callable[[], UnitReport]],
    root: Path,
    resources: Resources,
    summary: Annotated,
    quiet: bool,
    silent: bool,
    saving: Saving | None = None,
) -> None:
    """Do the task of each unit; every unit that can be finished is. Counts into `summary`, times into the logs.

    task: what travels to a worker for a unit, and is called there. saving: what is spared for a recipe is added to it.
    """
    sizes = {unit.name: unit.size for unit in units}
    with (
        start(resources) as cluster,
        Progress(len(units), sum(sizes.values()), quiet=quiet, silent=silent, dashboard=cluster.dashboard) as progress,
        Timings(root) as timings,
    ):
        cluster.on_progress(progress.advance)
        for name, report in cluster.run(done, ((unit.name, task(unit)) for unit in units)):
            progress.unit_done(sizes[name])
            timings.add(report)
            summary.annotated_documents += report.documents
            summary.annotated_text_bytes += report.text_bytes
            if saving:
                saving.add(report.saving)


def done(task: Callable[[], UnitReport]) -> UnitReport:
    """On the worker."""
    return task()


@contextmanager
def start(resources: Resources) -> Iterator[Cluster]:
    """The workers: an existing scheduler's, or processes of our own."""
    if resources.scheduler:
        with existing_cluster(resources.scheduler) as cluster:
            yield cluster
    else:
        with local_cluster(resources.workers, resources.memory_of_a_worker) as cluster:
            yield cluster


@contextmanager
def finishing(root: Path, count: Callable[[], None], missing: Callable[[], list[str]]) -> Iterator[None]:
    """After the work, also where some units could not be finished: tidy up, count, and show what is there.

    missing: the units that the ledger does not call done. Raises CannotFinish if there are any, whatever workers said.
    """
    unfinished: CannotFinish | None = None
    try:
        yield
    except CannotFinish as error:
        unfinished = error
    finally:
        sweep(root)   # a worker that was killed left its temporary files
    try:
        note_causes(root, unfinished.causes if isinstance(unfinished, UnitsLeftOut) else {})
        count()
        write_views(root)
    except OSError:
        if unfinished is None:      # or it has the same cause, and says more of it
            raise
    except UserError as error:      # such as a damaged entry of the ledger
        if unfinished is None:
            raise CannotFinish(str(error)) from error       # work has been done: nothing was refused before it
    if unfinished:
        raise unfinished
    if names := missing():
        raise CannotFinish(
            f"the workers say that they are done, but {root} lacks {len(names)} units (the first is {names[0]}).\n"
            "Workers on other machines need the same rpdata, and this folder under the same path."
        )


def note_causes(root: Path, causes: Mapping[str, str]) -> None:
    """errors/unfinished.jsonl: every unit that the last run had to leave out, and why; no file if there is none."""
    path = root / "errors" / "unfinished.jsonl"
    if causes:
        lines = [json.dumps({"unit": name, "cause": why}, ensure_ascii=False) + "\n" for name, why in causes.items()]
        write_atomically(path, "".join(lines).encode())
    else:
        path.unlink(missing_ok=True)

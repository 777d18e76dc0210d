"""Runs a task over many units on Dask: a local cluster, or an existing scheduler. The only file that imports it.

Units are handed out one for each worker thread, never queued on a worker: when a worker dies, Dask suspects everything
that was assigned to it, and this way that is the one unit it was working on. Tasks are idempotent, so one whose worker
died is simply tried again.
"""
# mypy: untyped-calls-exclude=distributed

import contextlib
import importlib.util
import logging
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rpdata.errors import CannotFinish, UserError

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

T = TypeVar("T")
R = TypeVar("R")

TRIES = 3                   # of a unit whose worker dies, before it is given up
TOPIC = "rpdata-progress"
EVENT_SECONDS = 0.5         # a worker tells its progress no more often
LOOK_SECONDS = 2            # how often to look whether there are more workers
WORKERLESS_SECONDS = 120    # how long to go on without any worker: they are replaced, or join again
SEARCH_SECONDS = 20         # how long to wait for an existing scheduler and its first worker

# Results are small and a spilling or paused worker would only wait for memory that never comes back: the nanny ends a
# worker that goes beyond its limit, and the unit is tried again or named.
CONFIGURATION = {
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    # Dask looks this long after a worker's death whether it is there, and gives its place up if it just died again.
    "distributed.deploy.lost-worker-timeout": "365 days",
    "distributed.scheduler.allowed-failures": TRIES - 1,
    "distributed.scheduler.worker-saturation": 1.0,
    # Workers and scheduler look at themselves a hundred times a second, which costs 4 ms of CPU time for a MB of text,
    # where annotation takes 22. And there is nothing to steal, as units are not queued.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.scheduler.work-stealing": False,
    # Batches come and go: to hand their memory back to the system each time, as Dask asks of malloc, costs more than
    # to keep it for the next.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 1 << 28, "MALLOC_MMAP_THRESHOLD_": 1 << 28},
}

# One thread does the work of a worker; libraries must not start a pool for each core beside it.
WORKER_ENVIRONMENT = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")


NAMED = 10                  # of the units that were left out, in a message
ENDED = "it ended its worker again and again, most often for lack of memory"     # why a unit was left out
MEMORY_ADVICE = (
    "\nMost often that is memory: run the same command again with more --memory, or fewer --workers; it goes on with "
    "what is missing."
)


class Cluster:
    """Workers that are up. Made by `local_cluster` or `existing_cluster`."""

    def __init__(self, client: "Client", dashboard: str | None) -> None:
        self.client = client
        self.dashboard = dashboard      # address of Dask's own pages, where there are any
        self._known_threads = 0
        self._looked = float("-inf")
        self._last_seen = time.monotonic()

    def on_progress(self, handler: Callable[[int, int], None]) -> None:
        """Call `handler(documents, text_bytes)`, in a thread of its own, with what workers tell through `advance`."""
        self.client.subscribe_topic(TOPIC, lambda event: handler(*event[1]))

    @property
    def memory(self) -> int:
        """Bytes that a worker may take: the least that any has been given; of one without a limit, the machine's."""
        from distributed.system import MEMORY_LIMIT

        workers = self.client.scheduler_info(n_workers=-1)["workers"].values()
        return min((worker["memory_limit"] or MEMORY_LIMIT for worker in workers), default=MEMORY_LIMIT)

    def run(self, task: Callable[[T], R], items: Iterable[tuple[str, T]]) -> Iterator[tuple[str, R]]:
        """Run `task(item)` for each (name, item); yields (name, result) as they finish, in any order.

        The task and what it takes and returns are pickled. A unit that raises UserError, or kills its workers again
        and again, is left out; when all others are finished, UnitsLeftOut names those that were. Any other exception
        ends the run: OSError (the disk, which all units share) as CannotFinish, a bug with a note that names the unit.
        """
        from distributed import KilledWorker

        waiting = iter(items)
        running: dict[Any, tuple[Future[R], str]] = {}      # by key: a future lives as long as someone holds it
        left_out = _LeftOut()
        finished: queue.SimpleQueue[Future[R]] = queue.SimpleQueue()
        while True:
            for name, item in _take(waiting, self._threads() - len(running)):
                future = self.client.submit(_work, task, item, pure=False)
                running[future.key] = future, name
                future.add_done_callback(finished.put)
            if not running:
                break
            try:
                done = finished.get(timeout=LOOK_SECONDS)
            except queue.Empty:
                continue                                    # workers may have come since
            _, name = running.pop(done.key)
            try:
                result = _result(done, name)
            except KilledWorker:
                left_out.lost.append(name)
                continue
            except _UnitRefused as error:
                left_out.refused[name] = str(error)
                continue
            yield name, result
        left_out.say()

    def _threads(self) -> int:
        """How many units may be on their way: one for each worker thread. Workers of a cluster come and go."""
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._known_threads = sum(self.client.nthreads().values())
            self._looked = time.monotonic()
            if self._known_threads:
                self._last_seen = self._looked
            elif self._looked - self._last_seen > WORKERLESS_SECONDS:
                raise CannotFinish(
                    f"no worker was left for {WORKERLESS_SECONDS} seconds.\n"
                    "Run the same command again once there are some: it goes on with what is missing."
                )
        return max(1, self._known_threads)


class UnitsLeftOut(CannotFinish):
    """Some units could not be finished, all others are. causes: name -> why."""

    def __init__(self, message: str, causes: Mapping[str, str]) -> None:
        super().__init__(message)
        self.causes = causes


@contextlib.contextmanager
def told_together(before: CannotFinish | None) -> Iterator[None]:
    """Raise behind the block what was left out before it; if the block leaves out units too, both are told."""
    try:
        yield
    except CannotFinish as error:
        if before is None:
            raise
        raise both(before, error) from error
    if before:
        raise before


def both(before: CannotFinish, after: CannotFinish) -> UnitsLeftOut:
    """One error that says what two say."""
    told = [each.causes for each in (before, after) if isinstance(each, UnitsLeftOut)]
    return UnitsLeftOut(f"{before}\n{after}", {name: why for each in told for name, why in each.items()})


class _UnitRefused(Exception):
    """A task raised UserError: its unit can't be done as it is, others can."""


@dataclass
class _LeftOut:
    """The units that could not be finished, by what became of them."""

    lost: list[str] = field(default_factory=list)                   # names
    refused: dict[str, str] = field(default_factory=dict)           # name -> why

    def say(self) -> None:
        """Raise UnitsLeftOut if there are any."""
        messages = []
        if self.refused:
            first = f"{len(self.refused)} unit(s) could not be finished; all others are.\n"
            messages.append(first + _some([f"unit {name}: {why}" for name, why in self.refused.items()], "\n"))
        if self.lost:
            messages.append(
                f"{len(self.lost)} unit(s) ended their worker again and again and were left out: "
                f"{_some(self.lost, ', ')}.{MEMORY_ADVICE}"
            )
        if messages:
            raise UnitsLeftOut("\n".join(messages), self.refused | dict.fromkeys(self.lost, ENDED))


def _some(items: list[str], separator: str) -> str:
    more = [f"and {len(items) - NAMED} more"] if len(items) > NAMED else []
    return separator.join(items[:NAMED] + more)


@contextlib.contextmanager
def local_cluster(workers: int, memory: str = "auto") -> Iterator[Cluster]:
    """`workers` processes of one thread each on this machine, ended with the block, and with this process.

    memory: the limit of each worker, e.g. "2GiB"; "auto" shares out the machine's. Leaving the block kills the workers
    at once: what they finished is committed, and after an exception (such as Ctrl-C) nothing else is wanted of them.
    """
    import dask
    from distributed import Client, LocalCluster  # brings the defaults that CONFIGURATION changes

    dashboard = importlib.util.find_spec("bokeh") is not None
    # For good: its threads complain of lost connections for a while after it has been closed.
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    with dask.config.set(CONFIGURATION), contextlib.ExitStack() as ends:
        with _interrupt_later(), _naming_what_hinders():
            pool = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, memory_limit=memory, env=WORKER_ENVIRONMENT,
                dashboard_address="127.0.0.1:0",    # served even without bokeh, and 8787 may be taken
                silence_logs=logging.CRITICAL,
            )
            ends.callback(_close, pool, 2)
            ends.callback(_kill, pool)
            client = Client(pool, set_as_default=False)
            ends.callback(_close, client, 1)
        yield Cluster(client, pool.dashboard_link if dashboard else None)


@contextlib.contextmanager
def existing_cluster(scheduler: str) -> Iterator[Cluster]:
    """The workers of a running scheduler, named by address (tcp://host:8786) or by its scheduler file.

    Raises UserError if it does not answer or has no workers.
    """
    from distributed import Client
    from distributed.utils import silence_logging_cmgr

    where = {"scheduler_file": scheduler} if Path(scheduler).is_file() else {"address": scheduler}
    try:
        client = Client(**where, timeout=SEARCH_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UserError(
            f"no Dask scheduler answers at {scheduler} ({error}).\n"
            "Give its address (tcp://host:8786) or its scheduler file, or leave --scheduler out to work right here."
        ) from error
    with silence_logging_cmgr(logging.CRITICAL), client:
        try:
            client.wait_for_workers(1, timeout=SEARCH_SECONDS)
        except TimeoutError:
            raise UserError(
                f"the Dask scheduler at {scheduler} has no workers. Start some: dask worker {scheduler}"
            ) from None
        yield Cluster(client, client.dashboard_link)


def advance(documents: int, text_bytes: int) -> None:
    """Called by a task as it goes: so much more is done. Outside of a worker nothing listens, and nothing happens."""
    tell: Callable[[int, int], None] | None = getattr(_listening, "tell", None)
    if tell:
        tell(documents, text_bytes)


_listening = threading.local()


def _work(task: Callable[[T], R], item: T) -> R:
    """On the worker: run the task, and pass on what it tells of its progress, now and then."""
    from distributed import get_worker

    worker = get_worker()
    pending = [0, 0]
    told = 0.0

    def tell(documents: int, text_bytes: int, last: bool = False) -> None:
        nonlocal told
        pending[0] += documents
        pending[1] += text_bytes
        if any(pending) and (last or time.monotonic() - told > EVENT_SECONDS):
            worker.log_event(TOPIC, tuple(pending))
            pending[:] = 0, 0
            told = time.monotonic()

    _listening.tell = tell
    try:
        return task(item)
    finally:
        tell(0, 0, last=True)
        _listening.tell = None


def _take(items: Iterator[T], count: int) -> Iterator[T]:
    for _, item in zip(range(count), items, strict=False):
        yield item


def _result(future: "Future[R]", name: str) -> R:
    """What the task returned; if that was lost with a worker, the task is done again. Fails as `Cluster.run` says."""
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    try:
        return future.result()
    except (CancelledError, CommClosedError) as error:
        raise CannotFinish(
            f"the connection to the Dask scheduler broke while unit {name} was on its way.\n"
            "Run the same command again: it goes on with what is missing."
        ) from error
    except OSError as error:
        raise CannotFinish(
            f"unit {name}: {error}.\nOnce that is mended, run the same command again: it goes on with what is missing."
        ) from error
    except UserError as error:
        raise _UnitRefused(str(error)) from error
    except KilledWorker:
        raise
    except Exception as error:
        error.add_note(f"in unit {name}")
        raise


@contextlib.contextmanager
def _interrupt_later() -> Iterator[None]:
    """Hold Ctrl-C back for the block, and for good from the processes that are started in it.

    A terminal sends Ctrl-C to every process; the workers inherit the blocked signal and leave it to this process to
    end them. Here a handler keeps it until the cluster is up and can be taken down again.
    """
    if threading.current_thread() is not threading.main_thread():
        yield       # Python gives Ctrl-C to the main thread only
        return
    received: list[int] = []
    resource_tracker.ensure_running()       # on its first start it would unblock the signal for those that follow
    handler = signal.signal(signal.SIGINT, lambda number, frame: received.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if received:
        signal.raise_signal(signal.SIGINT)


@contextlib.contextmanager
def _naming_what_hinders() -> Iterator[None]:
    """Around the start of workers, which need room for some small files: CannotFinish says why they do not come up."""
    try:
        yield
    except (OSError, RuntimeError) as error:        # Dask makes the latter of the former
        cause = error.__cause__ if isinstance(error, RuntimeError) else error
        if isinstance(error, RuntimeError) and not isinstance(cause, OSError):
            raise CannotFinish(
                f"workers do not start: {error}\n"
                'In a script, the code that starts them belongs below `if __name__ == "__main__":`, as each worker '
                "imports the script. Otherwise this machine may lack memory: run the same command again with fewer "
                "--workers."
            ) from error
        if not isinstance(cause, OSError) or cause.errno is None:
            raise
        where = f"{cause.filename}: " if cause.filename else ""
        raise CannotFinish(
            f"cannot start workers: {where}{cause.strerror}.\n"
            "Their temporary files go to the folder that TMPDIR names, else /tmp: make room there, or name another. "
            "Then run the same command again."
        ) from error


def _close(end: "Client | LocalCluster", seconds: int) -> None:
    """Let go of a cluster. On a busy machine the farewell takes longer; what matters was committed before."""
    with contextlib.suppress(TimeoutError):
        end.close(timeout=seconds)


def _kill(pool: "LocalCluster") -> None:
    """End the worker processes without asking: idle ones have nothing left to say, busy ones would not listen."""
    from distributed.core import Status

    nannies: Iterable[Any] = pool.workers.values()
    for nanny in nannies:
        nanny.status = Status.closing_gracefully        # or it would start another worker
        if nanny.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(nanny.pid, signal.SIGKILL)

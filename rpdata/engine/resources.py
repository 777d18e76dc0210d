"""How many workers, with how much memory each: what the options of every verb say."""

import os
import re
from dataclasses import dataclass

from rpdata.errors import UserError

LEAST_MEMORY = 1 << 30      # of a worker: what its peak stays below, whatever it reads

UNITS = {"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Resources:
    """What a run may use.

    workers: processes on this machine; not used with `scheduler`.
    memory: bytes for all of them together; None is all that the machine has.
    scheduler: address or scheduler file of a Dask cluster that is up already.
    """

    workers: int
    memory: int | None = None
    scheduler: str | None = None

    @classmethod
    def of(cls, workers: int | None, memory: str | None, scheduler: str | None) -> "Resources":
        """From the options as they are typed; without --workers, one for each core that this process may use.

        Raises UserError if a worker would have less than LEAST_MEMORY.
        """
        resources = cls(workers or len(os.sched_getaffinity(0)), size(memory) if memory else None, scheduler)
        if resources.memory is not None and resources.memory < LEAST_MEMORY * resources.workers:
            if memory and memory.strip().isdecimal():
                raise UserError(f"--memory {memory} means {resources.memory:,} bytes; with a unit: --memory 8GiB")
            raise UserError(
                f"--memory {memory} is {resources.memory // resources.workers >> 20} MiB for each of "
                f"{resources.workers} workers, and one needs {LEAST_MEMORY >> 20}.\nGive more, or fewer --workers."
            )
        return resources

    @property
    def memory_of_a_worker(self) -> str:
        """Dask's form of the limit of one worker."""
        return "auto" if self.memory is None else f"{self.memory // self.workers}B"


def size(text: str) -> int:
    """Bytes of a size such as 8GiB, 512M or 1000000; UserError for anything else. K, M, G and T are powers of 1024."""
    match = SIZE.fullmatch(text)
    if match is None:
        raise UserError(f"cannot read the size {text!r}. Write it like 8GiB, 512MiB or 1000000.")
    return int(float(match[1]) * UNITS[match[2].upper()])

"""Who is to blame when a user's function does not come back, or takes its process with it.

Nothing inside the process can say so any more. Therefore a file beside the logs holds which signal is at which
document, and the system's clock ends a process whose function takes longer than it may, whatever that is doing.
"""

import faulthandler
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from rpdata.engine.cluster import ENDED, MEMORY_ADVICE, UnitsLeftOut

SECONDS = 60            # for one call of a function, and one more for each further document that it is given at once
SLACK_SECONDS = 1       # to set the clock takes 70 us: not for each document
NOTE_BYTES = 4096       # of the file; behind them comes what the clock says
ENDLESS = "does not come to an end"


LOCK = threading.Lock()
RUNNING: dict["Watch", float] = {}      # until when; a worker of several threads has several units, and one clock


def set_clock() -> None:
    """For the call that has the least time left; with the lock."""
    faulthandler.cancel_dump_traceback_later()
    if RUNNING:
        first = min(RUNNING, key=RUNNING.__getitem__)
        left = max(RUNNING[first] - time.monotonic(), 0.01)
        faulthandler.dump_traceback_later(left, exit=True, file=first.file)


class Watch:
    """For one unit: `watch(signal, document)` before each call of a function. Leaving the block forgets all of it."""

    def __init__(self, root: Path, step: str, unit: str, seconds: int = SECONDS) -> None:
        self._path = note_of(root, step, unit)
        self._seconds = self._allowed = seconds
        self._set = float("-inf")

    def __call__(self, signal: str, document: str, documents: int = 1) -> None:
        """documents: that the call is given at once."""
        note = f"{signal} of {document}".encode("utf-8", "backslashreplace")[:NOTE_BYTES]
        os.pwrite(self.file.fileno(), note.ljust(NOTE_BYTES), 0)
        now = time.monotonic()
        allowed = self._seconds + documents - 1
        if now - self._set > SLACK_SECONDS or allowed != self._allowed:
            self._set, self._allowed = now, allowed
            with LOCK:
                RUNNING[self] = now + allowed
                set_clock()

    def rest(self) -> None:
        """Between calls: what others do may take as long as it takes."""
        self._set = float("-inf")
        with LOCK:
            RUNNING.pop(self, None)
            set_clock()
        os.pwrite(self.file.fileno(), b" " * NOTE_BYTES, 0)

    def __enter__(self) -> "Watch":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self.file = self._path.open("wb", buffering=0)
        self.file.seek(NOTE_BYTES)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()
        self.file.close()
        self._path.unlink(missing_ok=True)


@contextmanager
def blaming(root: Path, step: str, file: str) -> Iterator[None]:
    """Add to UnitsLeftOut which signals of the user's file the lost workers were at."""
    try:
        yield
    except UnitsLeftOut as error:
        found = {unit: blame for unit in error.causes if (blame := blamed(note_of(root, step, unit), file))}
        if not found:
            raise
        causes: Mapping[str, str] = {**error.causes, **found}
        told = "\n".join(f"unit {unit}: {blame}" for unit, blame in found.items())
        said, other = str(error), "Or a"
        if all(ENDLESS in found.get(unit, "") for unit, cause in error.causes.items() if cause == ENDED):
            said, other = said.replace(MEMORY_ADVICE, ""), "A"     # that was not it
        raise UnitsLeftOut(
            f"{said}\n{other} function of {file} is to blame:\n{told}\n"
            "Mend it, or leave it out: --only, with the names of the others.", causes
        ) from None


def blamed(note: Path, file: str) -> str | None:
    """What a worker was at when it ended; None if it was at nothing."""
    try:
        content = note.read_bytes()
    except FileNotFoundError:
        return None
    note.unlink(missing_ok=True)
    at = content[:NOTE_BYTES].decode(errors="replace").strip("\0 ")
    if not at:
        return None
    said = content[NOTE_BYTES:].decode(errors="replace")
    if not said.startswith("Timeout"):
        return f"its worker ended within {at}"
    line = re.search(rf'File "{re.escape(file)}", line (\d+)', said)
    return f"{at} {ENDLESS}{f' (line {line[1]})' if line else ''}"


def forget(root: Path, step: str) -> None:
    """Remove the notes of workers that were ended with an earlier run. For the holder of the output's lock."""
    if (notes := note_of(root, step, "")).exists():
        shutil.rmtree(notes)


def note_of(root: Path, step: str, unit: str) -> Path:
    return root / "logs" / "at" / step / unit

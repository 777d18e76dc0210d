"""How far a run is, for whoever watches: a bar on a terminal, now and then a line elsewhere, or nothing.

Everything goes to standard error; standard output belongs to results.
"""

import contextlib
import sys
import threading
import time
from types import TracebackType
from typing import TextIO

LINE_SECONDS = 10
FORESEEABLE = 0.02  # of the input: before, start-up would be taken for the pace
EXPANSION = 3.0     # bytes of text for a compressed byte of input: a first guess, until units have finished


class Progress:
    """Counts units and documents from any thread, and shows them.

        with Progress(total_bytes=..., units=...) as progress:
            workers.on_progress(progress.advance)
            for name, report in workers.run(...):
                progress.unit_done(unit.size)

    units, total_bytes: how many units there are to do, and the sum of their sizes (compressed).
    """

    def __init__(
        self, units: int, total_bytes: int, *, quiet: bool = False, silent: bool = False,
        dashboard: str | None = None, stream: TextIO | None = None, counted: str = "units",
    ) -> None:
        """quiet: lines, even on a terminal. silent: nothing at all. stream: standard error. counted: what is done,
        where that is not the whole of the work."""
        self.units = units
        self.counted = counted
        self.units_done = 0
        self.documents = 0
        self.text_bytes = 0
        self._total_bytes = total_bytes
        self._done_bytes = 0
        self._expansion = EXPANSION
        self._lock = threading.Lock()
        self._began = time.monotonic()
        stream = stream or sys.stderr
        self._face: _Face
        if silent:
            self._face = _Face()
        elif quiet or not stream.isatty():
            self._face = _Lines(self, stream)
        else:
            self._face = _Bar(self, stream, dashboard)

    def advance(self, documents: int, text_bytes: int) -> None:
        """So many more documents, with so many bytes of UTF-8 text, are through."""
        with self._lock:
            self.documents += documents
            self.text_bytes += text_bytes
        self._face.show()

    def unit_done(self, size: int) -> None:
        """One more unit, of `size` compressed bytes, is committed."""
        with self._lock:
            self.units_done += 1
            self._done_bytes += size
            if self.text_bytes and self._done_bytes:
                self._expansion = self.text_bytes / self._done_bytes
        self._face.show()

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    @property
    def fraction(self) -> float:
        """0..1: how much of the input is through, estimated inside of units that are on their way."""
        if self.units_done >= self.units:
            return 1.0
        bytes_through = max(self._done_bytes, self.text_bytes / self._expansion)
        return min(bytes_through / max(self._total_bytes, 1), 0.99)

    def rates(self) -> str:
        """Documents and text in a second, where any are counted, and the time left; each behind a comma."""
        seconds = max(self.seconds, 1e-3)
        left = seconds / self.fraction - seconds if self.fraction else float("inf")
        told = [f"{self.documents / seconds:,.0f} documents/s"] if self.documents else []
        told += [f"{self.text_bytes / seconds / 1e6:,.1f} MB/s"] if self.text_bytes else []
        told += [f"{duration(left)} left"] if left > 0 and self.fraction > FORESEEABLE else []
        return "".join(f", {each}" for each in told)

    def __enter__(self) -> "Progress":
        self._face.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._face.end()


def duration(seconds: float) -> str:
    """A length of time in two units at most: "42 s", "3 min 05 s", "2 h 10 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


class _Face:
    """Shows nothing."""

    def begin(self) -> None: ...
    def show(self) -> None: ...
    def end(self) -> None: ...


class _Lines(_Face):
    def __init__(self, progress: Progress, stream: TextIO) -> None:
        self._progress = progress
        self._stream = stream
        self._next = time.monotonic() + LINE_SECONDS

    def show(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_SECONDS
            self._print()

    def end(self) -> None:
        self._print()

    def _print(self) -> None:
        run = self._progress
        done = f"{run.units_done:,} of {run.units:,} {run.counted}"
        done += f", {run.documents:,} documents" if run.documents else ""
        with contextlib.suppress(BrokenPipeError):      # nobody reads it any more; the work is not to end for that
            print(f"rpdata: {done}{run.rates()}", file=self._stream, flush=True)


class _Bar(_Face):
    def __init__(self, progress: Progress, stream: TextIO, dashboard: str | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self._progress = progress
        console = Console(file=stream)
        bar = BarColumn(bar_width=12 if console.width < 100 else 40)    # beside it the text fits into 80 columns
        self._bar = RichProgress(bar, TextColumn("{task.description}"), console=console, transient=True)
        if dashboard:
            console.print(f"Dask dashboard: {dashboard}")
        self._task = self._bar.add_task(self._text(), total=1.0)

    def begin(self) -> None:
        self._bar.start()

    def show(self) -> None:
        self._bar.update(self._task, completed=self._progress.fraction, description=self._text())

    def end(self) -> None:
        self.show()
        self._bar.stop()

    def _text(self) -> str:
        run = self._progress
        return f"{run.units_done:,}/{run.units:,} {run.counted}{run.rates()}"

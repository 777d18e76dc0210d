"""The other end of `child.py`: starts it, watches the clock, and replaces it when a page was too much for it."""

import signal
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Self

from rpdata.errors import CannotFinish
from rpdata.extract.child import receive, send

START_SECONDS = 60
RUN = """\
import sys
seconds, memory_bytes, *sys.path = sys.argv[1:]
from rpdata.extract.child import main
main(int(seconds), int(memory_bytes))
"""


@dataclass(frozen=True)
class Limits:
    """For one page: wall clock seconds, and bytes of address space. A usual page takes 3 ms and 50 MB.

    The memory comes on top of what the workers are limited to, but no page of less than some MiB needs much of it.
    """

    seconds: int = 20
    memory_bytes: int = 1 << 30


@dataclass(frozen=True)
class Request:
    """How to take a page apart.

    Attributes
    ----------
    mode: "main" or "full" for HTML, "text" for plain text.
    encodings: transfer and content encodings, in the order in which they were applied.
    charset: that the Content-Type names.
    bound: bytes that the payload may have without its encodings.
    """

    mode: str
    encodings: tuple[str, ...] = ()
    charset: str | None = None
    bound: int = 16 << 20


@dataclass(frozen=True)
class Text:
    """What a page says; `wrong`: what was wrong with its payload, which could be used as far as it went."""

    title: str | None
    utf8: bytes
    wrong: str | None = None


class PageTooLongError(Exception):
    """The payload has more bytes than it may."""


class PageError(Exception):
    """A page that can't be taken apart; the text is the cause."""


class Sandbox:
    """Takes pages apart in a process of its own, which is started for the first one."""

    def __init__(self, limits: Limits):
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None

    def extract(self, request: Request, payload: bytes) -> Text:
        """Title and text of a page. Raises PageTooLongError, PageError; CannotFinish if no process can be started."""
        connection = self._connection or self._start()
        connection.settimeout(self._limits.seconds)
        try:
            send(connection, asdict(request), payload)
            header, utf8 = receive(connection)
        except TimeoutError:
            self.close()
            raise PageError(f"taking it apart takes more than {self._limits.seconds} seconds") from None
        except (EOFError, ConnectionError):
            raise PageError(f"taking it apart {self._end()}") from None
        if "too_long" in header:
            raise PageTooLongError
        if "no_memory" in header:
            raise PageError(f"taking it apart {self._too_large()}")
        return Text(header["title"], utf8, header["wrong"])

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None and self._connection is not None:
            self._connection.close()
            self._process.kill()
            self._process.wait()
        self._process = self._connection = None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(START_SECONDS)
        limits = (str(self._limits.seconds), str(self._limits.memory_bytes))
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", RUN, *limits, *sys.path],
                    stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                ours.close()
                raise CannotFinish(f"cannot start a process for parsing pages: {error.strerror}") from error
        self._connection = ours
        try:
            receive(ours)
        except (EOFError, OSError):
            raise CannotFinish(f"the process for parsing pages did not start: it {self._end()}") from None
        return ours

    def _end(self) -> str:
        """Why the process is gone, after it is."""
        assert self._process is not None
        try:
            status = self._process.wait(1)
        except subprocess.TimeoutExpired:
            status = 0
        self.close()
        if status >= 0:
            return f"ended with status {status}"
        return f"{self._too_large()}, or crashes the parser ({signal.Signals(-status).name})"

    def _too_large(self) -> str:
        return f"needs more than {self._limits.memory_bytes >> 20:,} MiB"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

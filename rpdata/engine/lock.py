"""One writer at a time on an output folder."""

import fcntl
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rpdata.errors import CannotFinish, UserError

log = logging.getLogger(__name__)       # on stderr, unless the program says otherwise

FILE = "logs/writer.lock"   # in logs/, because it names a process: two runs may differ there and nowhere else


@contextmanager
def writer_lock(root: Path) -> Iterator[None]:
    """Hold the output folder `root` (made if need be) for the block; UserError if another process holds it.

    The lock is the kernel's (flock): it goes with its process, however that ends, so a crash blocks nobody. Some
    network file systems have none: there a warning says that nobody watches.
    """
    path = root / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise CannotFinish(
            f"cannot write to {root}: {error.strerror} ({error.filename}). Make it writable, or have a new one made "
            "elsewhere: --output"
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 300).decode(errors="replace").strip() or "an unknown process"
            raise UserError(
                f"another rpdata is writing to {root}: {holder}.\n"
                "Wait for it to end or stop it; two writers at once would plan the same shards twice."
            ) from None
        except OSError as error:
            log.warning(
                "rpdata: the file system of %s knows no locks (%s): take care that no other rpdata writes to it",
                root, error.strerror,
            )
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        yield
    finally:
        os.close(handle)

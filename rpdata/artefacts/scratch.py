"""Temporary folders beside what is being made, which the next of their kind clears away if a process was killed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE = "rpdata.lock"    # in each folder, held by the process that works in it


@contextmanager
def scratch_folder(prefix: str, place: Path) -> Iterator[Path]:
    """A new folder in `place` for the block, and gone with it; those of this prefix that nobody holds go before.

    The lock is the kernel's (flock) and goes with its process, however that ends. Where the file system has none,
    folders that were left stay.
    """
    for path in sorted(place.glob(f"{prefix}*")):
        clear_if_left(path)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        if hold(handle) and (folder / FILE).exists():   # or another process, which begins too, took it for left
            break
        os.close(handle)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def clear_if_left(folder: Path) -> None:
    """Delete the folder if it is one of these, and no process holds it."""
    try:
        handle = os.open(folder / FILE, os.O_RDWR)
    except OSError:     # none of ours, or another's that may not be opened
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except OSError:     # it is held, or nobody can tell
        return
    finally:
        os.close(handle)


def hold(handle: int) -> bool:
    """Lock the file; False if another process has it. Where there are no locks it is ours."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True

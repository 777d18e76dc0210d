"""The cache of artefacts: each file below its own sha256, so that it can't be taken for another one.

It lies in RPDATA_HOME, else where the platform keeps caches of users. A file appears there whole and checked, or not
at all.
"""

import fcntl
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rpdata.artefacts.registry import Artefact, by_hash
from rpdata.engine.commit import sync
from rpdata.errors import CannotFinish, UserError

HOME = "RPDATA_HOME"


def home() -> Path:
    """The folder of everything that rpdata keeps for this user; UserError if the system knows no home of theirs."""
    try:
        return _home()
    except RuntimeError as error:
        raise UserError(
            f"no folder for artefacts: {str(error).rstrip('.')}.\nName one that can be written to: {HOME}=/some/where"
        ) from error


def _home() -> Path:
    if named := os.environ.get(HOME):
        return Path(named).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "rpdata"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "rpdata" / "Cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rpdata"


def path_of(artefact: Artefact) -> Path:
    """Where its file is, or would be."""
    return home() / "artefacts" / artefact.sha256 / artefact.name


def is_here(artefact: Artefact) -> bool:
    """Whether its file is there, with the right size; `verify` reads it."""
    try:
        return path_of(artefact).stat().st_size == artefact.size
    except OSError:
        return False


def is_whole(artefact: Artefact) -> bool:
    """Whether its file is there with the right content."""
    return is_here(artefact) and sha256_of(path_of(artefact)) == artefact.sha256


def verify(path: Path, sha256: str) -> None:
    """Read the file, an artefact's or a user's own; UserError if it is gone or has other content."""
    known = by_hash(sha256)
    mend = f"Get it again: rpdata artefacts pull {known.name}" if known else "Bring back the file that it was."
    try:
        found = sha256_of(path)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.\n{mend}") from error
    if found != sha256:
        raise UserError(f"{path} is damaged or was replaced: its sha256 is {found}, not {sha256}.\n{mend}")


def sha256_of(path: Path) -> str:
    """64 hexadecimal digits over the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def alone(growing: Path, waiting: Callable[[str], None] | None) -> Iterator[None]:
    """Be the only one that gets an artefact, after whoever is at it; `waiting` is told if there is somebody.

    Where the file system knows no locks two may be at it; what they mix up is not kept, as it has another sha256.
    """
    with growing.with_name(f"{growing.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                waiting("another rpdata is getting it; waiting for that to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError:
            pass
        yield


def partial(name: str) -> Path:
    """Where a download grows until it is whole; one that broke off is gone on with. Its folder is made."""
    path = home() / "artefacts" / "partial" / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f"{path.name}.lock").touch()
    except OSError as error:
        raise CannotFinish(
            f"cannot write to {error.filename}: {error.strerror}.\n"
            f"Name another folder for artefacts: {HOME}=/some/where"
        ) from error
    return path


def keep(artefact: Artefact, file: Path) -> Path:
    """Check a file and move it to its place. UserError, and the file is removed, if its content is another one's."""
    found = sha256_of(file)
    if found != artefact.sha256:
        size = file.stat().st_size
        file.unlink()
        raise UserError(
            f"that is not {artefact.name}: {size:,} bytes with sha256 {found}, where {artefact.size:,} bytes with "
            f"sha256 {artefact.sha256} belong"
        )
    target = path_of(artefact)
    target.parent.mkdir(parents=True, exist_ok=True)
    sync(file)
    os.replace(file, target)
    sync(target.parent)
    return target

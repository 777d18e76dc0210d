"""Files that somebody changes while they are uploaded: what arrives then is neither the old one nor the new one."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from rpdata.errors import CannotFinish

State: TypeAlias = tuple[int, int] | None       # bytes, and when it was written; None: it is not there


def states(root: Path, paths: Iterable[str]) -> dict[str, State]:
    """Path below `root` -> what a change of the file changes."""
    return {path: state(root / path) for path in paths}


def state(path: Path) -> State:
    try:
        about = path.stat()
    except FileNotFoundError:
        return None
    return about.st_size, about.st_mtime_ns


def refuse_changed(root: Path, before: Mapping[str, State]) -> None:
    """CannotFinish if one of the files is not as it was."""
    for path, known in before.items():
        now = state(root / path)
        if now != known:
            what = "was deleted" if now is None else "changed"
            raise CannotFinish(
                f"{root / path} {what} while it was uploaded: what the repository has of it now may be neither.\n"
                "Let nothing write to the folder, and run the same command again: it replaces what differs."
            )

"""The errors that a user can mend; everything else is a bug and may show its traceback."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

FINISHED_WITH_FAILURES = 3      # the exit status where some records or files failed, or something is damaged


class UserError(Exception):
    """Something the user can mend. Its text says what was wrong, where, and what to do next.

    Attributes
    ----------
    exit_status: what the command ends with (see `rpdata --help`): 1 could not finish (resumable), 2 wrong usage or
        input refused before work began, 4 refused by a safety check.
    """

    exit_status = 2


class CannotFinish(UserError):
    """The disk, a permission or the workers failed on the way; the same command goes on where this one stopped."""

    exit_status = 1


class Refused(UserError):
    """A safety check says that the result would be wrong: nothing was changed, and somebody has to look at it."""

    exit_status = 4


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Arrow and open files do not say which file could not be written; the error that leaves the block does."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UserError:
    """The error for a mistyped name, with the nearest ones that exist."""
    names = sorted(known)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(names)}"
    return UserError(f"unknown {kind} {name!r}; {hint}")

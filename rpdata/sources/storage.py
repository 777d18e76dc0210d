"""Where the input files are: local disks, and whatever fsspec has a filesystem for."""

import glob
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, BinaryIO, cast

import fsspec

from rpdata.errors import CannotFinish, UserError

STAT_THREADS = 32       # each URL's size costs a round trip
HIDDEN = (".", "_")     # _SUCCESS, .part: what other programs leave in folders


@dataclass(frozen=True)
class File:
    """A file that is there.

    Attributes
    ----------
    path: absolute path, or URL.
    size: bytes; 0 where a server does not say.
    from_folder: found in a folder, not asked for by its own name or a glob.
    """

    path: str
    size: int
    from_folder: bool = False


def is_url(argument: str) -> bool:
    return "://" in argument


def find_local(argument: str) -> list[File]:
    """The file, the files below the folder, or those that match the glob. Raises UserError if there is none."""
    path = os.path.abspath(argument)
    if os.path.isdir(path):
        return list(walk(path))
    if os.path.exists(path):
        return [stat(path)]
    if not glob.has_magic(argument):
        raise UserError(f"no such file or folder: {argument}{near(path)}")
    matches = [stat(match) for match in sorted(glob.glob(path, recursive=True)) if os.path.isfile(match)]
    if not matches:
        raise UserError(f"no file matches {argument} (looked in {os.path.dirname(path)})")
    return matches


def walk(folder: str) -> Iterator[File]:
    """Every file below a folder but hidden ones, sorted within each folder; links to folders are not followed."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(HIDDEN))
        for name in sorted(names):
            path = os.path.join(here, name)
            if not name.startswith(HIDDEN) and os.path.isfile(path):
                yield stat(path, from_folder=True)


def stat(path: str, from_folder: bool = False) -> File:
    return File(path, os.stat(path).st_size, from_folder)


def near(path: str) -> str:
    """Files beside a missing one whose names look like it, as the end of a message."""
    folder, name = os.path.split(path)
    if not os.path.isdir(folder):
        return ""
    names = get_close_matches(name, os.listdir(folder), n=3, cutoff=0.8)
    return f"; did you mean {', '.join(names)}?" if names else ""


def find_urls(arguments: list[str]) -> list[list[File]]:
    """For each URL: the file, the files below the folder, or those that match the glob. UserError if there is none."""
    with ThreadPoolExecutor(STAT_THREADS) as pool:
        return list(pool.map(find_url, arguments))


def find_url(url: str) -> list[File]:
    filesystem, path = filesystem_of(url)
    is_folder = False
    try:
        if has_magic(url):
            entries = [entry for entry in filesystem.glob(path, detail=True).values() if entry["type"] == "file"]
        else:
            entries = [filesystem.info(path)]
            is_folder = entries[0]["type"] == "directory"
            if is_folder:
                entries = list(filesystem.find(path, detail=True).values())
    except FileNotFoundError as error:
        raise UserError(f"no such file or folder: {url}") from error
    except Exception as error:      # each filesystem has its own: no credentials, no route, no bucket
        raise UserError(f"cannot look for {url}: {type(error).__name__}: {error}") from error
    if not entries and not is_folder:
        raise UserError(f"no file matches {url}")
    return [File(filesystem.unstrip_protocol(entry["name"]), entry["size"] or 0, is_folder) for entry in entries]


def has_magic(url: str) -> bool:
    """Whether a URL is a glob; in those of the web a question mark begins the query."""
    return "*" in url or (glob.has_magic(url) and not url.startswith(("http://", "https://")))


def filesystem_of(url: str) -> tuple[Any, str]:
    """The filesystem of a URL and the path in it. UserError for a protocol unknown or not installed."""
    try:
        filesystem, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise UserError(f"cannot read {url}: {error} (with pip, into the environment of rpdata)") from error
    except ValueError as error:
        raise UserError(f"cannot read {url}: {error}") from error
    return filesystem, path


def open_input(path: str) -> BinaryIO:
    """The raw bytes of a path or URL that was there when the work was planned. Raises CannotFinish."""
    try:
        if is_url(path):
            return cast(BinaryIO, fsspec.open(path, "rb").open())
        return open(path, "rb", buffering=0)
    except Exception as error:      # see find_url
        raise cannot_read(path, error) from error


def cannot_read(path: str, error: Exception) -> CannotFinish:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else f"{type(error).__name__}: {error}"
    return CannotFinish(
        f"cannot read {path}: {reason}\n"
        "It was there when the work was planned. Mend it, then run the same command again."
    )

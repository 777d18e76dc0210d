"""Where the input files are: local disks, and whatever fsspec has a filesystem for."""

import glob
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import get_close_matches
from stat import S_ISREG
from typing import Any, BinaryIO, NoReturn, cast

import fsspec

from rpdata.errors import CannotFinish, UserError
from rpdata.manifest import FILE as MANIFEST

STAT_THREADS = 32       # each URL's size costs a round trip
HIDDEN = (".", "_")     # _SUCCESS, .part: what other programs leave in folders

# Why something that a folder or a glob led to can't be an input.
NOWHERE = "links that lead nowhere"
SPECIAL = "pipes, sockets or devices"
LINKED = "links to folders"
DATASET = "datasets that rpdata wrote"

# Whoever has such an address can read what it leads to.
CREDENTIAL = re.compile(
    r"://[^/@]*:[^/@]*@|[?&](?:X-Amz-[A-Za-z-]+|X-Goog-[A-Za-z-]+|Signature|sig|(?:\w+[_-])?token|api[_-]?key|Key-Pair-Id)=",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class File:
    """A file that is there.

    Attributes
    ----------
    path: absolute path, or URL.
    size: bytes; 0 where a server does not say.
    from_folder: found in a folder, not asked for by its own name or a glob.
    obstacle: why it can't be an input, whatever its name; None if it can.
    """

    path: str
    size: int
    from_folder: bool = False
    obstacle: str | None = None


def is_url(argument: str) -> bool:
    return "://" in argument


def find_local(argument: str) -> list[File]:
    """The file, what is below the folder, or what matches the glob. Raises UserError if there is none."""
    path = os.path.abspath(argument)
    if os.path.isdir(path):
        return list(walk(path))
    if os.path.exists(path):
        file = look_at(path)
        if file.obstacle is not None:
            raise UserError(f"{argument} is neither a file nor a folder: write what comes out of it into a file first")
        return [file]
    if not glob.has_magic(argument):
        raise UserError(f"no such file or folder: {argument}{near(path)}")
    matches = [look_at(match) for match in sorted(glob.glob(path, recursive=True)) if not os.path.isdir(match)]
    if not matches:
        raise UserError(f"no file matches {argument} (looked in {os.path.dirname(path)})")
    return matches


def walk(folder: str) -> Iterator[File]:
    """All that is below a folder but what is hidden, sorted within each folder.

    Links to folders are not followed. A folder that holds a dataset is not looked into: what we wrote is no input.
    """
    for here, folders, names in os.walk(folder, onerror=refuse_unreadable):
        if MANIFEST in names:
            folders.clear()
            yield File(here, 0, from_folder=True, obstacle=DATASET)
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(HIDDEN))
        for name in folders:
            path = os.path.join(here, name)
            if os.path.islink(path):
                yield File(path, 0, from_folder=True, obstacle=LINKED)
        for name in sorted(names):
            if not name.startswith(HIDDEN):
                yield look_at(os.path.join(here, name), from_folder=True)


def look_at(path: str, from_folder: bool = False) -> File:
    """The file at a path that is no folder's. UserError if it can't be looked at."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return File(path, 0, from_folder, NOWHERE)
    except OSError as error:
        refuse_unreadable(error)
    # Opening a pipe waits for whoever writes into it.
    return File(path, found.st_size, from_folder, None if S_ISREG(found.st_mode) else SPECIAL)


def refuse_unreadable(error: OSError) -> NoReturn:
    raise UserError(
        f"cannot look into {error.filename}: {error.strerror}.\n"
        "Make it readable, or name the files and folders beside it, so that it is not among the inputs."
    ) from error


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
    refuse_address(url)
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


def refuse_address(url: str) -> None:
    """Addresses stand in the manifest of the dataset and in messages, and lead to the files in every later run."""
    if "::" in url:
        raise UserError(
            f"cannot read {url}: one filesystem inside another (::) is not followed. Unpack or copy the files first."
        )
    if CREDENTIAL.search(url):
        raise UserError(
            f"cannot read {url.split('?')[0].rpartition('@')[2]}: its address holds a credential, and would stand in "
            f"the dataset's {MANIFEST} for all to see.\n"
            "Give the address without it, with the credential where the filesystem looks for it (for s3:// the "
            "environment or ~/.aws, say), or download the files first."
        )


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

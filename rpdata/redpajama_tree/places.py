"""Where a tree of files is: a local folder, a repository of the hub, or a server of the web that lists nothing."""

import os
import re
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from itertools import product
from typing import Any, BinaryIO, cast
from urllib.error import HTTPError

import fsspec

from rpdata.artefacts.fetch import TIMEOUT
from rpdata.errors import CannotFinish, UserError, unknown_name
from rpdata.ledger import configuration_hash
from rpdata.redpajama_tree.layout import BUCKETS, LANGUAGES, PARTITION, Request, partition_of
from rpdata.sources.storage import filesystem_of, refuse_address

REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")

# The repository of RedPajama-V2 has a sample and no more; the rest is on a server, by lists of partitions.
PUBLISHED = "togethercomputer/RedPajama-Data-V2"
PUBLISHED_AT = "https://data.together.xyz/redpajama-data-v2/v1.0.0"

WEB = ("http://", "https://")

# What tells two versions of a file apart, by the kind of filesystem.
VERSION = ("size", "mtime", "blob_id", "ETag", "LastModified")


GONE = (404, 410)       # what a server answers that has no such file


class NotThere(CannotFinish):
    """A server of the web, which lists nothing, has no such file."""


@dataclass(frozen=True)
class Tree:
    """A folder of files somewhere.

    url: local path, hf://datasets/USER/NAME, or whatever fsspec opens. named: as the caller typed it.
    """

    url: str
    named: str

    @classmethod
    def at(cls, named: str, whole: bool) -> "Tree":
        """The tree that is meant. whole: what RedPajama-V2 publishes is asked for, not the sample in its repository.

        UserError for what is neither a folder nor could be a repository.
        """
        if os.path.isdir(named):
            return cls(os.path.abspath(named), named)
        if "://" in named:
            refuse_address(named)
            return cls(named.rstrip("/"), named)
        if os.path.exists(named) or not REPOSITORY.fullmatch(named):
            raise UserError(
                f"cannot load {named}: it is no folder here, and a repository of the hub is called USER/NAME"
            )
        if whole and named == PUBLISHED:
            return cls(PUBLISHED_AT, named)
        return cls(f"hf://datasets/{named}", named)

    def below(self, folder: str) -> "Tree":
        return Tree(f"{self.url}/{folder}", f"{self.named}/{folder}")

    def file(self, name: str) -> str:
        """What opens a file of the tree, there or not."""
        return f"{self.url}/{name}"

    @property
    def lists_files(self) -> bool:
        """Whether it can be asked what it has; a web server can't."""
        return not self.url.startswith(WEB)

    def has(self, name: str) -> bool:
        """Whether there is such a file or folder; CannotFinish if that can't be told."""
        filesystem, path = filesystem_of(self.file(name))
        try:
            filesystem.info(path)
            return True
        except FileNotFoundError:
            return False
        except Exception as error:      # each filesystem has its own
            raise unreachable(self.named, error) from error

    def files(self, folder: str) -> dict[str, str]:
        """Name below the tree -> version, of all files below one of its folders; none if it is not there."""
        filesystem, path = filesystem_of(self.file(folder))
        try:
            found: dict[str, dict[str, Any]] = filesystem.find(path, detail=True)
        except FileNotFoundError:
            return {}
        except Exception as error:      # see has
            raise unreachable(self.named, error) from error
        return {folder + name[len(path) :]: version_of(about) for name, about in found.items()}

    def refuse_unknown_snapshots(self, component: str, request: Request) -> None:
        """UserError if a snapshot is asked for that the component has not, where that can be told."""
        if request.snapshots is None or not self.lists_files:
            return
        filesystem, path = filesystem_of(self.file(component))
        try:
            known = {str(name).rpartition("/")[2] for name in filesystem.ls(path, detail=False)}
        except FileNotFoundError:
            known = set()
        except Exception as error:      # see has
            raise unreachable(self.named, error) from error
        for snapshot in request.snapshots:
            if snapshot not in known:
                raise UserError(f"{self.named}/{component}: {unknown_name('snapshot', snapshot, known)}")

    def components(self, component: str, request: Request) -> dict[str, str]:
        """Partition -> version, of the files of a component in the snapshots that are asked for."""
        if not self.lists_files:
            return dict.fromkeys(self.listed(request), "")
        folders = [component] if request.snapshots is None else [f"{component}/{name}" for name in request.snapshots]
        files = {name: version for folder in folders for name, version in self.files(folder).items()}
        return {part: version for name, version in files.items() if (part := partition_of(component, name))}

    def listed(self, request: Request) -> list[str]:
        """The partitions that the server's lists name; UserError if no snapshot is asked for."""
        if request.snapshots is None:
            raise UserError(f"{self.named} can't be asked what it has: say which snapshots, as snapshots=['2023-06']")
        kinds = [kind for kind in BUCKETS if kind != "all" and request.partition in (kind, "all")]
        found: list[str] = []
        for snapshot, language, kind in product(request.snapshots, request.languages or LANGUAGES, kinds):
            found += self.listing(f"listings/{language}-{snapshot}-{kind}.txt")
        return found

    def listing(self, name: str) -> list[str]:
        """The partitions that a list names; CannotFinish if it comes not whole, or is none."""
        url = self.file(name)
        try:
            with opened(url) as file:
                lines = file.read().decode("utf-8", "replace").split()
        except (HTTPException, OSError) as error:
            raise unreachable(url, error) from error
        if wrong := [line for line in lines if not PARTITION.fullmatch(line)]:
            raise CannotFinish(f"{url} is no list of partitions like 2023-06/0000/en_head: it has {wrong[0][:80]!r}")
        return lines


def opened(url: str) -> BinaryIO:
    """The bytes of a file, of the web only from its beginning to its end.

    CannotFinish if they can't be had, NotThere if a server says that there is none.
    """
    try:
        if url.startswith(WEB):     # fsspec wants another library for it
            asked = urllib.request.Request(url, headers={"User-Agent": "rpdata"})
            return cast(BinaryIO, urllib.request.urlopen(asked, timeout=TIMEOUT))
        return cast(BinaryIO, fsspec.open(url, "rb").open())
    except Exception as error:      # each filesystem has its own
        if isinstance(error, HTTPError) and error.code in GONE:
            raise NotThere(str(unreachable(url, error))) from error
        raise unreachable(url, error) from error


def unreachable(what: str, error: Exception) -> CannotFinish:
    lines = str(error).strip().splitlines() or [""]
    return CannotFinish(
        f"cannot read {what}: {type(error).__name__}: {lines[0]}\n"
        "See that it is there and can be reached, then try again (a private repository wants: hf auth login)"
    )


def version_of(about: dict[str, Any]) -> str:
    return configuration_hash({name: str(about[name]) for name in VERSION if name in about})

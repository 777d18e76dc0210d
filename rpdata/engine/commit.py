"""Several files of one unit that appear together, or not at all.

Files are written under temporary names beside their targets. `Commit` then syncs them, withdraws the unit's old ledger
entries, renames the files, and writes the new entries last. So an entry means that its files are whole, and killing
the process at any moment leaves either the old state or a unit that is not done; doing it again gives the same bytes.
"""

import json
import os
import re
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from rpdata.engine.killpoint import passing
from rpdata.errors import naming
from rpdata.ledger import Entry, Ledger

# A temporary name begins with a dot and holds a unique part, since two workers may be doing one unit at once.
TEMPORARY = re.compile(r"\..+\.[0-9a-f]{32}\.tmp")

# Where a test can have the process killed (see `killpoint`), in the order in which a commit passes them.
COMMIT_POINTS = ("files open", "files written", "files synced", "entries withdrawn", "one file renamed",
                 "files renamed", "errors written", "one entry written", "entries written")


class Commit:
    """The output of one unit of work below `root`.

        with Commit(root) as output:
            path = output.file("documents/2023-06/0000/en_head.parquet")     # write here
            ...
            output.errors("documents", unit.name, report.errors)
            output.record(entry)                                             # entries are written in this order

    Leaving the block commits; leaving it by an exception removes the temporary files and changes nothing else.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[Path, Path] = {}      # target -> temporary
        self._errors: dict[Path, bytes | None] = {}
        self._entries: list[Entry] = []

    def file(self, name: str) -> Path:
        """The temporary path to write the file `name` (relative to `root`) to; its folder is made."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._files[target] = temporary_beside(target)
        passing("files open")
        return temporary

    def errors(self, step: str, unit: str, errors: Sequence[Mapping[str, Any]]) -> None:
        """What `errors/<step>/<unit>.jsonl` is to hold; with no errors there is no such file (any more)."""
        lines = "".join(json.dumps(error, ensure_ascii=False, sort_keys=True) + "\n" for error in errors)
        path = self.root / "errors" / step / f"{unit}.jsonl"
        self._errors[path] = lines.encode("utf-8", "backslashreplace") if errors else None

    def record(self, entry: Entry) -> None:
        """Queue a ledger entry; the last thing that the commit writes."""
        self._entries.append(entry)

    def __enter__(self) -> "Commit":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
        finally:
            for temporary in self._files.values():
                temporary.unlink(missing_ok=True)

    def _commit(self) -> None:
        passing("files written")
        for temporary in self._files.values():
            sync(temporary)
        passing("files synced")
        entries = {Ledger(self.root).path(entry.step, entry.unit): entry for entry in self._entries}
        if entries and all(Ledger(self.root).stands(entry) for entry in entries.values()):
            return      # somebody else did the same work; a task that a killed command left behind must not undo it
        for path in entries:
            path.unlink(missing_ok=True)
        _sync_folders(entries)
        passing("entries withdrawn")
        for target, temporary in self._files.items():
            os.replace(temporary, target)
            passing("one file renamed")
        _sync_folders(self._files)
        passing("files renamed")
        for path, lines in self._errors.items():
            if lines is None:
                path.unlink(missing_ok=True)
            else:
                write_atomically(path, lines)
        passing("errors written")
        for path, entry in entries.items():
            write_atomically(path, entry.to_json())
            passing("one entry written")
        passing("entries written")


def temporary_beside(target: Path) -> Path:
    """A name in the same folder that no other process chooses and `sweep` finds."""
    return target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp")


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the file `path` by `data`, synced: readers see the old bytes or the new ones. Makes its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    try:
        with naming(path):
            temporary.write_bytes(data)
        sync(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def sweep(root: Path) -> int:
    """Remove the temporary files and folders that killed runs left below `root`; returns how many.

    Only for the holder of the output's lock. A worker that is still busy for a killed command loses its files and
    fails, which nobody waits for.
    """
    stale = [path for path in root.rglob(".*.tmp") if TEMPORARY.fullmatch(path.name)]
    for path in stale:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(stale)


def sync(path: Path) -> None:
    """Have a file's bytes, or a folder's names, on disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        with naming(path):
            os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folders(files: Iterable[Path]) -> None:
    for folder in sorted({path.parent for path in files}):
        if folder.exists():
            sync(folder)

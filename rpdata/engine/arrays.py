"""Folders of numpy arrays: what the tasks of a long job leave for one another on disk.

A folder appears whole or not at all: it is written under a temporary name beside its target, synced and renamed. So
its presence means that its task is done, and a task that is done again finds it and leaves it.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from rpdata.engine.commit import sync, temporary_beside
from rpdata.engine.killpoint import passing
from rpdata.errors import CannotFinish, naming

FACTS = "facts.json"
ONE = "[!.]*"               # of a stage: its folders, without what a worker that died left half-written
BELOW = f"{ONE}/{ONE}"      # the folders in them
MAPPED_FROM = 1 << 18       # bytes: what is smaller is read, which takes a third of the time that mapping does
ARRAY_POINTS = ("arrays written", "arrays renamed")     # where a test can have the process killed (see `killpoint`)


class Arrays:
    """A folder that `write_arrays` wrote.

    folder: where it is. facts: the JSON values that were written with it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            told = json.loads((folder / FACTS).read_bytes())
            self.facts: dict[str, Any] = told["facts"]
            self._arrays: dict[str, dict[str, Any]] = told["arrays"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _damaged(folder, error) from error

    def __getitem__(self, name: str) -> np.ndarray:
        """One array; a large one is mapped from its file, read-only. CannotFinish if it is damaged."""
        return self._load(name, MAPPED_FROM)

    def mapped(self, name: str) -> np.memmap:
        """One array that is not empty, mapped whatever its size; `offset` is where its values begin in the file."""
        return cast(np.memmap, self._load(name, 0))

    def _load(self, name: str, mapped_from: int) -> np.ndarray:
        path = self.path(name)
        try:
            known = self._arrays[name]
            mapped: Literal["r"] | None = "r" if known["bytes"] > mapped_from else None
            array: np.ndarray = np.load(path, mmap_mode=mapped, allow_pickle=False)
            if array.nbytes != known["bytes"] or array.dtype.str != known["type"]:
                raise ValueError(f"{array.nbytes} bytes of {array.dtype.str}, and {known} were written")
        except (OSError, ValueError, KeyError) as error:
            raise _damaged(path, error) from error
        return array

    @property
    def names(self) -> list[str]:
        """Of its arrays."""
        return list(self._arrays)

    def path(self, name: str) -> Path:
        """The .npy file of one array."""
        return self.folder / f"{name}.npy"


def is_written(folder: Path) -> bool:
    """Whether the task that writes `folder` is done."""
    return (folder / FACTS).is_file()


def write_arrays(folder: Path, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any] | None = None) -> None:
    """Write arrays and JSON values as `folder`, all or nothing; a folder that is there already is left as it is.

    Tasks are deterministic: what somebody else wrote under the same name is the same.
    """
    if is_written(folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(folder)
    try:
        with naming(folder):
            temporary.mkdir()
            for name, array in arrays.items():
                np.save(temporary / f"{name}.npy", array, allow_pickle=False)
            noted = {name: {"bytes": array.nbytes, "type": array.dtype.str} for name, array in arrays.items()}
            told = json.dumps({"arrays": noted, "facts": dict(facts or {})}, indent=1, sort_keys=True)
            (temporary / FACTS).write_text(told + "\n")
        for path in temporary.iterdir():
            sync(path)
        passing("arrays written")
        try:
            os.rename(temporary, folder)
        except OSError:
            if not is_written(folder):
                raise
        sync(folder.parent)
        passing("arrays renamed")
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _damaged(path: Path, error: Exception) -> CannotFinish:
    return CannotFinish(
        f"{path} is damaged or gone ({type(error).__name__}: {error}).\n"
        f"Delete the folder {path if path.suffix != '.npy' else path.parent} and run the same command again: it is "
        "made anew, with the same content."
    )

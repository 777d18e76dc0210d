"""What to say of a folder that is taken for a dataset and is none."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from rpdata.errors import UserError

NAMED = 3


def no_dataset(root: Path, file: str) -> UserError:
    """The error for the folder `root` without a manifest, which is called `file`: names datasets that may be meant.

    How to make one is only said of a folder that rpdata would write into.
    """
    why = "it is a file" if root.is_file() else f"it has no {file}" if root.exists() else "there is no such folder"
    told = f"{root} is not a dataset of rpdata: {why}"
    for folder in root.resolve().parents:
        if (folder / file).is_file():
            return UserError(f"{root} lies in a dataset, and is none itself. Name the dataset: {folder}")
    if inside := [str(root / name) for name in datasets_in(root, file)]:
        return UserError(f"{told}. Did you mean {', '.join(inside[:NAMED])}?")
    beside = list(datasets_in(root.parent, file))
    if near := get_close_matches(root.name, beside, n=NAMED, cutoff=0.5):
        return UserError(f"{told}. Did you mean {', '.join(str(root.parent / name) for name in near)}?")
    free = not root.exists() or (root.is_dir() and not others_in(root))
    return UserError(f"{told}.\nMake one: rpdata compute-signals INPUT... --output {root if free else 'NEW_FOLDER'}")


def others_in(root: Path) -> list[str]:
    """What a folder holds that rpdata does not mix its files with: all but hidden files and logs."""
    return [name for name in sorted(os.listdir(root)) if not name.startswith(".") and name != "logs"]


def datasets_in(folder: Path, file: str) -> Iterator[str]:
    """The names of the datasets in a folder, in order; none, where it is not to be read."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    yield from (name for name in names if os.path.isfile(folder / name / file))

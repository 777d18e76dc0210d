"""What a repository holds, compared with the dataset that is to be pushed there."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rpdata.engine.plan import Unit
from rpdata.errors import Refused
from rpdata.hub.repository import Repository, Stored
from rpdata.hub.selection import CARD, LEDGER, SAMPLE, Going, Selection
from rpdata.manifest import FILE, Manifest

HASHED_AT_ONCE = 4


def refuse_another_dataset(
    repository: Repository, root: Path, selection: Selection, present: Mapping[str, Stored]
) -> None:
    """Nothing of others is overwritten or removed: the repository may hold an earlier state of this dataset, or files
    that lie elsewhere than those of a dataset."""
    if FILE in present:
        if same(root / FILE, present[FILE]):
            return
        there, mine = repository.manifest(), Manifest.load(root)
        if (there.subset or {}).get("state") != (mine.subset or {}).get("state"):
            raise Refused(
                f"{repository.name} holds another dataset: what a recipe keeps of a dataset, and that dataset, do not "
                "share a repository.\nName another repository: --repo"
            )
        planned, here = inputs_of(there.units), inputs_of(mine.units)
        others = [unit for unit, inputs in planned.items() if here.get(unit) != inputs]
        if others:
            raise Refused(
                f"{repository.name} holds another dataset: its unit {others[0]} is not of {root}, or was read from "
                "other files.\nName another repository: --repo"
            )
        return
    folders = {file.part for file in selection.files} - {CARD}
    taken = [path for path in sorted(present) if any(path.startswith(f"{folder}/") for folder in folders)]
    if taken:
        raise Refused(
            f"{repository.name} holds {taken[0]}, and no {FILE}: that is not of a dataset of rpdata.\n"
            "Name another repository: --repo"
        )


def inputs_of(units: Sequence[Unit]) -> dict[str, list[str]]:
    """Name of a unit -> the names of its inputs. A plan only grows, so an earlier one is part of a later one."""
    return {unit.name: [source.name for source in unit.inputs] for unit in units}


def with_presence(selection: Selection, present: Mapping[str, Stored]) -> Iterator[tuple[Going, bool]]:
    """Each file, and whether the repository has just these bytes. Only files of equal size are read."""

    def is_there(file: Going) -> bool:
        stored = present.get(file.path)
        return stored is not None and stored.bytes == file.bytes and same(selection.root / file.path, stored)

    with ThreadPoolExecutor(HASHED_AT_ONCE) as threads:
        yield from zip(selection.files, threads.map(is_there, selection.files), strict=True)


def same(path: Path, stored: Stored) -> bool:
    """Whether a file is the stored one, byte for byte: by SHA-256, or as git names what it keeps itself."""
    with path.open("rb") as file:
        if stored.sha256 is not None:
            return hashlib.file_digest(file, "sha256").hexdigest() == stored.sha256
        content = file.read()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest() == stored.blob


def obsolete(selection: Selection, present: Mapping[str, Stored]) -> list[str]:
    """Files of an earlier push that the dataset does not have: they would be loaded beside the others."""
    if FILE not in present:
        return []
    going = {file.path for file in selection.files}
    steps = {path.split("/")[1] for path in present if path.startswith(f"{LEDGER}/")}
    return [path for path in sorted(present) if path not in going and path.split("/")[0] in {SAMPLE, LEDGER, *steps}]

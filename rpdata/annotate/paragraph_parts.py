"""The duplicates of a group as they lie on disk, in parts by ranges of hashes.

    <first>-<last>/
        0000.npy            the lists of all units, one behind the other
        0000.units.npy      where each unit's is: UNITS, in the order of the plan, so that a unit reads just its own
        0000.json           of what the part is made: written last
        group.json          the units, and the sizes of all parts: written when all are there
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rpdata.annotate.paragraph_files import FOLDER, write_json
from rpdata.dedup.paragraphs import Slice
from rpdata.engine.plan import Unit
from rpdata.errors import UserError

UNITS = np.dtype([("start", "<i8"), ("records", "<i8"), ("xxh3", "S32")])    # xxh3: of the bytes of the records


def part_name(group: str, number: int) -> str:
    return f"{FOLDER}/{group}/{number:04d}.npy"


def units_name(group: str, number: int) -> str:
    return f"{FOLDER}/{group}/{number:04d}.units.npy"


def forget_part(root: Path, group: str, number: int) -> None:
    """Before its files become others, which may be of the same sizes."""
    part_account(root, group, number).unlink(missing_ok=True)


def note_part(root: Path, group: str, number: int, what: dict[str, Any]) -> None:
    """Call a part done, whose files are there."""
    write_json(part_account(root, group, number), {**what, "bytes": sizes(root, group, number)})


def is_part(root: Path, group: str, number: int, what: dict[str, Any]) -> bool:
    """Whether a part is done, and says this of itself."""
    try:
        fields = json.loads(part_account(root, group, number).read_bytes())
        whole = sizes(root, group, number) == fields["bytes"]
        return bool(whole and what.items() <= {name: fields[name] for name in what}.items())
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return False


def forget_group(root: Path, group: str) -> None:
    """Before its parts become others."""
    group_account(root, group).unlink(missing_ok=True)


def note_group(root: Path, group: str, content: str, units: Sequence[Unit], parts: int) -> None:
    """Call a group done, whose parts are."""
    fields = {
        "content": content,
        "units": [unit.name for unit in units],
        "bytes": [sizes(root, group, number) for number in range(parts)],
    }
    write_json(group_account(root, group), fields)


def merged(root: Path, group: str, content: str) -> dict[str, Any] | None:
    """What `note_group` wrote; None if the group's duplicates are not there, or not these."""
    try:
        fields: dict[str, Any] = json.loads(group_account(root, group).read_bytes())
        stand = all(sizes(root, group, number) == known for number, known in enumerate(fields["bytes"]))
        return fields if stand and fields["units"] and fields["content"] == content else None
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def slices_of(root: Path, group: str, content: str, unit: Unit) -> Iterator[Slice]:
    """Where the duplicates of a unit lie, in ascending order of their hashes."""
    known = merged(root, group, content)
    if known is None:
        raise UserError(
            f"{root / FOLDER / group} was changed while the text of unit {unit.name} was edited.\n"
            "Run the same command again: what is missing is made anew."
        )
    row = known["units"].index(unit.name)
    for number in range(len(known["bytes"])):
        path = root / units_name(group, number)
        try:
            start, records, xxh3 = np.load(path, mmap_mode="r")[row].item()
        except (ValueError, IndexError) as error:
            raise UserError(f"{path} is damaged ({error}). Delete it and run the same command again.") from error
        if records:
            yield Slice(root / part_name(group, number), start, start + records, xxh3.decode("ascii", "replace"))


def sizes(root: Path, group: str, number: int) -> list[int]:
    return [(root / name(group, number)).stat().st_size for name in (part_name, units_name)]


def part_account(root: Path, group: str, number: int) -> Path:
    return (root / part_name(group, number)).with_suffix(".json")


def group_account(root: Path, group: str) -> Path:
    return root / FOLDER / group / "group.json"

"""Files of a tree that have been imported before, and are others now."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import xxhash

from rpdata.dataset import DOCUMENTS
from rpdata.engine.plan import Unit
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger

BLOCK = 1 << 20


def content_of(path: Path) -> str:
    """What a file is known by again: 64-bit xxh3 of its bytes, as `ReadReport.inputs` has it. Read once a process."""
    about = path.stat()
    return _content_of(path, about.st_size, about.st_mtime_ns)


@cache
def _content_of(path: Path, _size: int, _changed: int) -> str:
    checksum = xxhash.xxh3_64()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            checksum.update(block)
    return checksum.hexdigest()


def still_planned(planned: Sequence[Unit], root: Path, documents: Mapping[str, Path]) -> list[Unit]:
    """The units of the plan without those that are to be imported anew: their documents never were in the dataset, or
    were torn, and another file is in their place. What the dataset has of the latter is withdrawn.

    documents: partition -> file, of the tree. UserError if a file that was read to its end is another now.
    """
    ledger = Ledger(root)
    places = ((unit.name, unit.partition_path) for unit in planned)
    paths = {name: documents[part] for name, part in places if part is not None and part in documents}
    held = {name: entry for name in paths if (entry := entry_of(ledger, name)) is not None}
    with ThreadPoolExecutor() as threads:
        same = dict(zip(held, threads.map(lambda name: is_same(held[name], paths[name]), held), strict=True))
    others = [name for name in held if not same[name]]
    for name in others:
        if not was_torn(root, name):
            raise UserError(
                f"{paths[name]} is not the file that was imported (unit {name}), which was read to its end.\n"
                "Text is written once. Bring the old file back, or import into a new folder: --output"
            )
    for name in others:
        withdraw(ledger, name)
    return [unit for unit in planned if unit.name not in paths or same.get(unit.name)]


def was_torn(root: Path, unit: str) -> bool:
    """Whether `errors/` says of the unit's file of documents that it could not be followed to its end."""
    path = root / "errors" / DOCUMENTS / f"{unit}.jsonl"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []
    return any(line["file"] is not None and line["record"] is None for line in lines)


def entry_of(ledger: Ledger, unit: str) -> Entry | None:
    try:
        return ledger.entry(DOCUMENTS, unit)
    except UserError:       # damaged: made anew
        return None


def is_same(entry: Entry, path: Path) -> bool:
    """Whether a file is the one that an entry is of."""
    return any(
        told["bytes"] == path.stat().st_size and told["xxh3"] == content_of(path) for told in entry.inputs
    )


def withdraw(ledger: Ledger, unit: str) -> None:
    """Take away all that stands beside documents which will be others; the entries first, as they vouch for it."""
    entries = [entry for entry in ledger.entries() if entry.unit == unit]
    for entry in entries:
        ledger.path(entry.step, unit).unlink()
    for entry in entries:
        for partition in entry.partitions:
            (ledger.root / entry.step / f"{partition}.parquet").unlink(missing_ok=True)

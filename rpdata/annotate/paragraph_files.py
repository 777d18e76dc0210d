"""What paragraph deduplication keeps in `OUT/work/paragraphs/`, and when it counts as done.

    <snapshot>/<shard>.npy             the hashes of a unit's lines (see `rpdata.dedup.paragraph_hashes`)
    <snapshot>/<shard>.json            of what they are made: written last, so its presence means that they are whole
    <snapshot>/<first>-<last>/         of a group: what its units have to remove, in parts by ranges of hashes,
        0000.npy, ...                  see `paragraph_parts`
    <snapshot>/<shard>.removed.parquet what went, by domain

It is no overlay and in no ledger. The hashes stay: documents of later datasets can be deduplicated against them.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rpdata.annotate.paragraph_groups import EarlierHashes, Group, ParagraphDedup
from rpdata.dedup.paragraph_removed import REMOVED, ROWS_WAITING, summed
from rpdata.engine.commit import write_atomically
from rpdata.engine.plan import Unit
from rpdata.errors import UserError
from rpdata.ledger import Ledger, configuration_hash, hash_of
from rpdata.manifest import Manifest

FOLDER = "work/paragraphs"
DEFINITION = "cc_net: SHA-1 of the normalised line, first 8 bytes"


@dataclass(frozen=True)
class Account:
    """What is in a unit's file of hashes.

    Attributes
    ----------
    configuration: hash of the options that decide which documents are read, and of what a hash is.
    planned: the unit's inputs as the plan has them, without their paths, which may change.
    inputs: `{"name", "bytes", "xxh3"}` of each input as it was read.
    documents, lines: that were read. hashes: that differ. repeated: those that more than one document has.
    bytes, xxh3: of the file.
    """

    configuration: str
    planned: list[dict[str, Any]]
    inputs: list[dict[str, Any]]
    documents: int
    lines: int
    hashes: int
    repeated: int
    bytes: int
    xxh3: str


def hashes_name(unit: Unit) -> str:
    return f"{FOLDER}/{unit.name}.npy"


def removed_name(unit: Unit) -> str:
    return f"{FOLDER}/{unit.name}.removed.parquet"


def planned_inputs(unit: Unit) -> list[dict[str, Any]]:
    return [{name: value for name, value in asdict(source).items() if name != "path"} for source in unit.inputs]


def account_path(root: Path, unit: Unit) -> Path:
    return (root / hashes_name(unit)).with_suffix(".json")


def account_of(root: Path, unit: Unit, configuration: str) -> Account | None:
    """What is known of the unit's hashes; None if they are not there, or not those of this unit and options."""
    account = standing(root, unit)
    right = account and account.configuration == configuration and account.planned == planned_inputs(unit)
    return account if right else None


def standing(root: Path, unit: Unit) -> Account | None:
    """The account of the unit's hashes, if they are there; None if either is missing or damaged."""
    try:
        account = Account(**json.loads(account_path(root, unit).read_bytes()))
        return account if (root / hashes_name(unit)).stat().st_size == account.bytes else None
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_json(path: Path, fields: dict[str, Any]) -> None:
    write_atomically(path, (json.dumps(fields, indent=1, sort_keys=True) + "\n").encode())


def content_of(group: Group, accounts: Sequence[Account], dedup: ParagraphDedup) -> str:
    """A hash of all that decides which lines the units of a group lose: their own hashes, and earlier ones."""
    hashes = {unit.name: account.xxh3 for unit, account in zip(group.units, accounts, strict=True)}
    earlier = sorted(known.xxh3 for known in dedup.earlier)
    return configuration_hash({"paragraph_dedup": str(dedup), "hashes": hashes, "earlier": earlier})


def refuse_changed_hashes(known: EarlierHashes) -> None:
    """UserError if a file of hashes has not the bytes that its account tells of."""
    if hash_of(known.path) != known.xxh3:
        raise UserError(
            f"{known.path} is not the file of hashes that was written: it is damaged, or was written anew.\n"
            "Delete it and run the same command again; if it belongs to another dataset, first the one that made that."
        )


def standing_hashes(root: Path) -> list[EarlierHashes]:
    """The hashes of those units of another dataset that have them."""
    known = ((unit, standing(root, unit)) for unit in Manifest.load(root).units)
    return [
        EarlierHashes((root / hashes_name(unit)).absolute(), account.xxh3)
        for unit, account in known if account and account.planned == planned_inputs(unit)   # not of a plan given up
    ]


def earlier_hashes(root: Path) -> tuple[EarlierHashes, ...]:
    """The hashes of all units of another dataset; UserError if it was made without, or they are not there any more."""
    found = standing_hashes(root)
    paths = {known.path for known in found}
    for unit in Manifest.load(root).units:
        if (root / hashes_name(unit)).absolute() not in paths:
            raise UserError(
                f"cannot use --paragraphs-against {root}: the hashes of its unit {unit.name} are not in "
                f"{root / FOLDER}.\nThey are written by compute-signals with --paragraph-dedup, and kept as long as "
                "nobody deletes them."
            )
    return tuple(found)


def removed_in(root: Path, units: Iterable[Unit]) -> tuple[int, int]:
    """Lines and bytes that went from the documents of these units, as far as there are accounts of them."""
    lines = size = 0
    for path in (root / removed_name(unit) for unit in units):
        if path.is_file():
            table = pq.read_table(path, columns=["removed_lines", "removed_bytes"])
            lines += pc.sum(table["removed_lines"]).as_py() or 0
            size += pc.sum(table["removed_bytes"]).as_py() or 0
    return lines, size


def removed_from(root: Path) -> pa.Table:
    """What went from the documents of a dataset, by domain. UserError if nothing says so."""
    ledger = Ledger(root)
    units = [unit for unit in Manifest.load(root).units if ledger.path("documents", unit.name).is_file()]
    paths = [root / removed_name(unit) for unit in units]
    there = [path for path in paths if path.is_file()]
    if len(there) < len(paths) or not paths:
        raise UserError(
            f"nothing says what went from {len(paths) - len(there)} of the {len(paths)} units of {root} that have "
            f"documents: {FOLDER}/ holds no account of them.\n"
            "compute-signals writes it with --paragraph-dedup, for as long as nobody deletes it."
        )
    tables = [REMOVED.empty_table()]
    for path in there:
        tables.append(pq.read_table(path, schema=REMOVED))
        if sum(table.num_rows for table in tables[1:]) > max(ROWS_WAITING, tables[0].num_rows):
            tables = [summed(tables)]       # units have most of their domains in common
    return summed(tables)

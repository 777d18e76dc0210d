"""`rpdata show OUT DOC_ID`: one document and what was measured of it; no more of the dataset is read than that takes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rpdata.dataset import DOCUMENTS, MINHASH, command_for
from rpdata.engine.places import ccnet_place
from rpdata.engine.plan import Unit
from rpdata.errors import UserError
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest
from rpdata.overlay import TEXT_COLUMN, Footer, read_footer
from rpdata.pages import TextPages
from rpdata.signals import CATALOGUE
from rpdata.signals.own_models import own_signal

ORDINAL = re.compile(r"(.+)/(\d+)")     # <snapshot>/<file>/<number>: how most documents are called
ALTERNATIVES = 3
NAMES_COMPARED = 5000       # of documents or files, when looking for what was meant


@dataclass(frozen=True)
class Measured:
    """One signal of the document. value: a number or None; of a line signal, the list of them."""

    overlay: str
    name: str
    value: Any
    unit: str


@dataclass(frozen=True)
class Shown:
    """A document as it lies in the dataset.

    Attributes
    ----------
    partition, row: where it is.
    fields: its columns in `documents/`, without the text.
    lines: its text, line by line, without the newlines.
    signals: of the document. line_signals: of its lines, aligned with `lines`.
    """

    partition: str
    row: int
    fields: dict[str, Any]
    lines: list[str]
    signals: list[Measured]
    line_signals: list[Measured]

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "partition": self.partition,
            "row": self.row,
            "document": self.fields,
            "signals": {signal.name: {"value": signal.value, "unit": signal.unit} for signal in self.signals},
            "lines": [
                {"text": line, **{s.name: s.value[number] for s in self.line_signals if s.value is not None}}
                for number, line in enumerate(self.lines)
            ],
        }


def find_document(root: Path, doc_id: str) -> Shown:
    """The document of that identifier; UserError if there is none names those that are near.

    Searched are the partitions of the input file that the identifier names; if it names none, all.
    """
    manifest = Manifest.load(root)
    ledger = Ledger(root)
    named = units_named(doc_id, manifest.units)
    for unit in named or manifest.units:
        documents = ledger.entry(DOCUMENTS, unit.name)
        for partition in sorted(documents.partitions) if documents else ():
            place = find_in(root / DOCUMENTS / f"{partition}.parquet", doc_id)
            if place is not None:
                return read_document(root, manifest, unit, partition, *place)
    raise unknown_document(root, doc_id, named, manifest.units)


def units_named(doc_id: str, units: Sequence[Unit]) -> list[Unit]:
    """The units that read the input file that `doc_id` begins with; none if it names no file of the plan."""
    numbered = ORDINAL.fullmatch(doc_id)
    if not numbered:
        return []
    place = ccnet_place(numbered[1])
    if place:
        return [unit for unit in units if unit.name == "/".join(place)]
    snapshot, _, file = numbered[1].partition("/")
    return [unit for unit in units if unit.snapshot == snapshot and any(s.name == file for s in unit.inputs)]


def find_in(path: Path, doc_id: str) -> tuple[int, int] | None:
    """(row group, row in it) of the document in one partition; None if it is not there."""
    for group, ids in enumerate(doc_ids(path)):
        row = pc.index(ids, doc_id).as_py()
        if row >= 0:
            return group, row
    return None


def doc_ids(path: Path) -> Iterator[pa.ChunkedArray]:
    """The doc_id column of a partition, a row group at a time; UserError if the file is missing or torn."""
    read_footer(path)
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, columns=["doc_id"])["doc_id"]


def read_document(root: Path, manifest: Manifest, unit: Unit, partition: str, group: int, row: int) -> Shown:
    """The row of `documents/` and of every overlay that the ledger calls done."""
    path = root / DOCUMENTS / f"{partition}.parquet"
    footer = footer_of(path, DOCUMENTS, root)
    with pq.ParquetFile(path) as file, TextPages(path, file) as pages:
        names = [name for name in file.schema_arrow.names if name != TEXT_COLUMN]
        fields = row_of(file, group, row, names)
        (text,) = pages.read(group, np.array([row])).to_pylist()
        first = sum(file.metadata.row_group(before).num_rows for before in range(group))
    signals: list[Measured] = []
    line_signals: list[Measured] = []
    for overlay in overlays_of(root, unit):
        file_path = root / overlay / f"{partition}.parquet"
        other = footer_of(file_path, overlay, root)
        if (other.rows, other.doc_ids) != (footer.rows, footer.doc_ids):
            raise UserError(
                f"{file_path} belongs to other documents than {path}.\n"
                f"Delete it and run {command_for(overlay, root)} again"
            )
        with pq.ParquetFile(file_path) as file:
            names = [name for name in file.schema_arrow.names if name not in ("doc_id", "signature")]
            values = row_of(file, group, row, names)
            types = {name: file.schema_arrow.field(name).type for name in names}
        units = units_of(manifest, overlay, names)
        for name, value in values.items():
            if name == "id_int":
                fields[name] = value
            elif is_of_lines(types[name]):
                line_signals.append(Measured(overlay, name, value, units.get(name, "code points")))
            else:
                signals.append(Measured(overlay, name, value, units.get(name, "")))
    lines = text.split("\n")
    return Shown(partition, first + row, fields, lines if lines[-1] else lines[:-1], signals, line_signals)


def is_of_lines(kind: pa.DataType) -> bool:
    """Whether a column has a number for each line; a list of names is of the document."""
    return pa.types.is_list(kind) and not pa.types.is_string(kind.value_type)


def footer_of(path: Path, overlay: str, root: Path) -> Footer:
    try:
        return read_footer(path)
    except UserError as error:
        raise UserError(f"{error}\nMake it anew: {command_for(overlay, root)}") from error


def row_of(file: pq.ParquetFile, group: int, row: int, names: list[str]) -> dict[str, Any]:
    return file.read_row_group(group, columns=names).slice(row, 1).to_pylist()[0] if names else {}


def overlays_of(root: Path, unit: Unit) -> list[str]:
    """The steps that are done with the unit, those of every dataset first."""
    ledger = Ledger(root)
    steps = [path.name for path in sorted((root / "ledger").iterdir()) if path.is_dir() and path.name != DOCUMENTS]
    done = [step for step in steps if ledger.path(step, unit.name).is_file()]
    own = [step for step in done if step not in ("quality_signals", MINHASH)]
    return [step for step in ("quality_signals", MINHASH) if step in done] + own


def units_of(manifest: Manifest, overlay: str, names: Sequence[str]) -> dict[str, str]:
    """Signal -> unit, from the catalogue or from what the manifest notes of a user's own."""
    own = manifest.configurations.get(overlay, {}).get("signals", {})
    noted = {name: entry["unit"] for name, entry in own.items()}
    return {name: s.unit for name in names if (s := CATALOGUE.get(name) or own_signal(name))} | noted


def unknown_document(root: Path, doc_id: str, named: Sequence[Unit], units: Sequence[Unit]) -> UserError:
    """What is near: numbers before and after in the same file, files of a similar name, or some documents."""
    numbered = ORDINAL.fullmatch(doc_id)
    if named and numbered:
        wanted = int(numbered[2])
        ids = [other for other in ids_of(root, named) if other.startswith(f"{numbered[1]}/")]
        near = sorted(ids, key=lambda other: abs(int(other.rpartition("/")[2]) - wanted))[:ALTERNATIVES]
        reason = f"{len(ids):,} documents of its file were written, and it is not among them"
    else:
        few = list(islice(ids_of(root, units), NAMES_COMPARED))
        near = get_close_matches(doc_id, few, n=ALTERNATIVES, cutoff=0.6) or few[:1]
        reason = "no input file of that name is in the plan" if numbered else "no document is called so"
    hint = f"\nThere is, for example: {', '.join(map(repr, near))}" if near else "\nIt has no documents yet."
    return UserError(f"no document {doc_id!r} in {root}: {reason}.{hint}")


def ids_of(root: Path, units: Sequence[Unit]) -> Iterator[str]:
    """The identifiers of documents of some units, in their order."""
    ledger = Ledger(root)
    for unit in units:
        entry = ledger.entry(DOCUMENTS, unit.name)
        for partition in sorted(entry.partitions) if entry else ():
            for ids in doc_ids(root / DOCUMENTS / f"{partition}.parquet"):
                yield from ids.to_pylist()

"""Counting documents, and the proof that none got lost.

One entry for each step (`documents`, `quality_signals`, `minhash`, ...) and unit of work stands in
`OUT/ledger/<step>/<unit>.json`. It is written last, so its presence means that the step is done with that unit.
Entries hold no times: the same work gives the same bytes.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import xxhash

from rpdata.errors import UserError

ERRORS_LISTED = 1000


@dataclass
class ReadReport:
    """What a reader saw of one unit; filled while it reads.

    Attributes
    ----------
    read: records that are documents by their form, whatever became of them.
    dropped: documents left out on purpose, by reason (`too_short`, `too_long`, ...).
    failed: records that could not be made into a document.
    unread_bytes: compressed bytes of torn files behind the last record that could be read; no document is counted.
    inputs: `{"name", "bytes", "xxh3"}` of each input, of its compressed bytes as they were read.
    errors: `{"file", "record", "cause"}`, record being its ordinal in the file, or None for the file as a whole; the
        first ERRORS_LISTED of them, so that a file of rubbish does not fill the memory. unlisted: how many more.
    """

    read: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    unread_bytes: int = 0
    inputs: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    unlisted: int = 0

    def drop(self, reason: str) -> None:
        """Count one document that is left out on purpose."""
        self.dropped[reason] += 1

    def fail(self, file: str, record: int | None, cause: str) -> None:
        """Note what could not be read: one record (counted in `failed`), or with None the (rest of the) file."""
        self._list(file, record, cause)
        if record is not None:
            self.failed += 1

    def note(self, file: str, record: int, cause: str) -> None:
        """Note what was wrong with a record that became a document all the same."""
        self._list(file, record, cause)

    def _list(self, file: str, record: int | None, cause: str) -> None:
        if len(self.errors) < ERRORS_LISTED:
            self.errors.append({"file": file, "record": record, "cause": cause})
        else:
            self.unlisted += 1

    def told(self) -> list[dict[str, Any]]:
        """What `errors/` is to say: the errors that were listed, and how many were not."""
        rest = {"file": None, "record": None, "cause": f"{self.unlisted} more errors are counted, but not listed"}
        return [*self.errors, rest] if self.unlisted else self.errors


@dataclass(frozen=True)
class PartitionFile:
    """One Parquet file of an overlay as it lies on disk: rows and `doc_ids` (checksum of the column in its order) are
    read back from its footer, `xxh3` and `bytes` from the file."""

    rows: int
    doc_ids: str
    xxh3: str
    bytes: int


@dataclass(frozen=True)
class Entry:
    """What one step did with one unit.

    For `documents`, `read` counts the source's records; for any other step it counts the rows of `documents/` that the
    step read, and nothing is dropped or failed. `columns` maps each column of an overlay to the hash of the code,
    artefact and configuration that made it. `failed_values` and `unread_bytes` stand outside the balance: no document
    is lost with them, nor with `skipped`: documents about which no model was asked (`--for-recipe`). `made_from`: for
    decisions, each overlay that they were made from and its `state_of_files` then.
    """

    step: str
    unit: str
    configuration: str                          # hash of the step's options, see `configuration_hash`
    partitions: Mapping[str, PartitionFile]     # partition path ("2023-06/0000/en_head") -> its file
    read: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    failed: int = 0
    failed_values: int = 0
    skipped: int = 0
    unread_bytes: int = 0
    inputs: Sequence[Mapping[str, Any]] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    made_from: Mapping[str, str] = field(default_factory=dict)

    @property
    def state_of_files(self) -> str:
        """Stands for the bytes of all its files."""
        return configuration_hash({partition: file.xxh3 for partition, file in self.partitions.items()})

    @property
    def written(self) -> int:
        """Rows in the Parquet files, by their footers."""
        return sum(file.rows for file in self.partitions.values())

    def balances(self) -> bool:
        """Whether every record that was read is accounted for: read = written + dropped + failed."""
        return self.read == self.written + sum(self.dropped.values()) + self.failed

    def to_json(self) -> bytes:
        """Sorted keys, one per line: the same entry is the same bytes. `written` is included for human readers, and
        `made_from` where there is any."""
        fields = {**asdict(self), "written": self.written}
        if not self.made_from:
            del fields["made_from"]
        return (json.dumps(fields, indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Entry":
        """The inverse of `to_json`; ValueError, KeyError or TypeError if `data` is anything else."""
        fields = json.loads(data)
        written = fields.pop("written")
        fields["partitions"] = {path: PartitionFile(**file) for path, file in fields["partitions"].items()}
        entry = cls(**{**fields, "inputs": tuple(fields["inputs"])})
        if entry.written != written:
            raise ValueError(f"written is {written}, but its partitions have {entry.written} rows")
        return entry


def refuse_loss(entry: Entry, documents: Entry) -> None:
    """Nothing is committed that lost a document, or has them in another order. It would be a bug, and is named so."""
    rows = {partition: (file.rows, file.doc_ids) for partition, file in entry.partitions.items()}
    expected = {partition: (file.rows, file.doc_ids) for partition, file in documents.partitions.items()}
    if not entry.balances() or rows != expected:
        raise AssertionError(
            f"{entry.step} of unit {entry.unit} do not add up: read {entry.read}, written {entry.written}, "
            f"dropped {sum(entry.dropped.values())}, failed {entry.failed}. Nothing of it was committed."
        )


def configuration_hash(configuration: Mapping[str, Any]) -> str:
    """32 hexadecimal digits that stand for a step's options (JSON values), whatever their order."""
    return xxhash.xxh3_128_hexdigest(json.dumps(configuration, sort_keys=True).encode())


def totals(entries: Iterable[Entry]) -> dict[str, Any]:
    """Sums over entries of one step: units, what each counts, dropped by reason."""
    counted = ("read", "written", "failed", "failed_values", "skipped", "unread_bytes")
    sums = dict.fromkeys(("units", *counted), 0)
    dropped = Counter[str]()
    for entry in entries:
        dropped.update(entry.dropped)
        sums["units"] += 1
        for name in counted:
            sums[name] += getattr(entry, name)
    return {**sums, "dropped": dict(sorted(dropped.items()))}


def hash_of(path: Path) -> str:
    """128-bit xxh3 of a file's bytes, in hexadecimal digits."""
    checksum = xxhash.xxh3_128()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            checksum.update(block)
    return checksum.hexdigest()


class Ledger:
    """The entries below `root/ledger`; read from disk at each call, so that it never lags behind the workers."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, step: str, unit: str) -> Path:
        """Where the entry of `step` and `unit` is (to be) written."""
        return self.root / "ledger" / step / f"{unit}.json"

    def entry(self, step: str, unit: str) -> Entry | None:
        """The entry, or None if `step` is not done with `unit`; UserError if its file is damaged."""
        path = self.path(step, unit)
        try:
            return self._parse(path, path.read_bytes())
        except FileNotFoundError:
            return None

    def entries(self, step: str | None = None) -> Iterator[Entry]:
        """All entries (of `step`), in the order of their paths; UserError on a damaged one."""
        folder = self.root / "ledger" / (step or "")
        for path in sorted(folder.rglob("*.json")):
            entry = self._parse(path, path.read_bytes())
            if step in (None, entry.step):
                yield entry

    def done(self, step: str, unit: str, configuration: str) -> bool:
        """Whether nothing remains to do: an entry for this configuration whose files are all there, of their size.

        Contents are not read here; `Dataset.open` checks them. A damaged entry counts as not done, so that running
        the step again mends it.
        """
        try:
            entry = self.entry(step, unit)
        except UserError:
            return False
        return entry is not None and entry.configuration == configuration and self._files_stand(entry)

    def stands(self, entry: Entry) -> bool:
        """Whether just this entry is in the ledger, and its files are there, byte for byte."""
        path = self.path(entry.step, entry.unit)
        if not path.is_file() or path.read_bytes() != entry.to_json():
            return False
        files = entry.partitions.items()
        return self._files_stand(entry) and all(
            hash_of(self.root / entry.step / f"{partition}.parquet") == file.xxh3 for partition, file in files
        )

    def _files_stand(self, entry: Entry) -> bool:
        for partition, file in entry.partitions.items():
            path = self.root / entry.step / f"{partition}.parquet"
            if not path.is_file() or path.stat().st_size != file.bytes:
                return False
        return True

    def _parse(self, path: Path, data: bytes) -> Entry:
        try:
            entry = Entry.from_json(data)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"the ledger entry {path} is damaged ({type(error).__name__}: {error}).\n"
                "Delete that file and run the same command again: the unit is then done anew, with the same result."
            ) from error
        if self.path(entry.step, entry.unit) != path:
            raise UserError(
                f"the ledger entry {path} belongs to {entry.step}/{entry.unit}: it was copied or renamed.\n"
                "Delete that file and run the same command again."
            )
        return entry

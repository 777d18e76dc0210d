"""A dataset on disk: documents, the overlays beside them, and the means to read both together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from rpdata.engine.plan import Unit
from rpdata.errors import UserError, unknown_name
from rpdata.ledger import Entry, Ledger, PartitionFile
from rpdata.manifest import Manifest
from rpdata.overlay import read_footer
from rpdata.schema import OVERLAYS

if TYPE_CHECKING:
    import polars as pl

    from rpdata.status import Status

DOCUMENTS = "documents"
MINHASH = "minhash"
DUPLICATES = "duplicates"
REPEATED_LINES = "repeated_lines"
TOKENS = "tokens"           # counts of one tokenizer; those of others are in overlays called tokens-NAME
DECISIONS = "decisions/"    # and the name of a recipe with the hash of what it decides

# What writes the overlays that are not a user's own.
COMMANDS = dict.fromkeys(OVERLAYS, "rpdata compute-signals INPUT... --output {root}")
OWN_SIGNALS = "signals-"    # and the name of a user's file


@dataclass(frozen=True)
class OverlayFile:
    """One partition of an overlay: its Arrow schema, and for each column the hash of what made it, where noted."""

    schema: pa.Schema
    hashes: Mapping[str, str]

    def version(self, column: str) -> tuple[str, str] | None:
        """What has to be equal in all partitions: type and hash; None if the column is not here."""
        if column not in self.schema.names:
            return None
        return str(self.schema.field(column).type), self.hashes.get(column, "")


class Dataset:
    """An opened dataset. It shows the state at that moment; open it again after a run.

    Attributes
    ----------
    root: its folder.
    manifest: plan and configurations.
    partitions: paths such as "2023-06/0000/en_head" of all partitions that are written, in the dataset's order.
    overlays: name -> partition -> file, without `documents`; complete or not.
    """

    def __init__(
        self, root: Path, manifest: Manifest, entries: Sequence[Entry],
        files: Mapping[str, Mapping[str, OverlayFile]], partitions: Sequence[str],
    ) -> None:
        self.root = root
        self.manifest = manifest
        self.partitions = list(partitions)
        self.overlays = {name: files[name] for name in sorted(files) if name != DOCUMENTS}
        self._files = files
        self._entries = entries

    @classmethod
    def open(cls, path: str | Path, overlays: Iterable[str] | None = None) -> "Dataset":
        """Read manifest and ledger, and check every file against them. overlays: only these, beside the documents.

        Of each file the footer is read: it must be there and whole, have the size, rows and documents (checksum of
        doc_id) that the ledger says, and the same rows and documents as `documents/` has. UserError names the first
        file that does not. Units that are not done are no error; see `status`.
        """
        root = Path(path)
        manifest = Manifest.load(root)
        ledger = Ledger(root)
        steps = [None] if overlays is None else [DOCUMENTS, *overlays]
        entries = [entry for step in steps for entry in ledger.entries(step)]
        documents = entries_by_unit(entries, DOCUMENTS)
        written = {part: file for entry in documents.values() for part, file in entry.partitions.items()}

        def check(place: tuple[Entry, str]) -> OverlayFile:
            entry, partition = place
            try:
                return _check(root, entry, partition, written[partition])
            except UserError:
                if ledger.entry(entry.step, entry.unit) == entry:
                    raise
                raise UserError(f"{root} is being written to. Open it again when that run has ended.") from None

        # An overlay without its documents is not part of the dataset: a run withdrew them and did not end.
        places = [
            (entry, partition)
            for entry in entries
            for partition in entry.partitions if partition in written
        ]
        files: dict[str, dict[str, OverlayFile]] = {DOCUMENTS: {}}
        with ThreadPoolExecutor() as threads:       # a footer takes 1 to 20 ms, outside of Python
            for (entry, partition), file in zip(places, threads.map(check, places), strict=True):
                files.setdefault(entry.step, {})[partition] = file
        order = [part for unit in manifest.units for part in _partitions_of(unit, documents)]
        return cls(root, manifest, entries, files, order)

    def file(self, overlay: str, partition: str) -> OverlayFile:
        """What is known of one partition of an overlay, or of `documents`."""
        return self._files[overlay][partition]

    def columns(self, overlay: str) -> list[str]:
        """The columns of an overlay (or of `documents`), doc_id first; also those that only some partitions have."""
        if overlay not in self._files and overlay in (DUPLICATES, REPEATED_LINES):
            raise UserError(f"{self.root} has no overlay {overlay!r} yet: run {command_for(overlay, self.root)}")
        if overlay not in self._files:
            raise unknown_name("overlay", overlay, self._files)
        return list(dict.fromkeys(name for file in self._files[overlay].values() for name in file.schema.names))

    def disagreements(self, overlay: str, columns: Iterable[str], partitions: Sequence[str]) -> Iterator[str]:
        """A sentence for each column that some of `partitions` lack, or have of another type or version."""
        files = self._files[overlay]
        absent = [partition for partition in partitions if partition not in files]
        command = command_for(overlay, self.root)
        if absent:
            yield (
                f"{len(absent)} of {len(partitions)} partitions lack `{overlay}` (the first is {absent[0]}): "
                f"run {command}"
            )
        for column in columns:
            versions = {part: files[part].version(column) for part in partitions if part in files}
            lacking = [part for part, version in versions.items() if version is None]
            if lacking:
                yield (
                    f"{len(lacking)} of {len(versions)} partitions lack `{column}` (the first is {lacking[0]}): "
                    f"run {command}"
                )
            elif len(set(versions.values())) > 1:
                newest = versions[list(versions)[-1]]
                others = [part for part, version in versions.items() if version != newest]
                yield (
                    f"{len(others)} of {len(versions)} partitions have another version of `{column}` than "
                    f"{list(versions)[-1]} (the first is {others[0]}): run {command}"
                )

    def entries_of(self, overlay: str) -> list[Entry]:
        """The ledger's entries of an overlay, or of `documents`: one for each unit that has it."""
        return [entry for entry in self._entries if entry.step == overlay]

    def status(self) -> "Status":
        """What the ledger says of every step: what was read, written, dropped and failed; what is missing."""
        from rpdata.status import status_of

        return status_of(self, self._entries)

    def scan(
        self,
        overlays: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        languages: Sequence[str] | None = None,
        bands: float | None = None,
        deduplicated: float | str | None = None,
        for_recipe: str | None = None,
    ) -> "pl.LazyFrame":
        """The documents with the columns of `overlays` (default: all but decisions), in the dataset's order.

        Read partition by partition: a filter is evaluated on the columns that it names, then the others are read, the
        text only of the documents that it keeps. Conditions on `raw_content` that are joined to others by `&` see only
        the documents that meet those.

        columns: only these. languages: only partitions of these. bands: adds `signature_sim<bands>` (0.7, 0.8, 0.9 or
        1.0), a list of binary cut from `minhash`'s signature, as RedPajama-V2 publishes it. deduplicated: without the
        documents that `rpdata dedup` found to be duplicates: "exact", or a similarity such as 0.8. for_recipe: the
        hash of the recipe that some columns may have been computed for only (`compute-signals --for-recipe`).

        Raises UserError for a name that is not known, for a column that two of the overlays have, for those that not
        all partitions have in the same version, and for those that were computed for another recipe only.
        """
        from rpdata.scan import Scan

        return Scan.of(self, overlays, columns, languages, bands, deduplicated, for_recipe).lazy()

    def __repr__(self) -> str:
        return f"Dataset({str(self.root)!r}, {len(self.partitions)} partitions, overlays: {', '.join(self.overlays)})"


def command_for(overlay: str, root: Path) -> str:
    """What to run for an overlay that is missing or damaged."""
    if overlay.startswith(OWN_SIGNALS):
        return f"rpdata compute-signals {root} --signals {overlay.removeprefix(OWN_SIGNALS)}.py"
    if overlay.startswith(DECISIONS):
        return f"rpdata filter {root} --recipe {overlay.removeprefix(DECISIONS).rpartition('-')[0]}"
    if overlay.partition("-")[0] == TOKENS:
        name = overlay.removeprefix(TOKENS).removeprefix("-")
        return f"rpdata count-tokens {root} --tokenizer FILE{f' --name {name}' if name else ''}"
    if overlay in OVERLAYS and (manifest := Manifest.load(root)).subset:
        edited = overlay != DOCUMENTS and manifest.subset["edited"]
        return f"rpdata compute-signals {root}" if edited else manifest.command_of_subset(root)
    if overlay in (DUPLICATES, REPEATED_LINES):
        made = Manifest.load(root).configurations.get(overlay, {})
        lines = f"rpdata dedup {root} --lines {made.get('more_than', 'N')}"
        return dedup_command(root, made) if overlay == DUPLICATES else lines
    if overlay in COMMANDS and Manifest.load(root).is_imported:
        return f"rpdata import redpajama TREE --output {root}"
    return COMMANDS.get(overlay, "the command that made {overlay}/").format(root=root, overlay=overlay)


def dedup_command(root: Path, made: Mapping[str, Any], exact: bool = False, threshold: float | None = None) -> str:
    """What writes `duplicates/` anew as it was made, and with copies or another threshold beside what is there.

    made: what the manifest says of the overlay; empty if there is none.
    """
    kind = made.get("exact", "text")
    thresholds = sorted({*made.get("fuzzy", []), *([] if threshold is None else [float(threshold)])})
    options = {
        "exact": "text" if exact and kind == "none" else kind,
        "fuzzy": ",".join(map(str, thresholds)) or ("none" if made else "0.8"),
        "verify": made.get("verify", "jaccard"),
        "keep": made.get("keep", "first"),
    }
    usual = {"exact": "text", "fuzzy": "0.8", "verify": "jaccard", "keep": "first"}
    given = "".join(f" --{name} {value}" for name, value in options.items() if value != usual[name])
    return f"rpdata dedup {root}{given}{' --against INDEX' if made.get('against') else ''}"


def entries_by_unit(entries: Iterable[Entry], step: str) -> dict[str, Entry]:
    """Name of a unit -> its entry, for one step."""
    return {entry.unit: entry for entry in entries if entry.step == step}


def _partitions_of(unit: Unit, documents: Mapping[str, Entry]) -> list[str]:
    return sorted(documents[unit.name].partitions) if unit.name in documents else []


def _check(root: Path, entry: Entry, partition: str, documents: PartitionFile) -> OverlayFile:
    """The file's schema, if it is the one that the ledger speaks of; UserError otherwise."""
    noted = entry.partitions[partition]
    path = root / entry.step / f"{partition}.parquet"

    def mend() -> str:      # only for what is wrong: it reads the manifest
        first = "Delete it and run" if path.exists() else "Run"
        return f"{first} {command_for(entry.step, root)} again: what is missing is made anew."

    try:
        footer = read_footer(path)
    except UserError as error:
        raise UserError(f"{error}\n{mend()}") from error
    differences: dict[str, tuple[Any, Any]] = {
        "number of rows": (footer.rows, noted.rows),
        "checksum of doc_id": (footer.doc_ids, noted.doc_ids),
        "size in bytes": (path.stat().st_size, noted.bytes),
    }
    for what, (found, expected) in differences.items():
        if found != expected:
            raise UserError(
                f"{path} is not the file that was written: its {what} is {found}, in the ledger {expected}.\n{mend()}"
            )
    if (noted.rows, noted.doc_ids) != (documents.rows, documents.doc_ids):
        raise UserError(f"{path} belongs to other documents than {root / DOCUMENTS / partition}.parquet.\n{mend()}")
    return OverlayFile(footer.schema, entry.columns)

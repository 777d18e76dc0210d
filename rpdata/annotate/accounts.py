"""The ledger entries of a unit, and the proofs that are due before they are written."""

from collections.abc import Mapping
from pathlib import Path

from rpdata.annotate.settings import Settings
from rpdata.engine.plan import Unit
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger, PartitionFile, ReadReport
from rpdata.manifest import Manifest


def known_documents(unit: Unit, root: Path) -> Entry | None:
    """What the ledger says of the unit's documents, whether their files are there or not; None if it is illegible."""
    try:
        return Ledger(root).entry("documents", unit.name)
    except UserError:
        return None


def not_as_written(unit: Unit, root: Path) -> UserError:
    """The error for documents that only the unit's inputs could bring back, where those are not to be read."""
    manifest = Manifest.load(root)
    if manifest.subset is not None:
        return UserError(
            f"the documents of {unit.name} are not as they were written, or not there.\n"
            f"Keep them again: {manifest.command_of_subset(root)}"
        )
    return UserError(
        f"the documents of {unit.name} are not as this rpdata would write them, or not there.\n"
        f"Read its inputs again: rpdata compute-signals INPUT... --output {root}, with the options that were used "
        "before"
    )


def documents_entry(
    unit: Unit, settings: Settings, files: Mapping[str, PartitionFile], source: ReadReport
) -> Entry:
    """`read`, `dropped` and `failed` as the reader counted them; `written` is what the Parquet footers say."""
    return Entry(
        step="documents",
        unit=unit.name,
        configuration=settings.configuration("documents", unit),
        partitions=files,
        read=source.read,
        dropped=dict(source.dropped),
        failed=source.failed,
        unread_bytes=source.unread_bytes,
        inputs=tuple(source.inputs),
    )


def overlay_entry(
    step: str, unit: Unit, settings: Settings, files: Mapping[str, PartitionFile], documents: Entry, skipped: int
) -> Entry:
    """`read` is what `documents/` holds, whatever became of it on the way through the kernels.

    skipped: documents about which no model was asked.
    """
    configuration = settings.configuration(step, unit)
    return Entry(
        step=step,
        unit=unit.name,
        configuration=configuration,
        partitions=files,
        read=documents.written,
        skipped=skipped if step == "quality_signals" else 0,
        columns=settings.signal_columns if step == "quality_signals" else {"signature": configuration},
    )


def are_of_the_same_documents(entry: Entry, documents: Entry) -> bool:
    """Whether two entries tell of the same documents in the same partitions and order."""
    one, other = ({path: file.doc_ids for path, file in of.partitions.items()} for of in (entry, documents))
    return one == other


def refuse_changed_inputs(unit: Unit, source: ReadReport, before: Entry | None) -> None:
    """An input must be the one that was planned, and one that is read again the one that it was."""
    planned = {known.name: known.bytes for known in unit.inputs}
    for found in source.inputs:
        size = planned[found["name"]]
        if size and found["bytes"] != size:     # no size: a server did not tell it
            raise UserError(
                f"{found['name']} had {size:,} bytes when the work was planned, and {found['bytes']:,} when it was "
                "read: it was replaced, or somebody is still writing to it. Nothing of the unit was written.\n"
                "Bring the planned file back and run the same command again, or annotate the new one into a new "
                "folder: --output"
            )
    hashes = {known["name"]: known["xxh3"] for known in (before.inputs if before else ())}
    for found in source.inputs:
        if hashes.get(found["name"], found["xxh3"]) != found["xxh3"]:
            raise UserError(
                f"{found['name']} of unit {unit.name} is not the file that it was when its documents were written.\n"
                "Text is written once. Bring the old file back, or annotate the new one into a new folder: --output"
            )

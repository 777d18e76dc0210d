"""The index of a dataset: its segments, after everything that would make their comparison meaningless is refused."""

from collections.abc import Sequence
from pathlib import Path

from rpdata.dataset import DOCUMENTS, MINHASH, Dataset
from rpdata.dedup.index.catalogue import FILE, Index
from rpdata.dedup.index.segments import Segment, segments_of
from rpdata.dedup.settings import DedupSettings
from rpdata.errors import UserError
from rpdata.ledger import Entry, Ledger
from rpdata.manifest import FILE as MANIFEST
from rpdata.manifest import Manifest

FOLDER = "index"        # of a dataset


def own_index(root: Path) -> Index:
    """The index that the dataset `root` is to have, from its ledger; nothing is written.

    Raises UserError for units that are not done, for signatures of several kinds, and for a dataset without documents.
    """
    dataset = Dataset.open(root, [MINHASH])     # what is made here may be damaged: then it is made anew
    ledger = Ledger(root)
    documents, minhash = [], {}
    missing = []
    for unit in dataset.manifest.units:
        entry, signatures = ledger.entry(DOCUMENTS, unit.name), ledger.entry(MINHASH, unit.name)
        if entry is None or signatures is None:
            missing.append(unit.name)
        else:
            documents.append(entry)
            minhash[unit.name] = signatures
    if missing:
        raise UserError(
            f"{len(missing)} of {len(dataset.manifest.units)} units of {root} are not annotated yet (the first is "
            f"{missing[0]}), and what is missing cannot be compared.\n"
            f"Finish them first: rpdata compute-signals INPUT... --output {root}"
        )
    for sentence in dataset.disagreements(MINHASH, ["signature"], dataset.partitions):
        raise UserError(f"the signatures of {root} are not of one kind: {sentence}")
    if not any(entry.written for entry in documents):
        raise UserError(f"{root} has no documents, so there is nothing to compare. See: rpdata status {root}")
    folder = root / FOLDER
    made_with = dataset.manifest.configurations[MINHASH]
    return Index(folder, made_with, tuple(segments_of(root, folder, documents, minhash)))


def save_own(mine: Index, root: Path) -> None:
    """Write the index of a dataset; what was added to it of other datasets stays."""
    others = Index.load(mine.folder).of_others(root) if (mine.folder / FILE).is_file() else []
    Index(mine.folder, mine.minhash, (*mine.segments, *others)).save()


def refuse_options(settings: DedupSettings, against: Sequence[Path]) -> None:
    """UserError for a keep rule that --against leaves no choice for."""
    if against and settings.keep != "first":
        raise UserError(
            f"--keep {settings.keep} cannot be had with --against: a document that the index has is always the one "
            "that stays.\nLeave --keep away, or annotate both into one dataset"
        )


def indexes_of(against: Sequence[Path], mine: Index) -> list[Index]:
    """The indexes that a dataset is to be compared with; UserError if that can't be done with one of them."""
    found = []
    for path in against:
        other = Index.load(path)
        if other.minhash != mine.minhash:
            raise UserError(
                f"the signatures of the index {path} were made with {said(other)}, those of the dataset with "
                f"{said(mine)}: they cannot be compared.\nAnnotate again with the same --minhash-hash, into a new "
                "folder"
            )
        found.append(other)
    return found


def refuse_missing_keys(index: Index, parts: Sequence[str]) -> None:
    """UserError if an index was made without the keys that are asked for."""
    for segment in index.segments:
        for part in parts:
            if not (segment.folder / part).is_dir():
                there = sorted(path.name for path in segment.folder.iterdir()) if segment.folder.is_dir() else []
                raise UserError(
                    f"the index {index.folder} has no {part}, but {', '.join(there) or 'nothing'}.\nAsk for what it "
                    f"has, or add to it first: rpdata dedup --recluster {index.folder}, with the same --exact and "
                    "--fuzzy"
                )


def said(index: Index) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(index.minhash.items()))


def others_of(indexes: Sequence[Index], mine: Index, root: Path) -> list[Segment]:
    """The segments of all indexes that are of other datasets than `root`.

    One that is just like one of `mine`, of a dataset that is not there any more, is this one's: it has moved.
    """
    own = {each.name for each in mine.segments}
    others = [each for index in indexes for each in index.of_others(root)]
    return [each for each in others if each.name not in own or (each.dataset / MANIFEST).is_file()]


def refuse_twins(segments: Sequence[Segment]) -> None:
    """UserError if the same documents would be compared with themselves: a dataset that is there under two paths."""
    seen: dict[tuple[str, str], Path] = {}
    for segment in segments:
        for place in segment.places:
            before = seen.setdefault((place.partition, place.doc_ids), segment.dataset)
            if place.rows and before.resolve() != segment.dataset.resolve():
                raise UserError(
                    f"{place.partition} of {segment.dataset} has the same documents as that of {before}: all of them "
                    "would be duplicates of themselves.\nLeave one of the two out"
                )


def documents_entries(root: Path) -> list[Entry]:
    """The ledger's entries of the documents of a dataset, in the order of its units."""
    ledger = Ledger(root)
    units = Manifest.load(root).units
    return [entry for unit in units if (entry := ledger.entry(DOCUMENTS, unit.name))]

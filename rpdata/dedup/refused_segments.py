"""What an index says of other datasets, held against what those are now."""

from collections.abc import Sequence
from pathlib import Path

from rpdata.dataset import DOCUMENTS, DUPLICATES, MINHASH
from rpdata.dedup.index.catalogue import Index
from rpdata.dedup.index.segments import Segment
from rpdata.errors import UserError
from rpdata.ledger import Ledger
from rpdata.manifest import FILE as MANIFEST
from rpdata.manifest import Manifest


def refuse_what_is_not_kept(known: Sequence[Segment], mine: Index) -> None:
    """UserError if documents of indexes, which new ones are to yield to, may not be kept themselves.

    That is so where their dataset was marked by another keep rule, or against this one: each would yield to the other.
    """
    own = {place.doc_ids for segment in mine.segments for place in segment.places if place.rows}
    for root in dict.fromkeys(segment.dataset for segment in known):
        if not (root / MANIFEST).is_file():
            continue
        made = Manifest.load(root).configurations.get(DUPLICATES, {})
        if made.get("keep", "first") != "first":
            raise UserError(
                f"{root} was marked with --keep {made['keep']}, so what it keeps is not what new documents are "
                f"compared with.\nMark it with --keep first before: rpdata dedup {root}"
            )
        if own & set(made.get("against", ())):
            raise UserError(
                f"{root} was marked --against these documents: where both have a document, neither would keep it.\n"
                f"Mark it by itself before: rpdata dedup {root}"
            )


def refuse_two_states(known: Sequence[Segment]) -> None:
    """UserError if several indexes have a dataset at different times: its documents would be there twice."""
    seen: dict[tuple[Path, str], Segment] = {}
    for segment in known:
        for place in segment.places:
            before = seen.setdefault((segment.dataset, place.partition), segment)
            if before.name != segment.name:
                raise UserError(
                    f"the indexes {before.index} and {segment.index} have {place.partition} of {segment.dataset} "
                    "from different times, and its documents would count twice.\nLeave one of the indexes out, or "
                    f"bring it up to date: rpdata dedup {segment.dataset} --against INDEX --update-index"
                )


def refuse_other_files(known: Sequence[Segment]) -> None:
    """UserError if signatures and texts that are to be compared are not those that an index has keys of."""
    for dataset in dict.fromkeys(segment.dataset for segment in known):
        files = {
            (step, partition): file.xxh3
            for step in (DOCUMENTS, MINHASH)
            for entry in Ledger(dataset).entries(step)
            for partition, file in entry.partitions.items()
        }
        for segment in known:
            for place in segment.places if segment.dataset == dataset else ():
                found = [files.get((step, place.partition)) for step in (DOCUMENTS, MINHASH)]
                if place.rows and found != [place.documents, place.minhash]:
                    raise UserError(
                        f"{place.partition} of {dataset} is gone, or has changed since it was added to the index "
                        f"{segment.index}, and new documents are to be compared with it.\nBring it back, or the index "
                        f"up to date: rpdata dedup {dataset} (with --against INDEX --update-index, if the index is "
                        "not its own)"
                    )

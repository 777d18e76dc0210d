"""`index.json`: which segments an index has, of which datasets, and what can be compared with them.

Later snapshots append to it; what is there is never rewritten. Datasets are named by their path relative to the index,
so that both can be moved together.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rpdata.dedup.index.segments import Place, Segment
from rpdata.engine.commit import sync, temporary_beside, write_atomically
from rpdata.engine.killpoint import passing
from rpdata.errors import UserError

FILE = "index.json"
FORMAT_VERSION = 1


@dataclass(frozen=True)
class Index:
    """What is in the folder `folder`. minhash: how all its signatures were made, as manifests have it."""

    folder: Path
    minhash: Mapping[str, Any]
    segments: tuple[Segment, ...]

    @classmethod
    def load(cls, folder: Path) -> "Index":
        """UserError if there is no index, or if it is damaged or of another format."""
        path = folder / FILE
        try:
            fields = json.loads(path.read_bytes())
            version = fields["format_version"]
            if version == FORMAT_VERSION:
                return cls(folder, fields["minhash"], tuple(_segment(folder, each) for each in fields["segments"]))
        except (FileNotFoundError, NotADirectoryError):
            within = folder / "index" / FILE
            there = f"There is one in {within.parent}." if within.is_file() else \
                "`rpdata dedup OUT` leaves one in OUT/index."
            raise UserError(f"{folder} is not an index: it has no {FILE}. {there}") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"{path} cannot be read ({type(error).__name__}: {error}).\nDelete the folder {folder} and run "
                "rpdata dedup on its datasets again: it makes a new one."
            ) from error
        raise UserError(
            f"{folder} is an index of format version {version}; this rpdata reads version {FORMAT_VERSION}.\n"
            "Delete it and run rpdata dedup on its datasets again: it makes a new one."
        )

    def save(self) -> None:
        """Write it, all or nothing."""
        fields = {
            "format_version": FORMAT_VERSION,
            "minhash": dict(self.minhash),
            "segments": [
                {
                    "dataset": os.path.relpath(each.dataset.resolve(), self.folder.resolve()),
                    "places": [asdict(place) for place in each.places],
                }
                for each in self.segments
            ],
        }
        write_atomically(self.folder / FILE, (json.dumps(fields, indent=1, sort_keys=True) + "\n").encode())

    def with_segments(self, added: Sequence[Segment], dataset: Path, parts: Sequence[str]) -> "Index":
        """The index with the segments of a dataset in place of those that it had of it, copied in; it is saved.

        parts: the folders that each segment needs.
        """
        copied = []
        for segment in added:
            mine = Segment(self.folder, segment.dataset, segment.places)
            for part in parts:
                copy_folder(segment.folder / part, mine.folder / part)
            copied.append(mine)
        passing("segments copied")
        names = {segment.name for segment in copied}        # of a dataset that has moved, too
        others = [each for each in self.of_others(dataset) if each.name not in names]
        index = Index(self.folder, self.minhash, (*others, *copied))
        index.save()
        return index

    def of_others(self, dataset: Path) -> list[Segment]:
        """The segments of all datasets but one."""
        return [each for each in self.segments if each.dataset.resolve() != dataset.resolve()]


def copy_folder(source: Path, target: Path) -> None:
    """All or nothing; a target that is there is the same, as both are named after their content."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(target)
    try:
        shutil.copytree(source, temporary)
        for path in temporary.iterdir():
            sync(path)
        os.rename(temporary, target)
        sync(target.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _segment(folder: Path, fields: Mapping[str, Any]) -> Segment:
    return Segment(folder, (folder / fields["dataset"]).resolve(), tuple(Place(**each) for each in fields["places"]))

"""What an import finds in a folder: artefacts to be, and what is wrong with others."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rpdata.artefacts.check import check_loads
from rpdata.artefacts.folder import Stored, check_name, store
from rpdata.artefacts.store import sha256_of
from rpdata.errors import CannotFinish, UserError


@dataclass(frozen=True)
class Found:
    """An artefact to be; the files may lie anywhere."""

    name: str
    kind: str
    language: str | None
    files: Mapping[str, Path]
    facts: Mapping[str, Any]
    made: Mapping[str, Any]

    def keep(self, collection: Path, scratch: Path) -> Stored:
        """Load it as a run would, then copy it into the collection. UserError if it can't be used."""
        check_name(self.name, self.kind, self.language)
        folder = Path(tempfile.mkdtemp(dir=scratch))
        for name, path in self.files.items():
            (folder / name).symlink_to(path.resolve())
        hashes = {name: sha256_of(folder / name) for name in self.files}
        try:
            check_loads(Stored(self.name, self.kind, self.language, folder, hashes, self.facts, self.made))
        except CannotFinish:
            raise
        except UserError as error:
            raise UserError(self._as_the_user_knows_it(str(error), folder, scratch)) from error
        return store(collection, self.name, self.kind, self.language, self.files, facts=self.facts, made=self.made)

    def _as_the_user_knows_it(self, complaint: str, folder: Path, scratch: Path) -> str:
        """The complaint with the user's files for those of the scratch folders, which are gone when it is read."""
        for name, path in self.files.items():
            own = f"{name} (made of {self.made['from']})" if path.is_relative_to(scratch) else str(path)
            complaint = complaint.replace(str(folder / name), own)
        return complaint.replace(str(folder), self.name)


@dataclass
class Import:
    """What became of a folder.

    Attributes
    ----------
    stored: the artefacts that were imported, or were there already.
    absent: what such a folder has and this one has not.
    damaged: what is there and can't be used: name -> why.
    ignored: what is there and is none of the files that make artefacts, by its path in the folder.
    """

    stored: list[Stored] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

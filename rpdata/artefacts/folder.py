"""Artefacts that a user trained or imported: each a folder with its files, beside others of the same collection.

    models/
      lm.de/               artefact.json  sp.model  lm.arpa.gz  cutoffs.json
      importance.books.en/ artefact.json  target.npy  source.npy  means.json

`artefact.json` tells what the files are and how they were made. What decides a signal's values (kind, language, files
and the facts that say how they are read) makes the identity of an artefact; how it came about does not.
"""

import hashlib
import json
import re
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rpdata.artefacts.published import BUNDLES
from rpdata.artefacts.store import home, sha256_of
from rpdata.engine.commit import sync, write_atomically
from rpdata.errors import CannotFinish, UserError, unknown_name
from rpdata.language_codes import check_code
from rpdata.manifest import FILE as MANIFEST

DESCRIPTION = "artefact.json"
FORMAT = 1
PULLED = "pulled"       # in `made`: the name by which it was pulled

LANGUAGE = re.compile(r"[a-z]{2,3}")

# <kind>.<what>.<language>: an lm has no <what>, lists of domains have no language.
KINDS = {
    "lm": re.compile(r"lm\.[a-z]{2,3}"),
    "classifier": re.compile(r"classifier\.[a-z0-9_]+\.[a-z]{2,3}"),
    "importance": re.compile(r"importance\.[a-z0-9_]+\.[a-z]{2,3}"),
    "bad_words": re.compile(r"bad_words\.[a-z]{2,3}"),
    "domains": re.compile(r"domains\.[a-z0-9_]+"),
}


@dataclass(frozen=True)
class Stored:
    """One artefact on disk.

    Attributes
    ----------
    name: such as "lm.de", "classifier.wikiref.en", "domains.ut1".
    language: None: for all of them.
    files: file name -> sha256.
    facts: JSON values that decide how the files are read, such as a hash function; part of the identity.
    made: JSON values about where it is from: command, hashes of training data, licence, reports. No part of it.
    """

    name: str
    kind: str
    language: str | None
    folder: Path
    files: Mapping[str, str]
    facts: Mapping[str, Any] = field(default_factory=dict)
    made: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """What a dataset's manifest knows it by."""
        identity = {"kind": self.kind, "language": self.language, "files": dict(self.files), "facts": dict(self.facts)}
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()

    @property
    def what(self) -> str:
        """The name without its language: "lm", "classifier.wikiref", "domains.ut1"."""
        return self.name.removesuffix(f".{self.language}") if self.language else self.name

    def file(self, name: str) -> Path:
        """Where a file of it is; UserError if that is gone or has other content than it had."""
        path = self.folder / name
        expected = self.files.get(name)
        if expected is None:
            raise UserError(f"the artefact {self.folder} has no {name}; it has {', '.join(self.files)}")
        try:
            found = sha256_of(path)
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}.\n{self._mend}") from error
        if found != expected:
            raise UserError(f"{path} is damaged or was replaced: its sha256 is {found}, not {expected}.\n{self._mend}")
        return path

    @property
    def _mend(self) -> str:
        if PULLED in self.made:
            return f"Get it again: {self.made.get('command')}"
        return f"Bring back the artefact {self.name} as it was, or make it again."

    def verify(self) -> None:
        """Read all of its files; UserError if one is gone or other than it was."""
        for name in self.files:
            self.file(name)


def store(
    collection: Path,
    name: str,
    kind: str,
    language: str | None,
    files: Mapping[str, Path],
    *,
    facts: Mapping[str, Any],
    made: Mapping[str, Any],
) -> Stored:
    """Copy the files into a new artefact of the collection: it is there whole or not at all.

    An artefact of the same identity is left as it is. UserError if the name is none, or taken by another artefact;
    CannotFinish if it can't be written.
    """
    check_name(name, kind, language)
    target = collection / name
    growing = collection / f".{name}.{uuid.uuid4().hex}.tmp"
    try:
        growing.mkdir(parents=True)
        for file, source in files.items():
            shutil.copyfile(source, growing / file)
        hashes = {file: sha256_of(growing / file) for file in sorted(files)}
        new = Stored(name, kind, language, target, hashes, dict(facts), dict(made))
        if target.exists():
            return same_or_refused(new, load(target))
        (growing / DESCRIPTION).write_bytes(description_of(new))
        for file in (*files, DESCRIPTION):
            sync(growing / file)
        growing.rename(target)
        sync(collection)
    except OSError as error:
        where = error.filename or growing
        raise CannotFinish(f"cannot write the artefact {target}: {where}: {error.strerror}") from error
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    return new


def description_of(stored: Stored) -> bytes:
    """The content of its artefact.json."""
    description = {key: getattr(stored, key) for key in ("name", "kind", "language", "files", "facts", "made")}
    text = json.dumps({"format": FORMAT, **description}, indent=1, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def noted(stored: Stored, made: Mapping[str, Any]) -> Stored:
    """The artefact with more in `made`, on disk too; its identity is the same. CannotFinish if it can't be written."""
    new = replace(stored, made={**stored.made, **made})
    try:
        write_atomically(new.folder / DESCRIPTION, description_of(new))
    except OSError as error:
        raise CannotFinish(f"cannot write {new.folder / DESCRIPTION}: {error.strerror}") from error
    return new


def same_or_refused(new: Stored, there: Stored) -> Stored:
    """The artefact that is there, if it is the same; UserError if another one has its name."""
    if new.sha256 != there.sha256:
        raise UserError(
            f"{there.folder} holds another {there.name} (sha256 {there.sha256[:12]}..., not {new.sha256[:12]}...).\n"
            "Name another collection with --output, or move that folder away"
        )
    return there


def check_name(name: str, kind: str, language: str | None) -> None:
    """UserError unless the name is one of that kind and language."""
    pattern = KINDS.get(kind)
    if pattern is None or not pattern.fullmatch(name) or (language is not None and not name.endswith(f".{language}")):
        if language is not None and not LANGUAGE.fullmatch(language):
            raise UserError(f"{language!r} is no language of an artefact: give two or three lower-case letters")
        raise UserError(
            f"{name!r} is no name for an artefact of kind {kind!r} and language {language!r}: "
            "a name is of lower-case letters, digits and _, a language of two or three lower-case letters"
        )


def before_training(output: Path, name: str, kind: str, language: str, tell: Callable[[str], None]) -> None:
    """UserError for a name that can't be and for a collection that is a dataset; tells of one of that name there."""
    check_name(name, kind, language)
    check_code(language)
    if (output / MANIFEST).is_file():
        raise UserError(
            f"{output} is a dataset ({MANIFEST} is in it), and artefacts go into a folder of their own: "
            "--output models/"
        )
    if (output / name / DESCRIPTION).is_file():
        tell(f"{output / name} is there already: what is trained now is refused at the end unless it is the same")


def load(folder: Path) -> Stored:
    """The artefact in a folder; its files are read when they are asked for. UserError if it is none."""
    path = folder / DESCRIPTION
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{folder} is not an artefact: {path} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise UserError(f"{path} is damaged: {error}.\nMake or import the artefact again") from error
    try:
        if told["format"] != FORMAT:
            raise UserError(f"{path} has format {told['format']}; this rpdata reads format {FORMAT}")
        files = dict(told["files"])
        found = Stored(told["name"], told["kind"], told["language"], folder, files, told["facts"], told["made"])
        check_name(found.name, found.kind, found.language)
        if any(Path(file).name != file or not isinstance(sha256, str) for file, sha256 in files.items()):
            raise UserError(f"{path} names files outside of its folder")
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged: {error!r}.\nMake or import the artefact again") from error
    return found


def own_collection() -> Path:
    """The collection in the cache: what was pulled or imported without naming a folder."""
    return home() / "collection"


def of_collection(folder: Path) -> dict[str, Stored]:
    """The artefacts of a collection, which may be empty or not be there yet."""
    return collected(folder) if folders_of(folder) else {}


def folders_of(collection: Path) -> list[Path]:
    """The folders of its artefacts, without those that are being written."""
    return [path.parent for path in sorted(collection.glob(f"*/{DESCRIPTION}")) if path.parent.name[0] != "."]


def named_artefacts(named: str) -> dict[str, Stored]:
    """A collection or artefact by its folder, or those of the cache by a name or the beginning of some names.

    The name by which one was pulled is a name of it too. UserError lists what there is.
    """
    if Path(named).is_dir() or "/" in named:
        return collected(Path(named))
    cached = of_collection(own_collection())
    names = {name: {name, str(stored.made.get(PULLED, name))} for name, stored in cached.items()}
    found = {
        name: stored
        for name, stored in cached.items()
        if any(f"{one}.".startswith(f"{named}.") for one in names[name])
    }
    if not found:
        if named in BUNDLES:
            raise UserError(f"{named} is not here.\nGet it: rpdata artefacts pull {named}")
        raise unknown_name("artefact (and no folder)", named, set().union(*names.values())) if cached else UserError(
            f"{named} is not a folder, and no artefact was pulled or imported yet (looked in {own_collection()})"
        )
    return found


def collected(folder: Path) -> dict[str, Stored]:
    """The artefacts of a collection by their names; also of a folder that is one artefact itself.

    UserError if it holds none, or one under another name than its own.
    """
    if (folder / DESCRIPTION).exists():
        found = [load(folder)]
    elif not folder.is_dir():
        raise UserError(f"{folder} is not a folder of artefacts: there is none of that name")
    else:
        found = [load(path) for path in folders_of(folder)]
    if not found:
        raise UserError(
            f"{folder} holds no artefacts (folders with {DESCRIPTION}).\n"
            "A folder of RedPajama-V2 or cc_net must be imported first: rpdata artefacts import DIR --output models/"
        )
    for artefact in found:
        if artefact.folder.resolve().name != artefact.name:
            raise UserError(f"{artefact.folder} says that it is {artefact.name}; give the folder that name")
    return {artefact.name: artefact for artefact in found}

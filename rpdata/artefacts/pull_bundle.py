"""Getting a bundle: its parts, from where they were published or from where the user has them, become artefacts.

A part of which a checksum is known is refused if it differs; one of which none is known, unless the user says that it
may come unverified: then its sha256 is in the artefact's `made`.
"""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from rpdata.artefacts.fetch import SourceError, from_url
from rpdata.artefacts.folder import PULLED, Stored, noted, of_collection
from rpdata.artefacts.import_folder import import_folder
from rpdata.artefacts.order import Order
from rpdata.artefacts.published import Bundle, Part
from rpdata.artefacts.store import alone, partial, sha256_of
from rpdata.artefacts.unpack import arrange
from rpdata.engine.commit import sync
from rpdata.errors import CannotFinish, UserError

Tell = Callable[[str], None]


def pull_bundle(order: Order, tell: Tell | None = None) -> list[Stored]:
    """Have the artefacts of a bundle in a collection; those that are there and whole are left as they are.

    tell: called with each part before it is fetched.

    Raises UserError for what is not the bundle, or may not come unverified; CannotFinish if its address does not give
    it: what has come is kept, and doing it again goes on there.
    """
    if found := whole(order):
        return found
    order.check_verifiable()
    folder = partial(order.folder)
    with alone(folder, tell):
        if found := whole(order):       # now, thanks to another process
            return found
        folder.mkdir(exist_ok=True)
        files: dict[Part, Path] = {}
        hashes: dict[Part, str] = {}
        for part in order.bundle.parts:
            files[part] = file_of(part, order, folder / "files", tell)
            hashes[part] = checked(part, files[part], order)
        arrange(files, order.bundle.texts, folder / "layout")
        found = taken_over(order, folder, hashes)
        shutil.rmtree(folder)
        return found


def pulled(bundle: Bundle, collection: Path) -> list[Stored]:
    """The artefacts of the bundle that are in a collection and were pulled into it; empty if one is missing."""
    there = of_collection(collection)
    found = [there[name] for name in bundle.artefacts if name in there and is_of(bundle, there[name])]
    return found if len(found) == len(bundle.artefacts) else []


def is_of(bundle: Bundle, stored: Stored) -> bool:
    return bool(stored.made.get(PULLED) == bundle.name)


def whole(order: Order) -> list[Stored]:
    """What is there of it, if that is all and has the content that it had."""
    found = pulled(order.bundle, order.collection)
    return found if all(is_whole(stored) for stored in found) else []


def is_whole(stored: Stored) -> bool:
    try:
        stored.verify()
    except UserError:
        return False
    return True


def file_of(part: Part, order: Order, folder: Path, tell: Tell | None) -> Path:
    """The file of a part, on this machine. One that was fetched before is not fetched again."""
    place = order.place_of(part)
    if isinstance(place, Path):
        return place
    path = folder / part.name
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    growing = path.with_name(f"{path.name}.growing")
    if tell:
        size = f" ({part.size / 1e6:,.1f} MB)" if part.size else ""
        tell(f"{part.name} of {order.bundle.name}{size}: {place}")
    try:
        from_url(place, growing, size=part.size, known=part.sha256 is not None)
    except SourceError as error:
        raise CannotFinish(f"cannot get {order.bundle.name}:\n  {place}: {error}\n{order.ways_out()}") from error
    sync(growing)
    return growing.rename(path)


def checked(part: Part, path: Path, order: Order) -> str:
    """The sha256 of a part. UserError if that is another one than it should be; what was fetched is removed then."""
    try:
        found = sha256_of(path)
    except OSError as error:
        raise UserError(f"cannot read {path}, the {part.name} of {order.bundle.name}: {error.strerror}") from error
    if part.sha256 in (None, found):
        return found
    size, place = path.stat().st_size, order.place_of(part)
    complaint = (
        f"{place} is not {part.name} of {order.bundle.name}: {size:,} bytes with sha256 {found}, where "
        f"sha256 {part.sha256} belongs"
    )
    if isinstance(place, Path):
        raise UserError(complaint)
    path.unlink()
    raise CannotFinish(f"{complaint}.\nIt was not kept. {order.ways_out()}")


def taken_over(order: Order, folder: Path, hashes: Mapping[Part, str]) -> list[Stored]:
    """The artefacts that became of the layout; UserError if one of them can't be used, and why."""
    for stored in damaged(order):
        shutil.rmtree(stored.folder)
    report = import_folder(folder / "layout", order.collection)
    if report.damaged:
        for part in order.bundle.unverifiable:
            (folder / "files" / part.name).unlink(missing_ok=True)      # do not go on with it the next time
        complaints = "\n".join(f"  {name}: {why}" for name, why in report.damaged.items())
        raise UserError(f"what came as {order.bundle.name} cannot be used:\n{complaints}")
    return [noted(stored, notes(order, stored, hashes)) for stored in report.stored]


def damaged(order: Order) -> list[Stored]:
    """What was pulled as this bundle before, and is not what it was."""
    there = of_collection(order.collection).values()
    return [stored for stored in there if is_of(order.bundle, stored) and not is_whole(stored)]


def notes(order: Order, stored: Stored, hashes: Mapping[Part, str]) -> dict[str, object]:
    """What `made` says of an artefact's origin."""
    own = {part: sha256 for part, sha256 in hashes.items() if part.artefact == stored.name}
    told: dict[str, object] = {
        PULLED: order.bundle.name,
        "command": order.command,
        "licence": order.bundle.licence,
        "parts": {str(order.place_of(part)): sha256 for part, sha256 in own.items()},
    }
    if unverified := [part.name for part in own if part.sha256 is None]:
        told["unverified"] = unverified
    return told

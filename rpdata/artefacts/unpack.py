"""Lays the files of a bundle out as the pipeline has them that they are imported from."""

import gzip
import shutil
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from rpdata.artefacts.domain_table import REFERENCE_CATEGORIES
from rpdata.artefacts.published import Part
from rpdata.errors import UserError, naming

LIST = "domains"        # of a category
BLOCK = 1 << 20


def arrange(files: Mapping[Part, Path], texts: Mapping[str, str], layout: Path) -> None:
    """Make the folder `layout` anew, of the files of the parts and of texts. UserError if one cannot be unpacked."""
    shutil.rmtree(layout, ignore_errors=True)
    layout.mkdir()
    for name, text in texts.items():
        (layout / name).write_text(text, encoding="utf-8")
    for part, path in files.items():
        places = [layout / name for name in part.places]
        for place in places:
            place.parent.mkdir(parents=True, exist_ok=True)
        try:
            if part.name.endswith(".tar.gz"):
                unpack_lists(path, places[0])
            elif part.name.endswith(".gz"):
                with gzip.open(path) as packed, places[0].open("wb") as file, naming(places[0]):
                    shutil.copyfileobj(packed, file, BLOCK)
            else:
                places[0].symlink_to(path.resolve())
        except (gzip.BadGzipFile, tarfile.TarError, EOFError, zlib.error) as error:
            raise UserError(f"{path} cannot be unpacked: {error}") from error
        for place in places[1:]:
            place.symlink_to(places[0])


def unpack_lists(archive: Path, folder: Path) -> None:
    """`{category}/domains` of an archive of UT1, of those categories that RedPajama-V2 knows.

    Some of them are links to the folder of another one, which are followed. UserError if it has none of them.
    """
    with tarfile.open(archive, "r:gz") as tar:
        members = {PurePosixPath(member.name).parts[-2:]: member for member in tar}
        by_name = {parts[-1]: member for parts, member in members.items() if parts}
        wanted: dict[str, tarfile.TarInfo] = {}
        for category in REFERENCE_CATEGORIES:
            link = by_name.get(category)
            name = PurePosixPath(link.linkname).name if link is not None and link.issym() else category
            if (member := members.get((name, LIST))) is not None and member.isfile():
                wanted[category] = member
        for category, member in sorted(wanted.items(), key=lambda entry: entry[1].offset_data):
            place = folder / category / LIST
            place.parent.mkdir(parents=True)
            packed = tar.extractfile(member)
            assert packed is not None       # it is a file
            with packed, place.open("wb") as file, naming(place):
                shutil.copyfileobj(packed, file, BLOCK)
    if not wanted:
        raise UserError(f"{archive} is no archive of UT1: it has no category of {', '.join(REFERENCE_CATEGORIES)}")

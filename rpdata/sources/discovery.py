"""From what the user names to the list of input files: paths, globs, folders, listings, URLs.

Whatever can be refused from names alone is refused here, before any work begins.
"""

import logging
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress

from rpdata.engine.plan import Input
from rpdata.errors import UserError
from rpdata.sources.codecs import DamageError, decode
from rpdata.sources.formats import KNOWN, base_name, format_of, is_readable, place_of, snapshot_of
from rpdata.sources.storage import File, find_local, find_urls, is_url, open_input

SNAPSHOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
READ_BYTES = 1 << 20
HEAD_BYTES = 4096
PART_OF = re.compile(rb"^WARC/(?:(?!\nWARC/).)*?\nisPartOf:[ \t]*(?:[\w.]+-)*(\d{4}-\d{2})\s", re.DOTALL)
UNKNOWN = "files of unknown type"

log = logging.getLogger(__name__)       # on stderr, unless the program says otherwise


def discover(arguments: Sequence[str], snapshot: str | None = None) -> list[tuple[str, Input]]:
    """The input files that the arguments name, each once, with their snapshots, ordered by (snapshot, path).

    An argument is a file, a folder (walked; a warning says what in it was passed over), a glob (`**` crosses
    folders), an fsspec URL of any of these, or `@listing`: a text file, plain or compressed, with one of these on each
    line; blank lines and those that start with # are ignored, relative paths start at the folder of the listing.

    `snapshot` is for inputs that do not name theirs: tables, and WET and WARC files outside `CC-MAIN-<year>-<week>`
    folders whose first record does not either. It overrides what archives say; with cc_net files it must agree.

    Raises UserError for what is missing, empty, of unknown type, or has no place or one place for two files.
    """
    if snapshot is not None and not SNAPSHOT.fullmatch(snapshot):
        raise UserError(
            f"--snapshot {snapshot!r} can't name a folder: use letters, digits, dots, dashes and underscores, "
            "e.g. --snapshot 2026-34"
        )
    if not arguments:
        raise UserError(f"no input files. {KNOWN}")
    files = {file.path: file for file in expand(arguments)}
    found = []
    for path, file in sorted(files.items()):
        refuse_undecodable(path)
        source = Input(path, base_name(path), format_of(path), file.size)
        found.append((snapshot_for(source, snapshot), source))
    found.sort(key=lambda item: item[0])
    refuse_one_place_for_two(found)
    return found


def expand(arguments: Sequence[str]) -> Iterator[File]:
    """The files that the arguments name, possibly more than once; URLs last, looked up together."""
    urls = []
    for argument in arguments:
        argument = argument.removeprefix("file://")
        if argument.startswith("@"):
            yield from expand(listed(argument[1:]))
        elif is_url(argument):
            urls.append(argument)
        else:
            yield from readable(find_local(argument), argument)
    for url, files in zip(urls, find_urls(urls), strict=True):
        yield from readable(files, url)


def readable(files: list[File], argument: str) -> list[File]:
    """The files without what a folder or a glob happens to hold besides. Raises UserError if none is left."""
    known = []
    passed_over: dict[str, list[str]] = defaultdict(list)
    for file in files:
        if file.obstacle is None and (not file.from_folder or is_readable(file.path)):
            known.append(file)
        else:
            passed_over[file.obstacle or UNKNOWN].append(file.path)
    told = "; ".join(f"{what}: {len(paths):,} (e.g. {paths[0]})" for what, paths in passed_over.items())
    if not known:
        there = f"there are only {told}" if told else "the folder is empty"
        raise UserError(f"nothing to read in {argument}: {there}.\n{KNOWN}")
    if told:
        log.warning("rpdata: passed over in %s: %s", argument, told)
    return known


def listed(listing: str) -> list[str]:
    """The arguments that a listing holds, made absolute. UserError if there are none, or for a listing in it."""
    found = find_urls([listing])[0] if is_url(listing) else find_local(listing)
    if len(found) != 1 or found[0].from_folder:
        raise UserError(f"the listing {listing} is not one file. A folder or a glob needs no @ before it")
    try:
        with open_input(found[0].path) as file:
            text = b"".join(decode(iter(lambda: file.read(READ_BYTES), b""))).decode()
    except (DamageError, UnicodeDecodeError) as error:
        raise UserError(f"the listing {listing} is not a text file: {error}") from error
    except OSError as error:
        raise UserError(f"cannot read the listing {listing}: {error.strerror or error}") from error
    entries = [line.strip() for line in text.splitlines()]
    entries = [entry for entry in entries if entry and not entry.startswith("#")]
    if not entries:
        raise UserError(f"the listing {listing} names no file: give one path, glob or URL on each line")
    for entry in entries:
        if entry.startswith("@"):
            raise UserError(f"the listing {listing} names another one, {entry}: give both on the command line")
    if is_url(listing):
        folder = listing.rsplit("/", 1)[0]
        return [entry if is_url(entry) else f"{folder}/{entry.lstrip('/')}" for entry in entries]
    folder = os.path.dirname(os.path.abspath(listing))
    return [entry if is_url(entry) else os.path.join(folder, entry) for entry in entries]


def refuse_undecodable(path: str) -> None:
    """A file's name becomes part of its documents' ids, which are Unicode."""
    try:
        path.encode()
    except UnicodeEncodeError:
        raise UserError(f"the name of {path.encode(errors='replace').decode()} is not UTF-8: rename it") from None


def snapshot_for(source: Input, given: str | None) -> str:
    """The snapshot of an input, from its path or as given. Raises UserError if neither says, or both do and differ."""
    named = snapshot_of(source.path, source.format)
    if source.format == "ccnet" and given not in (None, named):
        raise UserError(
            f"--snapshot {given} contradicts the path of {source.path}, which is of {named}.\n"
            "cc_net files carry their snapshot in their path: leave --snapshot away, or move the file."
        )
    snapshot = given or named
    if snapshot is None and source.format in ("wet", "warc") and not is_url(source.path):
        snapshot = snapshot_inside(source.path)
    if snapshot is None:
        raise UserError(
            f"cannot tell the snapshot of {source.path}, which is in the ids of its documents. "
            "Name it: --snapshot 2026-34 (or any other word, e.g. --snapshot books)"
        )
    return snapshot


def snapshot_inside(path: str) -> str | None:
    """The snapshot that an archive's first record says it is part of, as Common Crawl's do; None if it does not."""
    plain = b""
    with open_input(path) as file, suppress(DamageError):     # it ends in the middle, so there is always some
        for chunk in decode([file.read(HEAD_BYTES)]):
            plain += chunk
    part_of = PART_OF.search(plain)
    return part_of[1].decode() if part_of else None


def refuse_one_place_for_two(found: list[tuple[str, Input]]) -> None:
    """Ids are made of snapshot and file name; in cc_net of the shard too, with one file for each partition."""
    taken: dict[tuple[str, ...], str] = {}
    for snapshot, source in found:
        place = place_of(source.path) if source.format == "ccnet" else (snapshot, source.name)
        other = taken.setdefault(place, source.path)
        if other != source.path:
            way_out = "Leave one of them out." if source.format == "ccnet" else (
                "Rename one of them, or give them in two runs with a --snapshot each."
            )
            raise UserError(
                f"two inputs for one place, {'/'.join(place)}, so their documents would have the same ids:\n"
                f"  {other}\n  {source.path}\n{way_out}"
            )

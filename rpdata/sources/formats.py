"""What a file is, from its path alone, so that a listing of 90,000 files is understood without opening one."""

import re
from urllib.parse import urlsplit

from rpdata.engine.places import CCNET_NAME, ccnet_place
from rpdata.errors import UserError

COMPRESSED = r"(?:\.gz|\.zst)?"
CRAWL = re.compile(r"CC-MAIN-(\d{4}-\d{2})(?!\d)")

# Tried in this order on the name in lower case.
SUFFIXES = {
    "wet": re.compile(r"\.wet" + COMPRESSED + r"\Z"),
    "warc": re.compile(r"\.warc" + COMPRESSED + r"\Z"),
    "jsonl": re.compile(r"\.(?:jsonl|ndjson|json)" + COMPRESSED + r"\Z"),
    "parquet": re.compile(r"\.parquet\Z"),
}
REFUSED = {
    "WAT files hold metadata, no text. Give the WET or WARC files of the same crawl": r"\.wat" + COMPRESSED + r"\Z",
    "the ARC format is older than WARC and not read. Convert it, e.g. with `warcio recompress`": r"\.arc(?:\.\w+)?\Z",
    "this compression is not read. Recompress it with gzip, one member for each record (`warcio recompress`), or zstd":
        r"\.(?:warc|wet|jsonl?|ndjson)\.(?:bz2|lz4|xz|zip|br|lzma|Z)\Z",
    "the file was not finished by the crawler that wrote it, or was set aside. If it is to be read, rename it":
        r"\.(?:warc|wet)" + COMPRESSED + r"\.(?:open|bad|part|tmp|invalid|incomplete)\Z",
}

KNOWN = """\
Readable are, each of them plain, .gz or .zst:
  cc_net      <snapshot>/<shard>/<language>_<head|middle|tail|all>.json, e.g. 2023-06/0000/en_head.json.gz
  WET         *.warc.wet, *.wet
  WARC        *.warc
  JSON lines  *.jsonl, *.ndjson, *.json
and *.parquet."""


def base_name(path: str) -> str:
    """The file name of a local path or URL, without a query."""
    if path.startswith(("http://", "https://")):
        path = urlsplit(path).path
    return path.rstrip("/").rsplit("/", 1)[-1]


def format_of(path: str) -> str:
    """"ccnet", "wet", "warc", "jsonl" or "parquet". UserError for anything else, and cc_net files out of place."""
    name = base_name(path)
    if ccnet_place(path):
        return "ccnet"
    if CCNET_NAME.fullmatch(name):
        raise UserError(
            f"cannot tell which snapshot and shard {path} belongs to, and both are in the ids of its documents.\n"
            f"Its name is one of cc_net's, so its path has to end like 2023-06/0000/{name}: put it, or a link to it, "
            "into such folders; or rename it to have it read as a table."
        )
    for format_name, suffix in SUFFIXES.items():
        if suffix.search(name.lower()):
            return format_name
    for reason, refused in REFUSED.items():
        if re.search(refused, name.lower()):
            raise UserError(f"cannot read {path}: {reason}.")
    raise UserError(f"cannot read {path}: its name is not one of a known type.\n{KNOWN}")


def is_readable(path: str) -> bool:
    """Whether a file met in a folder is an input; one of cc_net's that is out of place counts, to be refused."""
    name = base_name(path)
    return bool(CCNET_NAME.fullmatch(name)) or any(suffix.search(name.lower()) for suffix in SUFFIXES.values())


def snapshot_of(path: str, format_name: str) -> str | None:
    """The snapshot that a path names: cc_net's always does, that of an archive if CC-MAIN-<year>-<week> is in it."""
    if format_name == "ccnet":
        return place_of(path)[0]
    crawls: list[str] = CRAWL.findall(path) if format_name in ("wet", "warc") else []
    return crawls[-1] if crawls else None


def place_of(path: str) -> tuple[str, str, str]:
    """(snapshot, shard, partition) of a cc_net file: the last such part of its path. ValueError for other paths."""
    place = ccnet_place(path)
    if place is None:
        raise ValueError(f"not the path of a cc_net file: {path}")
    return place

"""Paragraph deduplication as cc_net's papers and program have it, read off directly: slow, obvious, the whole in
memory."""

import re
from collections.abc import Sequence
from hashlib import sha1

PUNCTUATION = "，。、„”“«»１」「《》´∶：？！（）；–—．～’…━〈〉【】％►"
DELETED = re.compile("[" + PUNCTUATION + "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)])) + "]")


def line_hash(line: str) -> int:
    line = line.strip()
    if line:
        line = DELETED.sub("", re.sub(r"\d", "0", line.lower()))
    return int.from_bytes(sha1(line.encode()).digest()[:8], "little")


def hashes_of(shard: Sequence[str]) -> dict[int, int]:
    """Of one shard: 0 for a line of one document, 1 for one that was there when another document came."""
    marks: dict[int, int] = {}
    for text in filter(None, shard):
        for number in {line_hash(line) for line in text.split("\n")}:
            marks[number] = int(number in marks)
    return marks


def load(files: Sequence[dict[int, int]]) -> dict[int, int]:
    """The sets of a group in one: present before, or marked."""
    marks: dict[int, int] = {}
    for file in files:
        for number, mark in file.items():
            marks[number] = int(number in marks) | mark
    return marks


def line_ids(text: str, marks: dict[int, int], seen: set[int] | None = None) -> list[int]:
    """The lines that stay: all copies of a marked one go, and all but the first within the document.

    seen: hashes of the group's documents before this one; with it, the first document keeps a marked line.
    """
    if not text:
        return []
    kept = []
    here: set[int] = set()
    for number, line in enumerate(text.split("\n")):
        digest = line_hash(line)
        marked = marks[digest] if seen is None else digest in seen
        if not marked and digest not in here and digest != 0:
            kept.append(number)
        here.add(digest)
    if seen is not None:
        seen |= here
    return kept


def deduplicated(group: Sequence[Sequence[str]], keep_first: bool) -> list[list[list[int]]]:
    """For each shard of a group, for each document, the lines that it keeps."""
    marks = load([hashes_of(shard) for shard in group])
    seen: set[int] | None = set() if keep_first else None
    return [[line_ids(text, marks, seen) for text in shard] for shard in group]

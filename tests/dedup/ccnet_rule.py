"""Paragraph deduplication as cc_net has it, read off directly: slow, obvious, the whole in memory.

A document is the hashes of its lines here, none if it is empty; a shard is a list of documents, a group one of shards.
"""

import re
from collections.abc import Sequence
from hashlib import sha1
from typing import TypeAlias

PUNCTUATION = "，。、„”“«»１」「《》´∶：？！（）；–—．～’…━〈〉【】％►"
DELETED = re.compile("[" + PUNCTUATION + "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)])) + "]")

Document: TypeAlias = Sequence[int]
Shard: TypeAlias = Sequence[Document]


def line_hash(line: str) -> int:
    line = line.strip()
    if line:
        line = DELETED.sub("", re.sub(r"\d", "0", line.lower()))
    return int.from_bytes(sha1(line.encode()).digest()[:8], "little")


def document_of(text: str) -> Document:
    return [line_hash(line) for line in text.split("\n")] if text else []


def hashes_of(shard: Shard) -> dict[int, int]:
    """Of one shard: 0 for a line of one document, 1 for one that was there when another document came."""
    marks: dict[int, int] = {}
    for document in shard:
        for digest in set(document):
            marks[digest] = int(digest in marks)
    return marks


def load(files: Sequence[dict[int, int]]) -> dict[int, int]:
    """The sets of a group in one: present before, or marked."""
    marks: dict[int, int] = {}
    for file in files:
        for digest, mark in file.items():
            marks[digest] = int(digest in marks) | mark
    return marks


def line_ids(document: Document, marks: dict[int, int], seen: set[int] | None) -> list[int]:
    """The lines that stay: all copies of a marked one go, and all but the first within the document.

    seen: hashes of the group's documents before this one; with it, the first document keeps a marked line.
    """
    kept = []
    here: set[int] = set()
    for number, digest in enumerate(document):
        marked = marks[digest] if seen is None else digest in seen
        if not marked and digest not in here and digest != 0:
            kept.append(number)
        here.add(digest)
    if seen is not None:
        seen |= here
    return kept


def deduplicated(group: Sequence[Shard], keep_first: bool, earlier: Sequence[Shard] = ()) -> list[list[list[int]]]:
    """For each shard of a group, for each document, the lines that it keeps. earlier: shards that come before."""
    marks = load([hashes_of(shard) for shard in (*earlier, *group)])
    seen = {digest for shard in earlier for document in shard for digest in document} if keep_first else None
    return [[line_ids(document, marks, seen) for document in shard] for shard in group]

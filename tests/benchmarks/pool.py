"""Input for the whole command: a cc_net pool of any size, made of the pages that are there, again and again."""

import gzip
import io
import json
import random
import zlib
from collections.abc import Iterator
from pathlib import Path

import zstandard
from corpus import REPOSITORY

REAL = REPOSITORY.parent / "shared" / "golden" / "real" / "input"
SAMPLE = REPOSITORY / "sample_data" / "cc_net"
SHARDS = 2
SYNTHETIC_UNIT = "2026-34/0000/en_head.json.zst"


def records() -> dict[str, list[dict[str, object]]]:
    """Every record of the source pool, by file name (`en_head.json.gz`)."""
    found: dict[str, list[dict[str, object]]] = {}
    for path in sorted((REAL if REAL.is_dir() else SAMPLE).rglob("*.json.gz")):
        lines = [line for line in gzip.decompress(path.read_bytes()).split(b"\n") if line.endswith(b"}")]
        found.setdefault(path.name, []).extend(map(json.loads, lines))
    return found


def text_bytes(pool: dict[str, list[dict[str, object]]]) -> int:
    return sum(len(str(record["raw_content"]).encode()) for records in pool.values() for record in records)


def copies_of(record: dict[str, object], first: int, last: int) -> Iterator[bytes]:
    for copy in range(first, last):
        yield json.dumps({**record, "url": f"{record['url']}#{copy}"}, ensure_ascii=False).encode() + b"\n"


def write_pool(folder: Path, target_bytes: int) -> int:
    """Write a pool of about `target_bytes` of text into `folder`; returns its exact number of bytes of UTF-8 text.

    SHARDS shards of one file for each name, so that files are as large as the pool allows.
    """
    source = records()
    copies = -(-target_bytes // (SHARDS * text_bytes(source)))
    for shard in range(SHARDS):
        for name, group in source.items():
            path = folder / "2026-34" / f"{shard:04}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = b"".join(
                line for copy in range(shard * copies, (shard + 1) * copies)
                for record in group for line in copies_of(record, copy, copy + 1)
            )
            path.write_bytes(zlib.compress(lines, 6, wbits=31))
    return SHARDS * copies * text_bytes(source)


def write_large_unit(folder: Path, target_bytes: int, seed: int = 42) -> int:
    """Write one compressed cc_net file with `target_bytes` of text; returns the exact number.

    The lines of its documents are drawn from the source pool at random, so that no two documents are alike.
    """
    rng = random.Random(seed)
    source = [record for records in records().values() for record in records]
    lines = [line for record in source for line in str(record["raw_content"]).split("\n")]
    path = folder / SYNTHETIC_UNIT
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with zstandard.ZstdCompressor(level=1).stream_writer(path.open("wb")) as stream:
        out = io.BufferedWriter(stream, 1 << 20)
        while written < target_bytes:
            record = rng.choice(source)
            text = "\n".join(rng.choices(lines, k=rng.randrange(20, 200)))
            out.write(json.dumps({**record, "raw_content": text}, ensure_ascii=False).encode() + b"\n")
            written += len(text.encode())
        out.flush()
    return written


def write_one_document(folder: Path) -> None:
    """Write the smallest pool: one file with one document."""
    record = next(iter(records().values()))[0]
    path = folder / "2026-34" / "0000" / "en_head.json.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zlib.compress(json.dumps(record).encode() + b"\n", 6, wbits=31))


def texts_and_languages() -> tuple[list[str], list[str]]:
    """The pages of the source pool, for measuring the kernels on what the command reads."""
    found = [record for group in records().values() for record in group]
    return [str(record["raw_content"]) for record in found], [str(record["language"]) for record in found]

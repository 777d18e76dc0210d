"""The documents that every benchmark measures: English pages of the development shards, or the sample data."""

import random
from collections.abc import Iterator
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType

REPOSITORY = Path(__file__).resolve().parents[2]
SHARDS = REPOSITORY.parent / "shared" / "data" / "shards"
SAMPLE = REPOSITORY / "sample_data" / "wet"
ENGLISH = "eng"
MIN_CHARS = 300


def wet_files() -> list[Path]:
    """The WET files to measure on: the four development shards where they are, else the sample data."""
    return sorted((SHARDS if SHARDS.is_dir() else SAMPLE).glob("*.wet.gz"))


def pages(path: Path) -> Iterator[tuple[str, str]]:
    """(language as the crawler named it, text without its title line) of each page that has MIN_CHARS code points."""
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.conversion):
            text = record.reader.read().decode("utf-8", "replace").rstrip("\n").partition("\n")[2]
            if len(text) >= MIN_CHARS:
                yield record.headers.get("WARC-Identified-Content-Language", "").partition(",")[0], text


def english_texts() -> list[str]:
    return [text for path in wet_files() for language, text in pages(path) if language == ENGLISH]


def all_texts() -> list[str]:
    """Those of every language."""
    return [text for path in wet_files() for _, text in pages(path)]


def drawn(texts: list[str], count: int, seed: int = 42) -> list[str]:
    """A fixed random sample, so that slow programs measure the same documents on each run."""
    return random.Random(seed).sample(texts, min(count, len(texts)))


def utf8_bytes(texts: list[str]) -> int:
    return sum(len(text.encode()) for text in texts)

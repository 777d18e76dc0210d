"""Builds the sample files from texts/: the same bytes on each run.

    python sample_data/build.py            # over the files that are here
    python sample_data/build.py FOLDER     # somewhere else

    cc_net/2026-34/0000/en_head.json.gz    what cc_net makes: one JSON object on each line; one line can't be decoded
    wet/...-en.warc.wet.gz                 the same pages as Common Crawl's WET files, one for each main language
    warc/...-00000.warc.gz                 the same pages as HTML, in many charsets and encodings, and other records
    damaged/...-damaged.warc.wet.gz        ten English pages, three of them wrong, and the tail of the file is missing
    tables/                                the German pages as JSON lines, the French ones as Parquet

All texts were written for this project, and all addresses lie under .example.
"""

import json
import random
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from crawl import damaged_files, downloaded, gzip_member, sha1, text_record, warc_files, wet_files, wet_name
from odd import odd_pages
from pages import Page, all_pages

SEED = 20260815
SNAPSHOT = "2026-34"
SHARD = "0000"
BUCKETS = ("head", "middle", "tail")
# Where cc_net cuts its perplexities: up to the first number head, up to the second middle, else tail.
CUTOFFS = {"en": (340, 520), "de": (370, 590), "fr": (180, 330), "es": (180, 290), "it": (220, 360)}
TORN_LINE = b'{"url": "https://www.rowan-blog.example/en/40417", "raw_content": "The rest of this line was lost when\n'


def cc_net_record(page: Page) -> dict[str, object]:
    """The fields that cc_net writes for a page, with scores as its models might have given them."""
    rng = random.Random(page.url)
    low, high = CUTOFFS.get(page.language, (300, 500))
    perplexity = rng.uniform(*[(low * 0.4, low), (low, high), (high, high * 4)][page.quality])
    text = page.text.rstrip("\n")
    lines = text.count("\n") + 1 if text else 0
    return {
        "url": page.url,
        "date_download": downloaded(page.url),
        "digest": sha1(text_record(page)),
        "length": len(text),
        "nlines": lines,
        "source_domain": urlsplit(page.url).netloc,
        "title": page.title,
        "raw_content": text,
        "cc_segment": f"crawl-data/CC-MAIN-{SNAPSHOT}/wet/{wet_name(page.language)}",
        "original_nlines": lines,
        "original_length": len(text_record(page)),
        "language": page.language,
        "language_score": round(rng.uniform(0.55, 1.0) if page.quality else rng.uniform(0.9, 1.0), 2),
        "perplexity": round(perplexity, 1),
        "bucket": BUCKETS[page.quality],
    }


def cc_net_files(pages: list[Page]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for page in pages:
        name = f"cc_net/{SNAPSHOT}/{SHARD}/{page.language}_{BUCKETS[page.quality]}.json.gz"
        line = json.dumps(cc_net_record(page), ensure_ascii=False).encode() + b"\n"
        files[name] = files.get(name, b"") + line
    torn = f"cc_net/{SNAPSHOT}/{SHARD}/en_middle.json.gz"
    lines = files[torn].splitlines(keepends=True)
    files[torn] = b"".join([*lines[:5], TORN_LINE, *lines[5:]])
    return {name: gzip_member(data) for name, data in files.items()}


def table_files(pages: list[Page]) -> dict[str, bytes]:
    rows: dict[str, list[dict[str, str]]] = {"de": [], "fr": []}
    for page in pages:
        if page.language in rows:
            table = rows[page.language]
            table.append({"id": f"{page.language}-{len(table)}", "text": page.text, "url": page.url})
    lines = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows["de"])
    parquet = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows["fr"]), parquet, compression="zstd")
    return {
        "tables/de.jsonl.zst": zstandard.ZstdCompressor(level=19).compress(lines),
        "tables/fr.parquet": parquet.getvalue().to_pybytes(),
    }


def build(folder: Path) -> list[Page]:
    """Write every file below `folder`."""
    pages = all_pages(SEED, odd_pages)
    for files_of in (cc_net_files, wet_files, warc_files, damaged_files, table_files):
        for name, data in files_of(pages).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return pages


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)

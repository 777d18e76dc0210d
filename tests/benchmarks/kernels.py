"""How fast the kernels are on one core, beside `memcpy` in the same rounds.

    python tests/benchmarks/kernels.py                       # the English pages that every benchmark measures
    python tests/benchmarks/kernels.py pool/*/*/*.json.gz    # cc_net files
"""

import argparse
import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from statistics import median

import numpy as np
import pyarrow as pa

from rpdata.schema import BYTES_PER_BATCH, ROWS_PER_BATCH
from rpdata.signals.stop_words import stop_lists
from rpdata.text import Family, measure

ROUNDS = 7


@dataclass(frozen=True)
class Rates:
    """MB of UTF-8 text for each second of one thread's CPU time: medians of interleaved rounds."""

    memcpy: float
    signals: float              # the statistics behind all rule signals
    signals_and_sha1: float     # and exact MinHash signatures
    signals_and_xxh3: float     # or those of the xxh3 family


def kernel_rates(texts: list[str], languages: list[str]) -> Rates:
    """Measure `measure` on documents, in batches as annotation forms them."""
    lists = stop_lists()
    batches = [(pa.array(texts[a:b]), languages[a:b]) for a, b in batch_bounds(texts)]
    source = np.frombuffer("".join(texts).encode(), np.uint8)
    target = np.empty_like(source)

    def run(family: Family | None) -> Callable[[], None]:
        def measure_all() -> None:
            for batch, batch_languages in batches:
                measure(batch, batch_languages, lists, family)

        return measure_all

    steps = [lambda: np.copyto(target, source), run(None), run("sha1"), run("xxh3")]
    seconds: list[list[float]] = [[] for _ in steps]
    for _ in range(1 + ROUNDS):                     # the first is for the compiler and the caches
        for step, times in zip(steps, seconds, strict=True):
            start = time.thread_time()
            step()
            times.append(time.thread_time() - start)
    return Rates(*(len(source) / 1e6 / median(times[1:]) for times in seconds))


def batch_bounds(texts: list[str]) -> list[tuple[int, int]]:
    """Where batches start and end: as `rpdata.schema` says."""
    bounds, start, size = [], 0, 0
    for i, text in enumerate(texts, 1):
        size += len(text.encode())
        if size >= BYTES_PER_BATCH or i - start == ROWS_PER_BATCH or i == len(texts):
            bounds.append((start, i))
            start, size = i, 0
    return bounds


def read_records(file: str) -> list[dict[str, str]]:
    with gzip.open(file) as lines:
        return [json.loads(line) for line in lines]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="cc_net files")
    files = parser.parse_args().files
    if files:
        records = [record for file in files for record in read_records(file)]
        texts, languages = [r["raw_content"] for r in records], [r["language"] for r in records]
    else:
        from corpus import english_texts

        texts = english_texts()
        languages = ["en"] * len(texts)
    rates = kernel_rates(texts, languages)
    print(f"{len(texts):,} documents, {sum(len(text.encode()) for text in texts) / 1e6:.1f} MB; MB/s of one core:")
    for field in fields(rates):
        print(f"  {field.name:18} {getattr(rates, field.name):10,.1f}")


if __name__ == "__main__":
    main()

"""What the comparable job costs in datatrove: four filters and a MinHash signature, CPU seconds of one thread.

Each filter is called alone on a fresh `Document` with its shipped thresholds, in-filter early exits as they are, and
the times are added. The signature has 13-grams, 9 x 13 = 117 hashes of SHA-1: what RedPajama-V2 keeps at 0.8.
"""

import tempfile
from dataclasses import dataclass
from time import process_time

from datatrove.data import Document
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.utils.hashing import HashConfig

FILTERS = (GopherQualityFilter, GopherRepetitionFilter, C4QualityFilter, FineWebQualityFilter)
SIGNATURE = MinhashConfig(
    n_grams=13, num_buckets=9, hashes_per_bucket=13, hash_config=HashConfig(precision=32, hash_fc="sha1")
)
WARM_UP = "The first call loads the tokeniser. It must not be counted. " * 40


@dataclass(frozen=True)
class DatatroveRates:
    """Seconds by step, and megabytes of UTF-8 text per CPU second."""

    seconds: dict[str, float]
    megabytes: float

    @property
    def filters(self) -> float:
        return self.megabytes / sum(self.seconds[step.__name__] for step in FILTERS)

    @property
    def filters_and_signature(self) -> float:
        return self.megabytes / sum(self.seconds.values())


def datatrove_rates(texts: list[str]) -> DatatroveRates:
    """Run every step over every text."""
    seconds = filter_seconds(texts)
    with tempfile.TemporaryDirectory() as folder:
        signature = MinhashDedupSignature(folder, SIGNATURE)
        signature.get_signature(signature.get_shingles(WARM_UP))
        start = process_time()
        for text in texts:
            shingles = signature.get_shingles(text)
            if shingles.size:
                signature.get_signature(shingles)
        seconds["MinhashDedupSignature"] = process_time() - start
    return DatatroveRates(seconds, sum(len(text.encode()) for text in texts) / 1e6)


def filter_seconds(texts: list[str]) -> dict[str, float]:
    """Run every filter over every text."""
    seconds = {}
    for step in FILTERS:
        quality_filter = step()
        quality_filter.filter(Document(text=WARM_UP, id="warm-up"))
        start = process_time()
        for text in texts:
            quality_filter.filter(Document(text=text, id="0"))
        seconds[step.__name__] = process_time() - start
    return seconds

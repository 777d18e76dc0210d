"""Makes importance artefacts: counts the hashed features of targets, and of the source that they are held against.

The counts are sums, so the order of the texts does not matter, and same data gives same files.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from rpdata import __version__
from rpdata.artefacts.corpus import Corpus
from rpdata.artefacts.folder import Stored, before_training, store
from rpdata.artefacts.importance import ALGORITHMS, BUCKETS, MEANS, SOURCE, TARGET, new_hashing
from rpdata.errors import UserError, unknown_name
from rpdata.text.arrays import Ints
from rpdata.text.codepoints import tables
from rpdata.text.features import count_features, make_raw_scratch
from rpdata.text.utf8 import utf8_of

MAX_BUCKETS = 1 << 24


@dataclass(frozen=True)
class Counted:
    """What is known of a corpus.

    Attributes
    ----------
    counts: of each bucket.
    mean: raw words of a text.
    made: texts, words and files, as JSON.
    """

    counts: Ints
    mean: float
    made: Mapping[str, Any]


def train(
    targets: Mapping[str, Sequence[str | Path]],
    source: Sequence[str | Path],
    *,
    language: str,
    output: Path,
    buckets: int = BUCKETS,
    algorithm: str = "xxh3",
    tell: Callable[[str], None] | None = None,
) -> list[Stored]:
    """Write `importance.<target>.<language>` into the collection `output` for each target.

    Parameters
    ----------
    targets, source: files, folders, globs or datasets (see `corpus`); the source is counted once for all targets.
    buckets: of the features, 1 to 2**24.
    algorithm: "xxh3", or "siphash13-seed42" for scores that go with those of artefacts of RedPajama-V2.
    tell: called with what is worth knowing before the work.

    Raises UserError for names and numbers that can't be, and for a corpus that can't be read or has no words.
    """
    if algorithm not in ALGORITHMS:
        raise unknown_name("hash function", algorithm, ALGORITHMS)
    if not 1 <= buckets <= MAX_BUCKETS:
        raise UserError(f"features can't be counted in {buckets:,} buckets: give 1 to {MAX_BUCKETS:,}")
    if not targets:
        raise UserError("no target to weigh texts by: name at least one, for example --target books=books/*.jsonl.zst")
    names = {target: f"importance.{target}.{language}" for target in targets}
    for name in names.values():
        before_training(output, name, "importance", language, tell or (lambda _: None))
    counted_source = count(Corpus.find(source, language), buckets, algorithm)
    stored = []
    for target, arguments in targets.items():
        counted = count(Corpus.find(arguments, language), buckets, algorithm)
        with tempfile.TemporaryDirectory() as folder:
            files = write(counted, counted_source, Path(folder))
            made = {"rpdata": __version__, "target": counted.made, "source": counted_source.made}
            facts = {"hash": algorithm, "buckets": buckets}
            stored.append(store(output, names[target], "importance", language, files, facts=facts, made=made))
    return stored


def count(corpus: Corpus, buckets: int, algorithm: str) -> Counted:
    """All texts of a corpus, batch by batch. UserError if there are no words in them."""
    counts = np.zeros(buckets, np.int64)
    hashing = new_hashing(ALGORITHMS[algorithm])
    texts = words = 0
    for batch in corpus.batches():
        text, offsets = utf8_of(batch)
        scratch = make_raw_scratch(int(np.diff(offsets).max(initial=0)))
        words += count_features(text, offsets, tables().properties, hashing, scratch, counts)
        texts += len(batch)
    if words == 0:
        raise UserError(f"no words to count in {', '.join(map(str, corpus.files[:3]))}: its texts are white space")
    made = {"texts": texts, "raw_words": words, "files": corpus.account(), "other_languages": dict(corpus.others)}
    return Counted(counts, words / texts, made)


def write(target: Counted, source: Counted, folder: Path) -> dict[str, Path]:
    files = {name: folder / name for name in (TARGET, SOURCE, MEANS)}
    np.save(files[TARGET], target.counts)
    np.save(files[SOURCE], source.counts)
    files[MEANS].write_bytes(orjson.dumps({"target": target.mean, "source": source.mean}))
    return files

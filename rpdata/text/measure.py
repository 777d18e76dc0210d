"""`measure` in plain Python: exact and slow, until the kernels take its place (same signature, same values)."""

import hashlib
import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import numpy as np
import pyarrow as pa

from rpdata.text.stats import LineStats, TextStats

Family = Literal["sha1", "xxh3"]
_DELETE = str.maketrans("", "", string.punctuation)
_RAW = re.compile(r"\w+|[^\w\s]+")
_SENTENCE = re.compile(r"\b[^.!?]+[.!?]*")
_BULLETS = tuple("\u2022\u2023\u25B6\u25C0\u25E6\u25A0\u25A1\u25AA\u25AB\u2013")


class StopLists:
    """The stop words of each language."""

    def __init__(self, lists: Mapping[str, Collection[str]]) -> None:
        self._lists = {language: frozenset(words) for language, words in lists.items()}

    def of(self, language: str | None) -> frozenset[str] | None:
        return self._lists.get(language) if language is not None else None


def _norm(text: str) -> str:
    return unicodedata.normalize("NFD", re.sub(r"\s+", " ", text.translate(_DELETE).lower().strip()))


def _grams(words: list[str], n: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[i:] for i in range(n)), strict=False))


def _top(words: list[str], n: int) -> int:
    counts = Counter(_grams(words, n))
    if not counts:
        return 0
    top, count = counts.most_common(1)[0]
    return len("".join(top)) * count if count > 1 else 0


def _dupe(words: list[str], n: int) -> int:
    grams = _grams(words, n)
    counts = Counter(grams)
    under = {i + k for i, gram in enumerate(grams) if counts[gram] > 1 for k in range(n)}
    return sum(len(words[i]) for i in under)


_random = np.random.RandomState(42)
_AB = np.array([(_random.randint(1, (1 << 61) - 1, dtype=np.uint64), _random.randint(0, (1 << 61) - 1, dtype=np.uint64))
                for _ in range(128)], dtype=np.uint64).T


def _signature(words: list[str]) -> bytes | None:
    if len(words) < 13:
        return None
    hashes = np.array([int.from_bytes(hashlib.sha1(" ".join(s).encode()).digest()[:4], "little")
                       for s in set(_grams(words, 13))], dtype=np.uint64)
    values = (hashes[:, None] * _AB[0] + _AB[1]) % np.uint64((1 << 61) - 1) & np.uint64(0xFFFFFFFF)
    return values.min(axis=0).astype(">u4").tobytes()


def measure(
    texts: pa.StringArray, languages: Sequence[str | None], stop_lists: StopLists, minhash: Family | None
) -> tuple[TextStats, pa.Array | None]:
    """The statistics of a batch of texts, and their MinHash signatures if asked for."""
    rows, lines, offsets, signatures = [], [], [0], []
    for text, language in zip(texts.to_pylist(), languages, strict=True):
        words, raw, stop = _norm(text).split(), _RAW.findall(text), stop_lists.of(language)
        pieces, start = re.findall(r"[^\n]*\n|[^\n]+", text), 0
        for line in pieces:
            norm = _norm(line)
            lines.append((start, start + len(line), len(norm.split()), norm.split().count("javascript"),
                          sum(map(str.isnumeric, norm)), len(norm), sum(map(str.isupper, line)),
                          line.rstrip().endswith((".", "!", "?", "”")), line.lstrip().startswith(_BULLETS)))
            start += len(line)
        offsets.append(len(lines))
        n = len(words)
        rows.append((
            len(text), text.count("{") + text.count("}"), text.count("#") + text.count("...") + text.count("…"),
            len(_SENTENCE.findall(text)), len(raw), sum(map(str.isupper, raw)),
            sum(bool(re.search("[a-zA-Z]", w)) for w in raw), sum(w in stop for w in raw) if stop is not None else 0,
            stop is not None, n, sum(map(len, words)), len(set(words)),
            sum(-c / n * math.log(c / n) for c in Counter(words).values()) if n else 0.0,
            _norm(text).count("lorem ipsum"), sum(line.rstrip().endswith(("...", "…")) for line in pieces),
            *(_top(words, k) for k in (2, 3, 4)), *(_dupe(words, k) for k in range(5, 11))))
        signatures.append(_signature(words))
    d = [np.array(c, dtype=np.int64) for c in zip(*rows, strict=True)] or [np.zeros(0, np.int64)] * 24
    c = [np.array(x, dtype=np.int32) for x in zip(*lines, strict=True)] or [np.zeros(0, np.int32)] * 9
    entropy = np.array([r[12] for r in rows], dtype=np.float64)
    stats = TextStats(
        *d[:8], d[8].astype(bool), *d[9:12], entropy, *d[13:15], dict(zip((2, 3, 4), d[15:18], strict=True)),
        dict(zip(range(5, 11), d[18:24], strict=True)), np.array(offsets, dtype=np.int64),
        LineStats(*c[:7], c[7].astype(np.int8), c[8].astype(np.int8)))
    return stats, pa.array(signatures, pa.binary()) if minhash is not None else None

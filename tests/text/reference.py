"""Every statistic of `rpdata.text.stats`, said once more in plain Python: slow, obvious, what the kernels must equal.

Sources: RedPajama-Data-V2's reference implementation; `str`, `re`, `unicodedata`, `hashlib` are the authorities.
"""

import hashlib
import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection
from functools import cache

import numpy as np
import numpy.typing as npt
import xxhash

from tests.text import reference_structure

DELETE_PUNCTUATION = str.maketrans("", "", string.punctuation)
RAW_WORD = re.compile(r"\w+|[^\w\s]+")
SENTENCE = re.compile(r"\b[^.!?]+[.!?]*")
BULLETS = tuple("\u2022\u2023\u25B6\u25C0\u25E6\u25A0\u25A1\u25AA\u25AB\u2013")
SHINGLE_WORDS = 13


def normalise(text: str) -> str:
    text = text.translate(DELETE_PUNCTUATION).lower().strip()
    return unicodedata.normalize("NFD", re.sub(r"\s+", " ", text))


def raw_lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def ngrams(words: list[str], n: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[i:] for i in range(n)), strict=False))


def top_ngram_code_points(words: list[str], n: int) -> int:
    counts = Counter(ngrams(words, n))
    if not counts:
        return 0
    top, count = counts.most_common(1)[0]       # the first to appear on ties
    return len("".join(top)) * count if count > 1 else 0


def duplicate_ngram_code_points(words: list[str], n: int) -> int:
    grams = ngrams(words, n)
    counts = Counter(grams)
    under = {i + k for i, gram in enumerate(grams) if counts[gram] > 1 for k in range(n)}
    return sum(len(words[i]) for i in under)


def entropy(words: list[str]) -> float:
    n = len(words)
    return sum(-count / n * math.log(count / n) for count in Counter(words).values()) if n else 0.0


def line_statistics(line: str, start: int) -> dict[str, int]:
    normalised = normalise(line)
    words = normalised.split()
    return {
        "start": start,
        "end": start + len(line),
        "words": len(words),
        "javascript_words": words.count("javascript"),
        "numeric_code_points": sum(map(str.isnumeric, normalised)),
        "normalised_code_points": len(normalised),
        "uppercase_code_points": sum(map(str.isupper, line)),
        "ends_with_terminal_mark": int(line.rstrip().endswith((".", "!", "?", "”"))),
        "starts_with_bullet": int(line.lstrip().startswith(BULLETS)),
        **reference_structure.line_structure(line),
    }


def document_statistics(text: str, stop_list: Collection[str] | None) -> dict[str, float]:
    normalised = normalise(text)
    words = normalised.split()
    raw_words = RAW_WORD.findall(text)
    lines = raw_lines(text)
    return {
        "code_points": len(text),
        "curly_brackets": text.count("{") + text.count("}"),
        "sentences": len(SENTENCE.findall(text)),
        "raw_words": len(raw_words),
        "raw_words_all_caps": sum(map(str.isupper, raw_words)),
        "raw_words_with_ascii_letter": sum(bool(re.search("[a-zA-Z]", word)) for word in raw_words),
        "raw_stop_words": sum(word in stop_list for word in raw_words) if stop_list is not None else 0,
        "has_stop_list": stop_list is not None,
        "words": len(words),
        "word_code_points": sum(map(len, words)),
        "unique_words": len(set(words)),
        "word_entropy": entropy(words),
        "lorem_ipsums": normalised.count("lorem ipsum"),
        "ellipsis_lines": sum(line.rstrip().endswith(("...", "…")) for line in lines),
        **reference_structure.document_structure(text, BULLETS),
        **{f"top_ngram_code_points[{n}]": top_ngram_code_points(words, n) for n in (2, 3, 4)},
        **{f"duplicate_ngram_code_points[{n}]": duplicate_ngram_code_points(words, n) for n in range(5, 11)},
    }


def lines_of(text: str) -> list[dict[str, int]]:
    rows, start = [], 0
    for line in raw_lines(text):
        rows.append(line_statistics(line, start))
        start += len(line)
    return rows


@cache
def permutations() -> list[tuple[int, int]]:
    draw, modulus = np.random.RandomState(42).randint, (1 << 61) - 1
    return [(int(draw(1, modulus, dtype=np.uint64)), int(draw(0, modulus, dtype=np.uint64))) for _ in range(128)]


def signature(text: str, base_hash: Callable[[bytes], int]) -> npt.NDArray[np.uint32] | None:
    """The 128 minima over the distinct shingles of 13 words; None below 13 words."""
    words = normalise(text).split()
    if len(words) < SHINGLE_WORDS:
        return None
    return minima([base_hash(" ".join(shingle).encode()) for shingle in set(ngrams(words, SHINGLE_WORDS))])


def minima(hashes: list[int]) -> npt.NDArray[np.uint32]:
    values = [min(((h * a + b) % 2**64) % (2**61 - 1) & 0xFFFFFFFF for h in hashes) for a, b in permutations()]
    return np.array(values, dtype=np.uint32)


def sha1_base_hash(shingle: bytes) -> int:
    return int.from_bytes(hashlib.sha1(shingle).digest()[:4], "little")


def xxh3_base_hash(shingle: bytes) -> int:
    return xxhash.xxh3_64_intdigest(shingle) & 0xFFFFFFFF

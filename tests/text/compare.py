"""A batch of texts measured by the kernels, next to its plain-Python definitions."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import pyarrow as pa

from rpdata.text import StopLists, TextStats, measure
from tests.text import peeled_reference, reference

STOP_WORDS = {
    "en": ["the", "a", "it's", "x" * 70, "The"],
    "fr": ["été", "à", "b"],
    "de": [],
    "many": [f"{a}{b}{c}" for a in "abcxyz" for b in "abcxyzé" for c in "abcxyz漢"],
}
COMMON_WORDS = {"en": ["the", "a", "it", "be"], "fr": ["été", "à", "b"], "de": []}
STOP_LISTS = StopLists(STOP_WORDS, StopLists(COMMON_WORDS))


def check(documents: Sequence[str], languages: Sequence[str | None]) -> TextStats:
    """Compare every statistic and both families of signatures with the reference."""
    statistics, sha1 = measure(pa.array(documents, pa.string()), languages, STOP_LISTS, "sha1")
    _, xxh3 = measure(pa.array(documents, pa.string()), languages, STOP_LISTS, "xxh3")
    for i, (text, language) in enumerate(zip(documents, languages, strict=True)):
        of_words = reference.document_statistics(text, STOP_WORDS.get(language))
        of_tokens = peeled_reference.statistics(text, COMMON_WORDS.get(language))
        assert document_row(statistics, i) == of_words | of_tokens, repr(text)
        assert line_rows(statistics, i) == reference.lines_of(text), repr(text)
        assert signature(sha1[i]) == as_list(reference.signature(text, reference.sha1_base_hash)), repr(text)
        assert signature(xxh3[i]) == as_list(reference.signature(text, reference.xxh3_base_hash)), repr(text)
    return statistics


def document_row(statistics: TextStats, i: int) -> dict[str, float]:
    row = {}
    for field in fields(TextStats):
        value = getattr(statistics, field.name)
        if isinstance(value, dict):
            row.update({f"{field.name}[{n}]": column[i] for n, column in value.items()})
        elif field.name not in ("line_offsets", "lines"):
            row[field.name] = value[i]
    return row


def line_rows(statistics: TextStats, i: int) -> list[dict[str, int]]:
    lines = statistics.lines
    return [
        {field.name: getattr(lines, field.name)[row] for field in fields(lines)}
        for row in range(statistics.line_offsets[i], statistics.line_offsets[i + 1])
    ]


def signature(scalar: pa.BinaryScalar) -> list[int] | None:
    return None if scalar.as_py() is None else np.frombuffer(scalar.as_py(), ">u4").tolist()


def as_list(values) -> list[int] | None:
    return None if values is None else values.tolist()

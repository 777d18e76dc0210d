"""One document as a signal of a user sees it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Document:
    """A row of `documents/`, whose columns are told in `rpdata.schema`; None where the source says nothing."""

    doc_id: str
    raw_content: str
    url: str | None = None
    source_domain: str | None = None
    language: str | None = None
    title: str | None = None
    date_download: str | None = None
    digest: str | None = None
    cc_segment: str | None = None
    length: int | None = None
    original_length: int | None = None
    nlines: int | None = None
    original_nlines: int | None = None
    language_score: float | None = None
    perplexity: float | None = None
    bucket: str | None = None
    record_id: str | None = None
    record_offset: int | None = None
    content_language: str | None = None

    @property
    def lines(self) -> list[str]:
        """The lines as line signals count them: each with its newline, but for the last if that has none."""
        pieces = self.raw_content.split("\n")
        return [f"{piece}\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])


def documents_of(batch: pa.RecordBatch) -> Iterator[Document]:
    """The rows of a batch of `documents/`, one after the other."""
    names = [field.name for field in fields(Document)]
    for values in zip(*(batch[name].to_pylist() for name in names), strict=True):
        yield Document(*values)

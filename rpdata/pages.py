"""Reads the text of single documents: the pages that they lie in, and not the rest of their row group."""

import bisect
import os
import struct
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.errors import UserError
from rpdata.overlay import TEXT_COLUMN
from rpdata.parquet_index import Page, offset_indexes, page_header, pages

DENSE = 0.5     # of the bytes of a row group's text: beyond it, the whole is read at once


class TextPages:
    """The text column of one file of `documents/`, as `OverlayWriter` writes it: zstd, PLAIN, without nulls.

    path, file: the same file; the caller closes `file`.
    """

    def __init__(self, path: Path, file: pq.ParquetFile) -> None:
        self._path = path
        self._file = file
        self._raw = path.open("rb", buffering=0)
        self._codec = pa.Codec("zstd")

    @cached_property
    def _indexes(self) -> Sequence[tuple[int, int] | None]:
        """Where the pages of each row group are told; None where they are not. Read once a text is asked for."""
        return offset_indexes(self._raw, self._file.metadata.schema.names.index(TEXT_COLUMN))

    def read(self, group: int, rows: np.ndarray) -> pa.Array:
        """The texts of `rows` (ascending numbers within the row group `group`), as a string array."""
        index = self._indexes[group]
        if index is not None:
            found = pages(self._read(*index))
            first_rows = [page.first_row for page in found]
            wanted: dict[int, list[int]] = {}
            for row in rows.tolist():
                wanted.setdefault(bisect.bisect_right(first_rows, row) - 1, []).append(row)
            if sum(found[number].size for number in wanted) < DENSE * sum(page.size for page in found):
                texts = [text for number, members in wanted.items() for text in self._texts(found[number], members)]
                return pa.array(texts, pa.binary()).view(pa.string())
        column = self._file.read_row_group(group, columns=[TEXT_COLUMN])[TEXT_COLUMN]
        return column.combine_chunks() if len(rows) == len(column) else column.take(pa.array(rows)).combine_chunks()

    def _texts(self, page: Page, rows: list[int]) -> list[bytes]:
        data = self._read(page.offset, page.size)
        header = page_header(data)
        if not header.is_plain:
            raise UserError(f"{self._path} was not written by this rpdata: its text is encoded in another way.")
        body = data[header.length:header.length + header.compressed]
        values = self._codec.decompress(body, header.uncompressed, asbytes=True)
        texts = []
        position = 0
        for row in range(page.first_row, rows[-1] + 1):
            (length,) = struct.unpack_from("<I", values, position)
            position += 4 + length
            if row in rows:
                texts.append(values[position - length:position])
        return texts

    def _read(self, offset: int, size: int) -> bytes:
        return os.pread(self._raw.fileno(), size, offset)

    def __enter__(self) -> "TextPages":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

"""The files of one partition, read side by side: a few row groups of some columns of documents or of an overlay."""

import errno
import struct
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.dataset import DOCUMENTS, command_for
from rpdata.errors import CannotFinish
from rpdata.pages import TextPages


class PartitionFiles:
    """Opened when they are read first; close them by leaving the `with` block."""

    def __init__(self, root: Path, partition: str) -> None:
        self._root = root
        self._partition = partition
        self._stack = ExitStack()
        self._files: dict[str, pq.ParquetFile] = {}
        self._pages: TextPages | None = None

    def rows_of_groups(self) -> list[int]:
        """How many documents each row group has, in every overlay."""
        with self._naming(DOCUMENTS):
            metadata = self._file(DOCUMENTS).metadata
        return [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]

    def read(self, step: str, columns: Sequence[str], groups: Sequence[int] | None = None) -> pa.Table:
        """Some columns of some row groups, or of all. CannotFinish names a file that is damaged."""
        with self._naming(step):
            file = self._file(step)
            chosen = range(file.num_row_groups) if groups is None else groups
            return file.read_row_groups(list(chosen), columns=list(columns))

    def schema(self, step: str) -> pa.Schema:
        """The columns of a step, as they are read from its file."""
        with self._naming(step):
            return self._file(step).schema_arrow

    def texts(self, group: int, rows: npt.NDArray[np.int64]) -> pa.StringArray:
        """The texts of some documents of a row group, ascending; of others no more is read than shares their pages."""
        with self._naming(DOCUMENTS):
            if self._pages is None:
                path = self._path(DOCUMENTS)
                self._pages = self._stack.enter_context(TextPages(path, self._file(DOCUMENTS)))
            return self._pages.read(group, rows)

    def _file(self, step: str) -> pq.ParquetFile:
        if step not in self._files:
            self._files[step] = self._stack.enter_context(pq.ParquetFile(self._path(step)))
        return self._files[step]

    def _path(self, step: str) -> Path:
        return self._root / step / f"{self._partition}.parquet"

    @contextmanager
    def _naming(self, step: str) -> Iterator[None]:
        """Arrow says what it stumbled over, not where."""
        try:
            yield
        except (pa.ArrowException, OSError, ValueError, LookupError, struct.error) as error:
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                raise
            raise CannotFinish(
                f"{self._path(step)} is damaged ({' '.join(str(error).split())}).\n"
                f"Delete it and run {command_for(step, self._root)} again: what is missing is made anew."
            ) from error

    def __enter__(self) -> "PartitionFiles":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

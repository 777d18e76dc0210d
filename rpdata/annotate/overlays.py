"""The files that one unit of work writes: for each step, one for each partition."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from rpdata.engine.commit import Commit
from rpdata.ledger import PartitionFile
from rpdata.overlay import OverlayWriter, describe
from rpdata.schema import DOCUMENTS, MINHASH


class Overlays:
    """Writers, opened with the first batch of their partition; closed with the block, `files` then describes them.

    steps: those that are written. signals: the schema of `quality_signals/`. schemas: of every step.
    """

    def __init__(self, output: Commit, steps: Sequence[str], signals: pa.Schema) -> None:
        self.steps = list(steps)
        self.schemas = {"documents": DOCUMENTS, "quality_signals": signals, "minhash": MINHASH}
        self._output = output
        self._stack = ExitStack()
        self._paths: dict[str, dict[str, Path]] = {step: {} for step in steps}      # step -> partition -> file
        self._writers: dict[str, dict[str, OverlayWriter]] = {}                     # partition -> step -> writer

    def open_all(self, partitions: Iterable[str]) -> None:
        """Have the files of these partitions, even if no document comes."""
        for partition in partitions:
            self._open(partition)

    def write(self, partition: str, rows: Mapping[str, pa.RecordBatch]) -> None:
        """Append one row group to each file of a partition. rows: step -> its rows of the same documents."""
        writers = self._writers.get(partition) or self._open(partition)
        for step, writer in writers.items():
            writer.write(rows[step])

    def files(self, step: str) -> dict[str, PartitionFile]:
        """What was written, by partition, read back from the closed files."""
        return {partition: describe(path) for partition, path in self._paths[step].items()}

    def _open(self, partition: str) -> dict[str, OverlayWriter]:
        for step in self.steps:
            self._paths[step][partition] = self._output.file(f"{step}/{partition}.parquet")
        self._writers[partition] = {
            step: self._stack.enter_context(OverlayWriter(self._paths[step][partition], self.schemas[step]))
            for step in self.steps
        }
        return self._writers[partition]

    def __enter__(self) -> "Overlays":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

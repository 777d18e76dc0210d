"""What `compute-signals --for-recipe` spared: documents that models were not asked about, and about how long."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


@dataclass
class Saving:
    """What a cascade spared. asked, skipped: documents; the bytes are of their texts (UTF-8).

    seconds: of CPU that models took, on all workers together.
    """

    asked: int = 0
    skipped: int = 0
    asked_bytes: int = 0
    skipped_bytes: int = 0
    seconds: float = 0.0

    def count(self, documents: pa.RecordBatch, rejected: npt.NDArray[np.bool_]) -> None:
        """Add a batch."""
        lengths = pc.fill_null(pc.binary_length(documents["raw_content"]), 0).to_numpy(zero_copy_only=False)
        self.skipped += int(rejected.sum())
        self.asked += int((~rejected).sum())
        self.skipped_bytes += int(lengths[rejected].sum())
        self.asked_bytes += int(lengths[~rejected].sum())

    def add(self, other: "Saving") -> None:
        """Add that of another unit."""
        self.asked += other.asked
        self.skipped += other.skipped
        self.asked_bytes += other.asked_bytes
        self.skipped_bytes += other.skipped_bytes
        self.seconds += other.seconds

    @property
    def seconds_saved(self) -> float | None:
        """About what models would have taken for the others, by the bytes; None where they saw none."""
        return self.seconds * self.skipped_bytes / self.asked_bytes if self.asked_bytes else None

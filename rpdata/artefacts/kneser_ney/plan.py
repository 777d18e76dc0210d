"""What all stages of an estimation share."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rpdata.artefacts.kneser_ney.keys import KEY_BITS, ROW_BYTES, WORD_BITS

MOST_BLOCK_ROWS = 1 << 18
OPEN_BLOCKS = 16        # blocks of rows, in what they need, that a stage has at a time for each order and thread


@dataclass(frozen=True)
class Plan:
    """folder: for rows on disk. memory: bytes that a stage may take."""

    folder: Path
    order: int
    memory: int
    threads: int

    @cached_property
    def bits(self) -> int:
        """The bits of each word of a key."""
        return min(WORD_BITS, KEY_BITS // self.order)

    @cached_property
    def block_rows(self) -> int:
        """Rows that are read and written at a time."""
        return max(1, min(MOST_BLOCK_ROWS, self.memory // (OPEN_BLOCKS * ROW_BYTES * (self.order + self.threads))))

"""The rows of a partition that are kept, in row groups as if no others had ever been there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from rpdata.dataset import DOCUMENTS
from rpdata.sources.batches import Fill, lines_of, sizes_of

Rows = Mapping[str, pa.RecordBatch]     # step -> rows of the same documents


@dataclass
class Groups:
    """Puts rows of aligned overlays into row groups that close by the rule of `rpdata.schema`.

    So they are a function of the documents that are kept, not of those that were between them.
    """

    pieces: list[Rows] = field(default_factory=list)
    fill: Fill = field(default_factory=Fill)

    def add(self, rows: Rows) -> Iterator[Rows]:
        """Take these rows; yields each row group that is full. `documents` are among the steps."""
        documents = rows[DOCUMENTS]
        start = 0
        sizes, lines = sizes_of(documents).tolist(), lines_of(documents).tolist()
        for place, counts in enumerate(zip(sizes, lines, strict=True), 1):
            if self.fill.add(*counts):
                self.pieces.append({step: batch.slice(start, place - start) for step, batch in rows.items()})
                start = place
                yield self.close()
        if start < documents.num_rows:
            self.pieces.append({step: batch.slice(start) for step, batch in rows.items()})

    def rest(self) -> Iterator[Rows]:
        """The row group that is not full, if any row waits."""
        if self.pieces:
            yield self.close()

    def close(self) -> Rows:
        """What waits, as one row group; nothing waits after it."""
        whole = {
            step: pa.Table.from_batches([piece[step] for piece in self.pieces]).combine_chunks().to_batches()[0]
            for step in self.pieces[0]
        }
        self.pieces, self.fill = [], Fill()
        return whole

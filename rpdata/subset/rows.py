"""The rows of a partition that are kept, in row groups as if no others had ever been there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rpdata.annotate.columns import as_declared
from rpdata.dataset import DOCUMENTS
from rpdata.decide.files import PartitionFiles
from rpdata.decide.overlay import DecisionTask, columns_of, frame_of
from rpdata.overlay import TEXT_COLUMN
from rpdata.sources.batches import Fill, lines_of, sizes_of
from rpdata.subset.edited import edited

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


def kept_rows(decided: DecisionTask, files: PartitionFiles, schemas: Mapping[str, pa.Schema]) -> Iterator[Rows]:
    """For each row group in which documents are kept, their rows of every step."""
    recipe = decided.recipe
    decisions = files.read(recipe.folder, ["keep"]).column(0).to_numpy()
    start = 0
    for group, size in enumerate(files.rows_of_groups()):
        rows = np.flatnonzero(decisions[start:start + size])
        start += size
        if not len(rows):
            continue
        found = {step: taken(files, step, group, rows, schema) for step, schema in schemas.items()}
        if recipe.edits:
            frame = frame_of(columns_of(decided, files, [group]).take(pa.array(rows)))
            found = {DOCUMENTS: edited(recipe, found[DOCUMENTS], frame)}
        yield found


def taken(
    files: PartitionFiles, step: str, group: int, rows: npt.NDArray[np.int64], schema: pa.Schema
) -> pa.RecordBatch:
    """Some rows of one row group of a step; a column that its file does not have is null."""
    there = set(files.schema(step).names)
    names = [name for name in schema.names if name != TEXT_COLUMN and name in there]
    table = files.read(step, names, [group]).take(pa.array(rows))
    columns = {name: pa.nulls(len(rows), schema.field(name).type) for name in schema.names if name not in there}
    columns |= {name: table[name].combine_chunks().cast(schema.field(name).type) for name in names}
    if TEXT_COLUMN in schema.names:
        columns[TEXT_COLUMN] = files.texts(group, rows)
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def declared(schema: pa.Schema) -> pa.Schema:
    """The schema that a file was written with, as it is read back from it."""
    return pa.schema([field.with_type(as_declared(field.type)) for field in schema])

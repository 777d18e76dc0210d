"""What becomes of the columns of one unit's overlay: some are computed, the others copied as they are.

A column is addressed by the hash of what it was made by; the ledger has the hashes of those that are there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.ledger import configuration_hash


@dataclass(frozen=True)
class Columns:
    """wanted: column -> its hash, in the order that they are to have. Each is either computed or kept."""

    wanted: Mapping[str, str]
    computed: list[str]
    kept: list[str]

    @classmethod
    def of(cls, wanted: Mapping[str, str], known: Mapping[str, str]) -> "Columns":
        """What there is to do where the columns that are known exist."""
        computed = [name for name, value in wanted.items() if known.get(name) != value]
        return cls(wanted, computed, [name for name in wanted if name not in computed])

    @property
    def configuration(self) -> str:
        """What the ledger calls the overlay's configuration."""
        return configuration_hash({"columns": dict(self.wanted)})


def batch_of(file: pq.ParquetFile, group: int, names: list[str] | None) -> pa.RecordBatch:
    """The named columns (None: all) of a row group, with the types that they were declared with."""
    batch = file.read_row_group(group, columns=names).combine_chunks().to_batches()[0]
    return batch.cast(pa.schema([pa.field(field.name, as_declared(field.type)) for field in batch.schema]))


def as_declared(kind: pa.DataType) -> pa.DataType:
    """The type of a column that was read back: Parquet calls the values of a list otherwise than Arrow."""
    return pa.list_(kind.value_type) if pa.types.is_list(kind) else kind

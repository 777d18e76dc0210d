"""Published bands and lists of duplicates as columns of `minhash/` and `duplicates/`."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rpdata import bands
from rpdata.annotate.identity import id_ints
from rpdata.errors import CannotFinish
from rpdata.redpajama_tree.disagreements import Disagreements
from rpdata.schema import DOCUMENTS, MINHASH

WHOLE = "signature_sim1.0"      # one band of all 128 values; the others are slices of it
FAMILY = b"rpdata.minhash_hash"     # in the metadata of files that rpdata exported
SHARD = "shard_id"
KNOWN = {SHARD, "id", "id_int", "doc_id", "digest", *(f"signature_sim{threshold}" for threshold in bands.BANDS)}
MARKS = pa.schema([DOCUMENTS.field("doc_id"), pa.field("exact_keep", pa.bool_(), nullable=False)])


class Rows:
    """The rows of a published Parquet file, found by the identifier of their document."""

    def __init__(
        self, path: Path, partition: str, column: str, needed: Sequence[str], told: Disagreements
    ) -> None:
        try:
            self.table = pq.read_table(path)
            ids = self.table[column].combine_chunks().cast(pa.string())
            self.table.select(needed)
        except (pa.ArrowException, OSError, KeyError) as error:
            raise CannotFinish(f"{path} is torn, or not a file of RedPajama-V2 ({error}). Get it again") from error
        self.ids = ids
        self._asked = 0
        self._told = told
        for name in self.table.column_names:
            if name not in KNOWN:
                told.add(None, f"{name} is no column that rpdata knows: its values are left out")
        self._tell_copies()
        if SHARD in self.table.column_names:
            self._tell_shards(f"{partition}.json.gz")

    def _tell_copies(self) -> None:
        """Tell of documents that have several rows, and of the row that counts."""
        counts = pc.value_counts(self.ids)
        several = counts.filter(pc.greater(counts.field("counts"), 1))
        for counted in several.to_pylist():
            self._told.add(counted["values"], f"has {counted['counts']} rows; the first counts")

    def _tell_shards(self, expected: str) -> None:
        """Tell of rows that say they are of another file of documents/."""
        shards = self.table[SHARD].combine_chunks().cast(pa.string())
        other = pc.fill_null(pc.not_equal(shards, expected), True)
        for doc_id, shard in zip(self.ids.filter(other).to_pylist(), shards.filter(other).to_pylist(), strict=True):
            self._told.add(doc_id, f"shard_id is {shard}, and by the name of the file {expected}")

    def at(self, doc_ids: pa.Array) -> pa.Array:
        """Where each document is; null where it is not."""
        found = pc.index_in(doc_ids, value_set=self.ids)
        self._asked += len(found) - found.null_count
        return found

    def close(self, all_doc_ids: pa.Array) -> None:
        """Tell of rows that no document was asked for."""
        if self._asked != len(self.ids):
            for doc_id in self.ids.filter(pc.invert(pc.is_in(self.ids, all_doc_ids))).to_pylist():
                self._told.add(doc_id, "is not among the documents")


def families_of(paths: Iterable[Path]) -> set[str]:
    """The hashes of the signatures in files: RedPajama-V2's, unless a file says another."""
    found = set()
    for path in paths:
        try:
            notes = pq.read_metadata(path).metadata or {}
        except pa.ArrowException:       # torn: its unit will say so
            continue
        found.add(notes.get(FAMILY, b"sha1").decode())
    return found


def signature_columns(documents: pa.RecordBatch, rows: Rows | None, told: Disagreements) -> pa.RecordBatch:
    """The rows of `minhash/`; without a signature where none was published."""
    doc_ids = documents["doc_id"]
    numbers = id_ints(doc_ids)
    if rows is None:
        return pa.RecordBatch.from_arrays([doc_ids, numbers, pa.nulls(len(doc_ids), pa.binary())], schema=MINHASH)
    at = rows.at(doc_ids)
    found = rows.table.take(at)
    signatures = pc.list_element(one_band(found[WHOLE].combine_chunks(), doc_ids, told), 0)
    for threshold in bands.BANDS:
        name = f"signature_sim{threshold}"
        if name in found.column_names:
            expected = bands.cut(signatures, threshold).to_pylist()
            for row, said in enumerate(found[name].to_pylist()):
                if said != expected[row] and at[row].is_valid:
                    told.add(doc_ids[row].as_py(), f"{name} is not cut from {WHOLE}")
    for row, (said, number) in enumerate(zip(found["id_int"].to_pylist(), numbers.to_pylist(), strict=True)):
        if not at[row].is_valid:
            told.add(doc_ids[row].as_py(), "has no row")
        elif said != number:
            told.add(doc_ids[row].as_py(), f"id_int is {said}, and by the identifier {number}")
    return pa.RecordBatch.from_arrays([doc_ids, numbers, signatures], schema=MINHASH)


def one_band(whole: pa.Array, doc_ids: pa.Array, told: Disagreements) -> pa.Array:
    """The lists that have one band of 128 values; null, and told, for others."""
    values = whole.to_pylist()
    for row, of in enumerate(values):
        if of is not None and [len(band or b"") for band in of] != [bands.BYTES]:
            told.add(doc_ids[row].as_py(), f"{WHOLE} is not one band of {bands.VALUES} values")
            values[row] = None
    return pa.array(values, bands.TYPE)


def duplicate_columns(documents: pa.RecordBatch, rows: Rows, told: Disagreements) -> pa.RecordBatch:
    """The rows of `duplicates/`: kept are the documents that the file does not name."""
    at = rows.at(documents["doc_id"])
    if "digest" in rows.table.column_names:
        said = rows.table["digest"].take(at).to_pylist()
        for row, digest in enumerate(documents["digest"].to_pylist()):
            if said[row] is not None and said[row] != (digest or "").removeprefix("sha1:"):
                told.add(documents["doc_id"][row].as_py(), f"digest is {said[row]}, and in documents/ {digest}")
    return pa.RecordBatch.from_arrays([documents["doc_id"], pc.is_null(at)], schema=MARKS)

"""The identifiers of documents that are copies, as the files of `duplicates/` that RedPajama-V2 publishes."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rpdata.dataset import DOCUMENTS, DUPLICATES, dedup_command
from rpdata.errors import UserError, naming
from rpdata.overlay import read_footer

KEPT = "exact_keep"     # near-duplicates have no published form
PUBLISHED_DUPLICATES = pa.schema(
    [pa.field("shard_id", pa.string()), pa.field("doc_id", pa.string()), pa.field("digest", pa.string())]
)


def write_duplicates(root: Path, partition: str, source: str, file: Path) -> None:
    """Write the copies of a partition, in the order of its documents; a file without rows where there are none.

    source: what `shard_id` is to say. UserError if `duplicates/` is of other documents than `documents/`.
    """
    marks, documents = (root / step / f"{partition}.parquet" for step in (DUPLICATES, DOCUMENTS))
    if read_footer(marks).doc_ids != read_footer(documents).doc_ids:
        raise UserError(
            f"{marks} has other documents than {documents}: one of the files was replaced.\n"
            f"Restore it, or delete it and run {dedup_command(root, {})} again"
        )
    copies = pc.invert(pq.read_table(marks, columns=[KEPT])[KEPT])
    found = pq.read_table(documents, columns=["doc_id", "digest"]).filter(copies)
    digests = pc.replace_substring_regex(found["digest"], "^sha1:", "")
    rows = [pa.repeat(pa.scalar(source), len(found)), found["doc_id"], digests]
    with naming(file):
        pq.write_table(pa.table(rows, schema=PUBLISHED_DUPLICATES), file, compression="snappy")
